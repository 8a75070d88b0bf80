// SPDX-License-Identifier: MIT
/*
 * realpath: libc looks at every component inside itself.  For a path that leads
 * to a service it is done here, component by component; each link is read
 * where it is.
 */
#include "hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40

struct walk {
	char done[PATH_MAX];	/* resolved so far, "" for the root */
	size_t length;
	char rest[PATH_MAX];	/* to do */
	int links;
	int service;		/* whose links led here, or -1 */
};

/* A link's target, or nothing, and then the rest, "" or from a slash on. */
static long set_rest(struct walk *w, const char *target, const char *rest)
{
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%s%s", target, rest);

	if (n >= (int)sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(w->rest, joined, n + 1);
	return 0;
}

static void up(struct walk *w)
{
	while (w->length && w->done[--w->length] != '/')
		;
	w->done[w->length] = 0;
}

static int service_of(const char *path)
{
	struct virtuos_path to;

	return virtuos_path_route(AT_FDCWD, path, &to) ? -1 : to.service;
}

/* The component that was just appended: follow it if it is a link. */
static long follow(struct walk *w, size_t before, const char *rest)
{
	char target[PATH_MAX];
	struct stat st;
	long n, err;
	int service;

	n = AT_CALL(readlinkat, AT_FDCWD, PTR(w->done), PTR(target),
		    sizeof(target) - 1);
	if (n < 0) {
		if (n != -EINVAL)
			return n;
		/* No link; with more to come it must be a directory. */
		if (*rest) {
			err = hook_stat(AT_FDCWD, w->done, &st, 0);
			if (err)
				return err;
			if (!S_ISDIR(st.st_mode))
				return -ENOTDIR;
		}
		return set_rest(w, "", rest);
	}
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	target[n] = 0;
	service = service_of(w->done);
	if (service >= 0)
		w->service = service;
	w->length = target[0] == '/' ? 0 : before;
	w->done[w->length] = 0;
	return set_rest(w, target, rest);
}

static long step(struct walk *w)
{
	char *name = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(name, "/"), before = w->length;
	char rest[PATH_MAX];

	strcpy(rest, name + n);
	if (!n || (n == 1 && name[0] == '.'))
		return set_rest(w, "", rest);
	if (n == 2 && !memcmp(name, "..", 2)) {
		up(w);
		return set_rest(w, "", rest);
	}
	if (w->length + 1 + n >= sizeof(w->done))
		return -ENAMETOOLONG;
	w->done[w->length++] = '/';
	memcpy(w->done + w->length, name, n);
	w->length += n;
	w->done[w->length] = 0;
	return follow(w, before, rest);
}

static long realpath_resolve(struct walk *w, const char *path)
{
	long ret;

	w->length = 0;
	w->done[0] = 0;
	w->links = 0;
	w->service = -1;
	if (*path != '/') {
		ret = virtuos_cwd_get(w->done, sizeof(w->done));
		if (ret < 0)
			return ret;
		w->length = strlen(w->done);
		if (w->length == 1)
			w->length = 0;
		w->done[w->length] = 0;
	}
	ret = set_rest(w, "", path);
	while (!ret && w->rest[strspn(w->rest, "/")])
		ret = step(w);
	if (!w->length)
		strcpy(w->done, "/");
	/*
	 * A service's link leads among its own files.  A name outside them is
	 * here that of another file than open() would find there.
	 */
	if (w->service >= 0 && service_of(w->done) != w->service)
		return -EIO;
	return ret;
}

VIRTUOS_HOOK char *realpath(const char *path, char *out)
{
	struct virtuos_path to;
	struct walk w;
	long err;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(realpath)(path, out);
	err = *path ? realpath_resolve(&w, path) : -ENOENT;
	if (err < 0) {
		errno = -err;
		return NULL;
	}
	return out ? strcpy(out, w.done) : strdup(w.done);
}

VIRTUOS_HOOK char *__realpath_chk(const char *path, char *out, size_t size)
{
	if (size < PATH_MAX)
		__chk_fail();
	return realpath(path, out);
}

VIRTUOS_HOOK char *canonicalize_file_name(const char *path)
{
	return realpath(path, NULL);
}
