// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	chdir and fchdir into the storage domain, relative names, getcwd,
 *		and what fork and exec make of them.
 * Why:		"cd /storage && ls" is the first thing that anybody types; the
 *		working directory of a process is then a remote one.
 * How:		every way in and out; a name is shown without the part before
 *		the test's directory.
 */
#include <dirent.h>
#include <limits.h>
#include "../transcript.h"

static char base[PATH_MAX];	/* absolute name of the test's directory */
static char self[PATH_MAX];

static void where(void)
{
	char cwd[PATH_MAX];

	if (!getcwd(cwd, sizeof(cwd)))
		say("  getcwd: %s", strerrorname_np(errno));
	else if (!strncmp(cwd, base, strlen(base)))
		say("  in BASE%s", cwd + strlen(base));
	else
		say("  in %s", cwd);
}

static void test_ways(void)
{
	char small[2];
	int fd, root;

	say("-- in and out");
	root = FD(open("/", O_RDONLY | O_DIRECTORY));
	WANT(chdir(base), 0);
	where();
	WANT(mkdir("sub", 0700), 0);
	WANT(chdir("sub"), 0);
	where();
	WANT(close(FD(open("file", O_CREAT | O_RDWR, 0600))), 0);
	WANT(access("../sub/file", R_OK), 0);
	WANT(chdir(".."), 0);
	where();
	fd = FD(open("sub", O_RDONLY | O_DIRECTORY));
	WANT(fchdir(fd), 0);
	where();
	FAILS(chdir("none"), ENOENT);
	FAILS(chdir("file"), ENOTDIR);
	where();
	WANT(fchdir(root), 0);
	where();
	FAILS(access("file", F_OK), ENOENT);
	WANT(access("etc", F_OK), 0);
	WANT(fchdir(fd), 0);
	WANT(access("file", F_OK), 0);
	FAILS((getcwd(small, sizeof(small)) ? 0 : -1), ERANGE);
	WANT(chdir("/"), 0);
	where();
	WANT(chdir(base), 0);
	close(fd);
	close(root);
}

static void test_relative(void)
{
	struct stat a, b;
	char buf[20];
	FILE *f;
	DIR *d;
	int n = 0;

	say("-- relative names");
	WANT(chdir("sub"), 0);
	f = fopen("stream", "w");
	HOLDS(f && fputs("text", f) > 0 && !fclose(f));
	WANT(rename("stream", "../moved"), 0);
	WANT(symlink("../moved", "link"), 0);
	WANT(readlink("link", buf, sizeof(buf)), 8);
	WANT(stat("link", &a), 0);
	WANT(stat(at("moved"), &b), 0);
	HOLDS(a.st_ino == b.st_ino);
	WANT(link("link", "hard"), 0);
	WANT(unlink("hard"), 0);
	WANT(truncate("../moved", 2), 0);
	WANT(chmod("../moved", 0400), 0);
	d = opendir(".");
	HOLDS(d != NULL);
	while (readdir(d))
		n++;
	WANT(n, 4);
	closedir(d);
	FAILS(rmdir("../sub"), ENOTEMPTY);
	WANT(unlink("link"), 0);
	WANT(unlink("file"), 0);
	WANT(mkdir("gone", 0700), 0);
	WANT(chdir("gone"), 0);
	WANT(rmdir("../gone"), 0);
	HOLDS(getcwd(buf, 0) == NULL);
	where();
	FAILS(open("x", O_CREAT | O_RDWR, 0600), ENOENT);
	WANT(chdir(base), 0);
	where();
}

/* From the root, a component at a time, as rsync and "safe" openers walk. */
static void test_steps(void)
{
	char path[PATH_MAX], *name, *rest = path;
	struct stat a, b;
	int fd = FD(open("/", O_PATH | O_DIRECTORY));
	int next, wrong = 0;

	say("-- step by step");
	strcpy(path, base);
	while ((name = strtok_r(rest, "/", &rest))) {
		wrong += fstatat(fd, name, &a, AT_SYMLINK_NOFOLLOW) != 0;
		next = openat(fd, name, O_PATH | O_NOFOLLOW | O_DIRECTORY);
		wrong += next < 0 || fstat(next, &b) || a.st_ino != b.st_ino;
		close(fd);
		fd = next;
	}
	WANT(wrong, 0);
	WANT(stat(base, &a), 0);
	WANT(fstat(fd, &b), 0);
	HOLDS(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	WANT(mkdirat(fd, "stepped", 0700), 0);
	WANT(access(at("stepped"), F_OK), 0);
	WANT(unlinkat(fd, "stepped", AT_REMOVEDIR), 0);
	close(fd);
	fd = FD(open("/", O_RDONLY | O_DIRECTORY));
	FAILS(mkdirat(fd, base + 1, 0700), EEXIST);
	close(fd);
}

static void run(const char *what, const char *arg, const char *more)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(what, what, arg, more, NULL);
		_exit(126);
	}
	t_wait(pid);
}

static void test_children(void)
{
	pid_t pid;

	say("-- fork and exec");
	WANT(chdir("sub"), 0);
	WANT(close(FD(creat("here", 0600))), 0);
	pid = fork();
	if (pid == 0) {
		where();
		WANT(access("here", F_OK), 0);
		WANT(chdir(".."), 0);
		where();
		_exit(t_wrong);
	}
	t_wait(pid);
	where();			/* the child's was its own */
	run(self, base, "look");
	run("/bin/ls", ".", NULL);
	where();
	WANT(chdir(".."), 0);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[2], "look")) {
		snprintf(base, sizeof(base), "%s", argv[1]);
		t_dir = base;
		say("  in the new program:");
		where();
		WANT(access("here", F_OK), 0);
		return t_wrong;
	}
	t_begin(argc, argv);
	if (!realpath("/proc/self/exe", self) || !realpath(t_dir, base))
		return 2;
	t_dir = base;
	test_ways();
	test_relative();
	test_steps();
	test_children();
	return t_end();
}
