// SPDX-License-Identifier: MIT
/*
 * ftw and nftw.  libc walks inside itself; below a routed prefix the walk is
 * done here.  A tree lies at one service as a whole, or is local as a whole.
 */
#include "hook.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*ftw_function)(const char *, const struct stat *, int);
typedef int (*nftw_function)(const char *, const struct stat *, int,
			     struct FTW *);

/* A directory above the one being read. */
struct parent {
	const struct parent *up;
	dev_t device;
	ino_t inode;
};

struct walk {
	ftw_function old;	/* of ftw, or NULL */
	nftw_function new;
	int flags;
	dev_t device;
	char path[PATH_MAX];
	size_t length;
};

static int visit(struct walk *w, const struct parent *up, int base, int level);

/* What the program's function hears of w->path, FTW_…; -1: errno. */
static int type_flag(struct walk *w, struct stat *st)
{
	bool physical = w->flags & FTW_PHYS;

	if (physical ? lstat(w->path, st) : stat(w->path, st)) {
		if (errno != EACCES && errno != ENOENT)
			return -1;
		/* A link to nowhere, or something that cannot be looked at. */
		if (!physical && !lstat(w->path, st) && S_ISLNK(st->st_mode))
			return w->old ? FTW_NS : FTW_SLN;
		return errno == ENOENT ? -1 : FTW_NS;
	}
	if (S_ISDIR(st->st_mode))
		return FTW_D;
	return S_ISLNK(st->st_mode) ? FTW_SL : FTW_F;
}

static int tell(struct walk *w, const struct stat *st, int type, int base,
		int level)
{
	struct FTW ftw = { .base = base, .level = level };

	return w->old ? w->old(w->path, st, type) :
			w->new(w->path, st, type, &ftw);
}

/* Everything in a directory.  The names are read first: few descriptors. */
static int children(struct walk *w, const struct parent *here, int level)
{
	size_t length = w->length, n;
	struct dirent **names;
	int i, count, ret = 0;

	count = scandir(w->path, &names, NULL, NULL);
	if (count < 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *name = names[i]->d_name;

		n = strlen(name);
		if (!ret && strcmp(name, ".") && strcmp(name, "..")) {
			if (length + 1 + n >= sizeof(w->path)) {
				errno = ENAMETOOLONG;
				ret = -1;
			} else {
				if (w->path[length - 1] != '/')
					w->path[w->length++] = '/';
				memcpy(w->path + w->length, name, n + 1);
				w->length += n;
				ret = visit(w, here, w->length - n, level);
				w->length = length;
				w->path[length] = 0;
			}
			if (ret == FTW_SKIP_SUBTREE &&
			    (w->flags & FTW_ACTIONRETVAL))
				ret = 0;
		}
		free(names[i]);
	}
	free(names);
	if (ret == FTW_SKIP_SIBLINGS && (w->flags & FTW_ACTIONRETVAL))
		ret = 0;
	return ret;
}

static int directory(struct walk *w, const struct stat *st,
		     const struct parent *up, int base, int level)
{
	struct parent here = { up, st->st_dev, st->st_ino };
	const struct parent *p;
	int ret;

	/* Through links one could come back. */
	for (p = up; p && !(w->flags & FTW_PHYS); p = p->up)
		if (p->device == st->st_dev && p->inode == st->st_ino)
			return 0;
	if (access(w->path, R_OK))
		return tell(w, st, FTW_DNR, base, level);
	if (!(w->flags & FTW_DEPTH)) {
		ret = tell(w, st, FTW_D, base, level);
		if (ret)
			return ret;
	}
	ret = children(w, &here, level + 1);
	if (!ret && (w->flags & FTW_DEPTH))
		ret = tell(w, st, FTW_DP, base, level);
	return ret;
}

static int visit(struct walk *w, const struct parent *up, int base, int level)
{
	struct stat st;
	int type;

	memset(&st, 0, sizeof(st));
	type = type_flag(w, &st);
	if (type < 0)
		return -1;
	if (!level)
		w->device = st.st_dev;
	else if ((w->flags & FTW_MOUNT) && st.st_dev != w->device)
		return 0;
	if (type == FTW_D)
		return directory(w, &st, up, base, level);
	return tell(w, &st, type, base, level);
}

static int walk(const char *path, ftw_function old, nftw_function new,
		int flags)
{
	struct walk w = { .old = old, .new = new, .flags = flags };
	const char *slash;
	int ret;

	w.length = strlen(path);
	if (!w.length || w.length >= sizeof(w.path))
		return virtuos_return(w.length ? -ENAMETOOLONG : -ENOENT);
	strcpy(w.path, path);
	while (w.length > 1 && w.path[w.length - 1] == '/')
		w.path[--w.length] = 0;
	slash = strrchr(w.path, '/');
	ret = visit(&w, NULL, slash ? slash + 1 - w.path : 0, 0);
	if (ret == FTW_SKIP_SUBTREE && (flags & FTW_ACTIONRETVAL))
		ret = 0;
	return ret;
}

VIRTUOS_HOOK int ftw(const char *path, ftw_function function, int descriptors)
{
	struct virtuos_path to;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(ftw)(path, function, descriptors);
	return walk(path, function, NULL, 0);
}
HOOK_ALIAS(ftw64, ftw);

/* Changing the directory for each callback is not forwarded. */
VIRTUOS_HOOK int nftw(const char *path, nftw_function function, int descriptors,
		      int flags)
{
	struct virtuos_path to;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(nftw)(path, function, descriptors, flags);
	if (flags & FTW_CHDIR)
		return virtuos_return(hook_unserved("nftw", path));
	return walk(path, NULL, function, flags);
}
HOOK_ALIAS(nftw64, nftw);
