// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	mkdir, readdir, rename, link, symlink, readlink, unlink, rmdir,
 *		and their …at forms with a directory's descriptor.
 * Why:		names are looked up in the service domain; two names in one call
 *		(rename, link) and names relative to a descriptor are where a
 *		marshaller mixes things up.
 * How:		a small tree is built, moved and removed; listings are sorted.
 */
#include <dirent.h>
#include <sys/syscall.h>
#include "../transcript.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *name)
{
	char *names[400];
	struct dirent *e;
	DIR *dir = opendir(name);
	int n = 0, i;

	if (!dir) {
		say("opendir: %s  <-- not as expected", strerrorname_np(errno));
		t_wrong = 1;
		return;
	}
	while ((e = readdir(dir)) && n < 400) {
		char line[300];

		snprintf(line, sizeof(line), "%s type %d", e->d_name,
			 e->d_type);
		names[n++] = strdup(line);
	}
	qsort(names, n, sizeof(names[0]), by_name);
	for (i = 0; i < n; i++) {
		if (n < 20 || i % 50 == 0)
			say("  %s", names[i]);
		free(names[i]);
	}
	say("  %d entries", n);
	rewinddir(dir);
	HOLDS(readdir(dir) != NULL);
	WANT(closedir(dir), 0);
}

static int make(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -1;
	return close(fd);
}

static void show(const char *name)
{
	char text[100];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = 0;
	say("  %s holds '%s'", name + strlen(t_dir), text);
	close(fd);
}

static void test_tree(void)
{
	char target[100];

	say("-- a tree");
	WANT(mkdir(at("d"), 0755), 0);
	FAILS(mkdir(at("d"), 0755), EEXIST);
	FAILS(mkdir(at("x/y"), 0755), ENOENT);
	WANT(make(at("d/one"), "first"), 0);
	WANT(make(at("d/two"), "second"), 0);
	WANT(link(at("d/one"), at("d/uno")), 0);
	FAILS(link(at("d/one"), at("d/two")), EEXIST);
	FAILS(link(at("d/none"), at("d/nil")), ENOENT);
	WANT(symlink("one", at("d/soft")), 0);
	WANT(symlink("/nowhere/at/all", at("d/dangling")), 0);
	memset(target, 'x', sizeof(target));
	WANT(readlink(at("d/soft"), target, sizeof(target)), 3);
	HOLDS(!memcmp(target, "onexx", 5));
	WANT(readlink(at("d/dangling"), target, 5), 5);
	HOLDS(!memcmp(target, "/nowhex", 5));
	FAILS(readlink(at("d/one"), target, 10), EINVAL);
	show(at("d/soft"));
	list(at("d"));
}

static void test_rename(void)
{
	say("-- rename");
	WANT(rename(at("d/one"), at("d/1")), 0);
	FAILS(rename(at("d/one"), at("d/1")), ENOENT);
	WANT(rename(at("d/two"), at("d/1")), 0);
	show(at("d/1"));
	show(at("d/uno"));
	FAILS(open(at("d/soft"), O_RDONLY), ENOENT);
	WANT(mkdir(at("e"), 0755), 0);
	FAILS(rename(at("e"), at("d/1")), ENOTDIR);
	FAILS(rename(at("d"), at("d/sub")), EINVAL);
	FAILS(rename(at("e"), at("e/sub")), EINVAL);
	FAILS(rename(at("d/1"), at("e")), EISDIR);
	FAILS(renameat2(AT_FDCWD, at("d/1"), AT_FDCWD, at("d/uno"),
			RENAME_NOREPLACE), EEXIST);
	WANT(renameat2(AT_FDCWD, at("d/1"), AT_FDCWD, at("d/uno"),
		       RENAME_EXCHANGE), 0);
	show(at("d/uno"));
	FAILS(rmdir(at("d")), ENOTEMPTY);
	FAILS(rmdir(at("d/uno")), ENOTDIR);
	FAILS(unlink(at("e")), EISDIR);
	WANT(rmdir(at("e")), 0);
	FAILS(rmdir(at("e")), ENOENT);
}

static void test_at(void)
{
	int d = FD(open(at("d"), O_RDONLY | O_DIRECTORY));
	char target[10];
	int fd;

	say("-- names relative to a directory's descriptor");
	WANT(mkdirat(d, "sub", 0700), 0);
	fd = FD(openat(d, "sub/new", O_CREAT | O_RDWR, 0600));
	WANT(write(fd, "via dirfd", 9), 9);
	close(fd);
	WANT(linkat(d, "sub/new", d, "sub/new2", 0), 0);
	WANT(symlinkat("new2", d, "sub/ln"), 0);
	WANT(readlinkat(d, "sub/ln", target, sizeof(target)), 4);
	WANT(renameat(d, "sub/new", d, "moved"), 0);
	WANT(faccessat(d, "moved", R_OK | W_OK, 0), 0);
	FAILS(faccessat(d, "sub/new", F_OK, 0), ENOENT);
	show(at("d/sub/ln"));
	FAILS(unlinkat(d, "sub", 0), EISDIR);
	FAILS(unlinkat(d, "sub", AT_REMOVEDIR), ENOTEMPTY);
	WANT(unlinkat(d, "sub/ln", 0), 0);
	WANT(unlinkat(d, "sub/new2", 0), 0);
	WANT(unlinkat(d, "sub", AT_REMOVEDIR), 0);
	fd = FD(open(at("d/moved"), O_RDONLY));
	FAILS(openat(fd, "x", O_RDONLY), ENOTDIR);
	close(fd);
	/* Absolute names do not care about the descriptor. */
	fd = FD(openat(d, at("d/moved"), O_RDONLY));
	close(fd);
	close(d);
	FAILS(openat(d, "moved", O_RDONLY), EBADF);
	FAILS(openat(-5, "moved", O_RDONLY), EBADF);
}

/* More entries than one getdents call returns. */
static void test_large(void)
{
	char name[300];
	int i, bad = 0;

	say("-- 300 entries");
	WANT(mkdir(at("many"), 0755), 0);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many/%03d-%0200d", i, i);
		bad |= make(at(name), "");
	}
	HOLDS(!bad);
	list(at("many"));
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many/%03d-%0200d", i, i);
		bad |= unlink(at(name));
	}
	HOLDS(!bad);
	WANT(rmdir(at("many")), 0);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_tree();
	test_rename();
	test_at();
	test_large();
	list(at("d"));
	return t_end();
}
