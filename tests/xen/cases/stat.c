// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	stat, lstat, fstat, fstatat, statx, statfs, fstatfs, access, mknod.
 * Why:		programs decide by these what a file is; a placeholder must not
 *		shine through (its own inode, mode or size).
 * How:		a file, a directory, links and a FIFO looked at every way; the
 *		same object must look the same by name and by descriptor.
 */
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "../transcript.h"

static void show(const char *what, const struct stat *st)
{
	say("  %s: mode %o, links %lu, uid %u, gid %u, size %ld", what,
	    st->st_mode, (unsigned long)st->st_nlink, st->st_uid, st->st_gid,
	    S_ISDIR(st->st_mode) ? -1L : (long)st->st_size);
}

static int same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_mode == b->st_mode && a->st_size == b->st_size &&
	       a->st_blocks == b->st_blocks && a->st_rdev == b->st_rdev &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void test_file(void)
{
	struct stat a, b, c;
	int fd = FD(open(at("f"), O_RDWR | O_CREAT, 0640));

	say("-- a file");
	WANT(write(fd, "12345", 5), 5);
	WANT(fstat(fd, &a), 0);
	WANT(stat(at("f"), &b), 0);
	WANT(lstat(at("f"), &c), 0);
	show("f", &a);
	HOLDS(same(&a, &b) && same(&a, &c));
	WANT(fstatat(AT_FDCWD, at("f"), &b, 0), 0);
	HOLDS(same(&a, &b));
	WANT(fstatat(fd, "", &b, AT_EMPTY_PATH), 0);
	HOLDS(same(&a, &b));
	HOLDS(a.st_blksize > 0 && a.st_ino != 0);
	HOLDS(a.st_mtime > 1000000000);
	FAILS(stat(at("none"), &b), ENOENT);
	FAILS(stat(at("f/g"), &b), ENOTDIR);
	FAILS(stat("", &b), ENOENT);
	WANT(link(at("f"), at("g")), 0);
	WANT(fstat(fd, &a), 0);
	show("f with a second link", &a);
	WANT(unlink(at("f")), 0);
	WANT(unlink(at("g")), 0);
	WANT(fstat(fd, &a), 0);
	show("f without a name", &a);
	close(fd);
	FAILS(fstat(fd, &a), EBADF);
}

static void test_kinds(void)
{
	struct stat a, b;
	int fd;

	say("-- other kinds");
	WANT(mkdir(at("d"), 0751), 0);
	WANT(stat(at("d"), &a), 0);
	show("d", &a);
	fd = FD(open(at("d"), O_RDONLY | O_DIRECTORY));
	WANT(fstat(fd, &b), 0);
	HOLDS(same(&a, &b));
	WANT(symlink("d", at("l")), 0);
	WANT(stat(at("l"), &b), 0);
	HOLDS(same(&a, &b));
	WANT(lstat(at("l"), &b), 0);
	show("l", &b);
	WANT(fstatat(AT_FDCWD, at("l"), &b, AT_SYMLINK_NOFOLLOW), 0);
	show("l", &b);
	WANT(symlink("nowhere", at("dangling")), 0);
	FAILS(stat(at("dangling"), &b), ENOENT);
	WANT(mkfifo(at("fifo"), 0600), 0);
	WANT(stat(at("fifo"), &b), 0);
	show("fifo", &b);
	WANT(mknod(at("reg"), S_IFREG | 0604, 0), 0);
	WANT(fstatat(fd, "../reg", &b, 0), 0);
	show("reg", &b);
	close(fd);
	fd = FD(socket(AF_INET, SOCK_STREAM, 0));
	WANT(fstat(fd, &b), 0);
	HOLDS(S_ISSOCK(b.st_mode));
	close(fd);
}

static void test_statx(void)
{
	struct statx x, y;
	int fd = FD(open(at("x"), O_RDWR | O_CREAT, 0600));

	say("-- statx");
	WANT(ftruncate(fd, 12345), 0);
	memset(&x, 0, sizeof(x));
	WANT(statx(AT_FDCWD, at("x"), 0, STATX_BASIC_STATS, &x), 0);
	say("  mode %o, links %u, size %llu, mask has the basic ones: %d",
	    x.stx_mode, x.stx_nlink, (unsigned long long)x.stx_size,
	    (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	WANT(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &y), 0);
	HOLDS(x.stx_ino == y.stx_ino && x.stx_size == y.stx_size);
	HOLDS(x.stx_dev_major == y.stx_dev_major);
	FAILS(statx(AT_FDCWD, at("none"), 0, STATX_SIZE, &x), ENOENT);
	FAILS(statx(AT_FDCWD, at("x"), 0x40000000, STATX_SIZE, &x), EINVAL);
	close(fd);
}

static void test_statfs(void)
{
	struct statfs a, b;
	struct statvfs v;
	int fd = FD(open(t_dir, O_RDONLY));

	say("-- statfs");
	WANT(statfs(t_dir, &a), 0);
	WANT(fstatfs(fd, &b), 0);
	HOLDS(a.f_type == b.f_type && a.f_bsize == b.f_bsize);
	HOLDS(a.f_blocks == b.f_blocks && a.f_blocks > 0);
	HOLDS(a.f_namelen == 255);
	WANT(statvfs(t_dir, &v), 0);
	HOLDS(v.f_blocks == a.f_blocks);
	WANT(fstatvfs(fd, &v), 0);
	FAILS(statfs(at("none"), &a), ENOENT);
	close(fd);
}

static void test_access(void)
{
	say("-- access");
	WANT(access(at("x"), F_OK), 0);
	WANT(access(at("x"), R_OK | W_OK), 0);
	FAILS(access(at("x"), X_OK), EACCES);
	FAILS(access(at("none"), F_OK), ENOENT);
	FAILS(access(at("x"), 0777), EINVAL);
	WANT(access(at("d"), X_OK), 0);
	WANT(faccessat(AT_FDCWD, at("dangling"), F_OK, AT_SYMLINK_NOFOLLOW), 0);
	WANT(euidaccess(at("x"), R_OK), 0);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_file();
	test_kinds();
	test_statx();
	test_statfs();
	test_access();
	return t_end();
}
