// SPDX-License-Identifier: MIT
/*
 * Paths: which service an argument leads to.
 *
 * Routing is lexical: "." and ".." are taken out before prefixes are compared,
 * without looking at symbolic links.  A local symbolic link that points below
 * a prefix is therefore not followed to the service; docs/architecture.md.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

int virtuos_path_service(const char *path)
{
	unsigned int i;
	size_t n, best = 0;
	int service = -1;

	for (i = 0; i < virtuos_routes.nr_paths; i++) {
		n = virtuos_routes.paths[i].length;
		if (n < best || strncmp(path, virtuos_routes.paths[i].prefix, n))
			continue;
		if (path[n] && path[n] != '/')
			continue;
		best = n;
		service = virtuos_routes.paths[i].service;
	}
	return service >= 0 && virtuos_given_up(service) ? -1 : service;
}

static bool has_dotdot(const char *path)
{
	const char *p;

	for (p = path; (p = strstr(p, "..")); p += 2)
		if ((p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

/*
 * A final slash means "a directory", and calls that take names away refuse a
 * final ".": normalising must not lose them.
 */
static long keep_end(char *out, size_t size, long len, const char *path)
{
	size_t n = strlen(path);
	const char *end = "";

	if (n >= 2 && !strcmp(path + n - 2, "/."))
		end = "/.";
	else if (n && path[n - 1] == '/')
		end = "/";
	if (out[len - 1] == '/')
		return len;
	n = strlen(end);
	if ((size_t)len + n + 1 > size)
		return -ENAMETOOLONG;
	memcpy(out + len, end, n + 1);
	return len + n;
}

/*
 * Does ".." lead out of a service on the way?  The kernel could not go it: the
 * service's directories are not there.
 */
static bool crosses(const char *dir, const char *path)
{
	char head[PATH_MAX], joined[PATH_MAX];
	const char *p;

	for (p = path; (p = strstr(p, "..")); p += 2) {
		if ((p > path && p[-1] != '/') || (p[2] && p[2] != '/'))
			continue;
		memcpy(head, path, p - path);
		head[p - path] = 0;
		if (virtuos_path_join(joined, sizeof(joined), dir, head) >= 0 &&
		    virtuos_path_service(joined) >= 0)
			return true;
	}
	return false;
}

/* Route dir + path lexically, dir being absolute. */
static int route_joined(struct virtuos_path *out, const char *dir,
			const char *path)
{
	char joined[PATH_MAX];
	long len = virtuos_path_join(joined, sizeof(joined), dir, path);

	if (len < 0)
		return len;
	out->service = virtuos_path_service(joined);
	if (out->service < 0 && !crosses(dir, path))
		return 0;
	len = keep_end(joined, sizeof(joined), len, path);
	if (len < 0)
		return len;
	memcpy(out->buffer, joined, len + 1);
	out->path = out->buffer;
	return 0;
}

static int route_relative(struct virtuos_path *out, const char *path)
{
	const char *cwd;
	int service = virtuos_cwd_service(&cwd);
	int err;

	if (service >= 0) {
		if (has_dotdot(path))
			return route_joined(out, cwd, path);
		out->service = service;	/* the shadow is there */
		out->path = path;
		return 0;
	}
	/* From a local directory only upwards, or from above a prefix. */
	if (!*path || !(virtuos_cwd_reaches() || has_dotdot(path)))
		return 0;
	err = route_joined(out, virtuos_cwd_local(), path);
	/* Too long as a whole: Linux looks at the relative path alone. */
	return err == -ENAMETOOLONG ? 0 : err;
}

/* Does a prefix have the first component of path as one of its own? */
static bool begins_within(const char *path)
{
	const char *c;
	unsigned int i;
	size_t n;

	while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	n = strcspn(path, "/");
	for (i = 0; n && i < virtuos_routes.nr_paths; i++)
		for (c = virtuos_routes.paths[i].prefix; c; c = strchr(c, '/'))
			if (!strncmp(++c, path, n) && (!c[n] || c[n] == '/'))
				return true;
	return false;
}

/*
 * Relative to a descriptor of a local directory: it may lead into a service
 * from above, step by step, as programs do that follow no symbolic link.  Only
 * a name that occurs in a prefix is worth the look at where the descriptor is.
 */
static int route_at(struct virtuos_path *out, int dirfd, const char *path)
{
	char link[32], dir[PATH_MAX];
	long len;
	int err;

	if (!begins_within(path) && !has_dotdot(path))
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	len = sys3(SYS_readlink, link, dir, sizeof(dir) - 1);
	if (len <= 0 || dir[0] != '/')
		return 0;
	dir[len] = 0;
	err = route_joined(out, dir, path);
	/* Too long as a whole: Linux looks at the relative path alone. */
	return err == -ENAMETOOLONG ? 0 : err;
}

int virtuos_path_route(int dirfd, const char *path, struct virtuos_path *out)
{
	struct virtuos_remote remote;
	long len;

	out->service = -1;
	out->dirfd = AT_FDCWD;
	out->path = path;
	if (!virtuos_active)
		return 0;
	if (!path) {
		/* AT_EMPTY_PATH with NULL, utimensat: the descriptor decides. */
		if (dirfd != AT_FDCWD && virtuos_fd_remote(dirfd, &remote)) {
			out->service = remote.service;
			out->dirfd = remote.fd;
		}
		return 0;
	}
	len = virtuos_copy_string(out->buffer, path, sizeof(out->buffer));
	if (len < 0)
		return len;
	if (out->buffer[0] != '/') {
		if (dirfd == AT_FDCWD)
			return route_relative(out, path);
		if (!virtuos_fd_remote(dirfd, &remote))
			return route_at(out, dirfd, path);
		out->service = remote.service;
		out->dirfd = remote.fd;
		return 0;
	}
	return route_joined(out, "/", path);
}
