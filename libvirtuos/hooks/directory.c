// SPDX-License-Identifier: MIT
/*
 * Directories.  A stream on a remote directory is libc's own on a placeholder,
 * which the kernel reads; so only opening it is done here, and what opens
 * directories inside libc: scandir and glob.
 */
#include "hook.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static DIR *open_at(int dirfd, const char *path)
{
	int fd = hook_openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
			     O_NONBLOCK, 0);
	DIR *dir;
	int err;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir) {
		err = errno;
		close(fd);
		errno = err;
	}
	return dir;
}

VIRTUOS_HOOK DIR *opendir(const char *path)
{
	struct virtuos_path to;

	if (!hook_path_remote(AT_FDCWD, &path, &to))
		return LIBC(opendir)(path);
	return open_at(AT_FDCWD, path);
}

VIRTUOS_HOOK ssize_t getdents64(int fd, void *buf, size_t n)
{
	if (n > INT_MAX)
		n = INT_MAX;
	return virtuos_return(FD_CALL(getdents64, fd, PTR(buf), n));
}

/* ---- scandir ----------------------------------------------------------- */

struct list {
	struct dirent **names;
	size_t used, room;
};

static bool list_add(struct list *list, const struct dirent *entry)
{
	size_t size = offsetof(struct dirent, d_name) + strlen(entry->d_name) +
		      1;
	struct dirent **names, *copy;

	if (list->used == list->room) {
		list->room = list->room ? list->room * 2 : 16;
		names = realloc(list->names, list->room * sizeof(*names));
		if (!names)
			return false;
		list->names = names;
	}
	copy = malloc(size);
	if (!copy)
		return false;
	memcpy(copy, entry, size);
	list->names[list->used++] = copy;
	return true;
}

static bool list_fill(struct list *list, DIR *dir,
		      int (*select)(const struct dirent *))
{
	struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return !errno;
		if ((!select || select(entry)) && !list_add(list, entry))
			return false;
	}
}

static int scan(DIR *dir, struct dirent ***names,
		int (*select)(const struct dirent *),
		int (*compare)(const struct dirent **, const struct dirent **))
{
	struct list list = { NULL };
	int err = errno;
	bool ok;

	if (!dir)
		return -1;
	ok = list_fill(&list, dir, select);
	if (ok)
		errno = err;
	err = errno;
	closedir(dir);
	errno = err;
	if (!ok) {
		while (list.used)
			free(list.names[--list.used]);
		free(list.names);
		return -1;
	}
	if (compare && list.used)
		qsort(list.names, list.used, sizeof(*list.names),
		      (int (*)(const void *, const void *))compare);
	*names = list.names;
	return list.used;
}

VIRTUOS_HOOK int scandirat(int dirfd, const char *path, struct dirent ***names,
			   int (*select)(const struct dirent *),
			   int (*compare)(const struct dirent **,
					  const struct dirent **))
{
	struct virtuos_path to;

	if (!hook_path_remote(dirfd, &path, &to))
		return LIBC(scandirat)(dirfd, path, names, select, compare);
	return scan(open_at(dirfd, path), names, select, compare);
}
HOOK_ALIAS(scandirat64, scandirat);

VIRTUOS_HOOK int scandir(const char *path, struct dirent ***names,
			 int (*select)(const struct dirent *),
			 int (*compare)(const struct dirent **,
					const struct dirent **))
{
	return scandirat(AT_FDCWD, path, names, select, compare);
}
HOOK_ALIAS(scandir64, scandir);

/* ---- glob -------------------------------------------------------------- */

static void close_directory(void *dir)
{
	closedir(dir);
}

/* glob_t and glob64_t, struct dirent and dirent64 are one on x86-64. */
VIRTUOS_HOOK int glob(const char *pattern, int flags,
		      int (*error)(const char *, int), glob_t *out)
{
	int ret;

	if (!virtuos_active || (flags & GLOB_ALTDIRFUNC))
		return LIBC(glob)(pattern, flags, error, out);
	out->gl_opendir = (void *(*)(const char *))opendir;
	out->gl_readdir = (struct dirent *(*)(void *))readdir;
	out->gl_closedir = close_directory;
	out->gl_stat = stat;
	out->gl_lstat = lstat;
	ret = LIBC(glob)(pattern, flags | GLOB_ALTDIRFUNC, error, out);
	out->gl_flags &= ~GLOB_ALTDIRFUNC;
	return ret;
}
HOOK_ALIAS(glob64, glob);
