// SPDX-License-Identifier: MIT
/*
 * Working directory.  A remote one is the shadow's own; the library remembers
 * its path, for a new shadow after fork and exec ($VIRTUOS_CWD) must be sent
 * there again, and keeps the local one as it was.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define ENV "VIRTUOS_CWD="

static struct {
	int service;			/* -1: local */
	uint32_t generation;		/* of the channel whose shadow is there */
	char env[sizeof(ENV) + PATH_MAX];
	char local[PATH_MAX];
	bool local_known;
	bool reaches;
} cwd = { .service = -1, .env = ENV };

#define REMOTE_PATH (cwd.env + sizeof(ENV) - 1)

static void learn_local(void)
{
	unsigned int i;
	size_t n;
	long len = sys2(SYS_getcwd, cwd.local, sizeof(cwd.local));

	if (len <= 0 || cwd.local[0] != '/')
		strcpy(cwd.local, "/");
	n = strlen(cwd.local);
	if (n == 1)
		n = 0;
	cwd.reaches = false;
	for (i = 0; i < virtuos_routes.nr_paths; i++)
		if (!strncmp(virtuos_routes.paths[i].prefix, cwd.local, n) &&
		    (virtuos_routes.paths[i].prefix[n] == '/' ||
		     !virtuos_routes.paths[i].prefix[n]))
			cwd.reaches = true;
	cwd.local_known = true;
}

bool virtuos_cwd_reaches(void)
{
	if (!cwd.local_known)
		learn_local();
	return cwd.reaches;
}

const char *virtuos_cwd_local(void)
{
	if (!cwd.local_known)
		learn_local();
	return cwd.local;
}

/* A new shadow begins at "/": send it to where the process is. */
static void send_shadow(void)
{
	struct virtuos_channel *ch;
	long err;

	ch = virtuos_channel_open(cwd.service, &err);
	if (!ch || ch->generation == cwd.generation)
		return;
	cwd.generation = ch->generation;
	virtuos_call(cwd.service, VSYS_NR_chdir,
		     VIRTUOS_ARGS(VIRTUOS_PTR(REMOTE_PATH)));
}

int virtuos_cwd_service(const char **path)
{
	if (cwd.service >= 0) {
		send_shadow();
		*path = REMOTE_PATH;
	}
	return cwd.service;
}

void virtuos_cwd_give_up(int service)
{
	if (cwd.service != service)
		return;
	cwd.service = -1;
	cwd.local_known = false;
}

const char *virtuos_cwd_env(void)
{
	return cwd.service >= 0 ? cwd.env : NULL;
}

/*
 * The name that a service gives its shadow's directory, n bytes.  Paths are
 * routed by it: one that leads elsewhere would make ".." a local file's.
 */
static long name_check(int service, const char *path, long n)
{
	char normal[PATH_MAX];

	/* What is not normal, or ends before its end, becomes shorter. */
	if (n <= 0 || path[n - 1] || path[0] != '/' ||
	    virtuos_path_join(normal, sizeof(normal), "/", path) != n - 1 ||
	    virtuos_path_service(path) != service)
		return -EIO;
	return n;
}

static long ask_name(int service, char *path, size_t size)
{
	long ret = virtuos_call(service, VSYS_NR_getcwd,
				VIRTUOS_ARGS(VIRTUOS_PTR(path), size));

	return ret < 0 ? ret : name_check(service, path, ret);
}

/* The shadow is in its new directory: learn its name from there. */
static long entered(int service)
{
	struct virtuos_channel *ch = virtuos_channel_get(service);
	char path[PATH_MAX];
	long ret = ask_name(service, path, sizeof(path));

	if (ret < 0) {
		/* The process stays where it was: send the shadow back. */
		if (service == cwd.service)
			cwd.generation = 0;
		return ret;
	}
	memcpy(REMOTE_PATH, path, ret);
	cwd.service = service;
	cwd.generation = ch ? ch->generation : 0;
	return 0;
}

long virtuos_cwd_chdir(const char *path)
{
	struct virtuos_path p;
	long ret = virtuos_path_route(AT_FDCWD, path, &p);

	if (ret)
		return ret;
	if (p.service >= 0) {
		ret = virtuos_call(p.service, VSYS_NR_chdir,
				   VIRTUOS_ARGS(VIRTUOS_PTR(p.path)));
		if (!ret)
			return entered(p.service);
		if (ret != -ENOSYS || !virtuos_given_up(p.service))
			return ret;
	}
	if (cwd.service >= 0 && path && path[0] && path[0] != '/') {
		/* "..", out of the service: the rest is local. */
		char joined[PATH_MAX];

		ret = virtuos_path_join(joined, sizeof(joined), REMOTE_PATH,
					path);
		if (ret < 0)
			return ret;
		ret = sys1(SYS_chdir, joined);
	} else {
		ret = sys1(SYS_chdir, path);
	}
	if (!ret) {
		cwd.service = -1;
		cwd.local_known = false;
	}
	return ret;
}

long virtuos_cwd_fchdir(int fd)
{
	struct virtuos_remote remote;
	long ret;

	if (virtuos_fd_remote(fd, &remote)) {
		ret = virtuos_call(remote.service, VSYS_NR_fchdir,
				   VIRTUOS_ARGS(remote.fd));
		return ret ? ret : entered(remote.service);
	}
	ret = sys1(SYS_fchdir, fd);
	if (!ret) {
		cwd.service = -1;
		cwd.local_known = false;
	}
	return ret;
}

long virtuos_cwd_get(char *buf, size_t size)
{
	char path[PATH_MAX];
	long ret;

	if (cwd.service < 0)
		return sys2(SYS_getcwd, buf, size);
	send_shadow();
	ret = ask_name(cwd.service, path,
		       size < sizeof(path) ? size : sizeof(path));
	return ret > 0 && virtuos_copy(buf, path, ret) ? -EFAULT : ret;
}

/* After exec: the directory that the process before us was in. */
void virtuos_cwd_init(void)
{
	const char *env = secure_getenv("VIRTUOS_CWD");
	int service;

	if (!env || env[0] != '/' || strlen(env) >= PATH_MAX)
		return;
	service = virtuos_path_service(env);
	if (service < 0)
		return;
	strcpy(REMOTE_PATH, env);
	cwd.service = service;
}
