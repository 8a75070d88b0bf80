// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	utimensat, futimens, utimes, utime, UTIME_NOW and UTIME_OMIT.
 * Why:		cp -p, tar and make live by them; a structure of two timespecs
 *		crosses, or none, or no name.
 * How:		set, look, compare; "now" only within a day.
 */
#include <sys/time.h>
#include <utime.h>
#include "../transcript.h"

static void show(const char *what)
{
	struct stat st;

	WANT(lstat(at("f"), &st), 0);
	say("  %s: atime %ld.%09ld, mtime %ld.%09ld", what, st.st_atim.tv_sec,
	    st.st_atim.tv_nsec, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

int main(int argc, char **argv)
{
	struct timespec ts[2] = { { 1000000001, 123456789 },
				  { 1100000002, 987654321 } };
	struct timeval tv[2] = { { 900000000, 111111 }, { 950000000, 222222 } };
	struct utimbuf ub = { 800000000, 850000000 };
	struct stat st;
	int fd, d;

	t_begin(argc, argv);
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	WANT(utimensat(AT_FDCWD, at("f"), ts, 0), 0);
	show("utimensat");
	ts[0].tv_nsec = UTIME_OMIT;
	ts[1].tv_sec = 1200000000;
	WANT(futimens(fd, ts), 0);
	show("futimens, atime omitted");
	ts[0].tv_nsec = 5;
	ts[1].tv_nsec = 1000000000;
	FAILS(futimens(fd, ts), EINVAL);
	WANT(utimes(at("f"), tv), 0);
	show("utimes");
	WANT(utime(at("f"), &ub), 0);
	show("utime");
	WANT(futimes(fd, tv), 0);
	show("futimes");
	WANT(utimensat(AT_FDCWD, at("f"), NULL, 0), 0);
	WANT(stat(at("f"), &st), 0);
	HOLDS(st.st_mtime > 1600000000);
	WANT(symlink("f", at("l")), 0);
	ts[0].tv_sec = ts[1].tv_sec = 1300000000;
	ts[0].tv_nsec = ts[1].tv_nsec = 0;
	WANT(utimensat(AT_FDCWD, at("l"), ts, AT_SYMLINK_NOFOLLOW), 0);
	WANT(lstat(at("l"), &st), 0);
	WANT(st.st_mtim.tv_sec, 1300000000);
	WANT(stat(at("l"), &st), 0);
	HOLDS(st.st_mtime > 1600000000);
	d = FD(open(t_dir, O_RDONLY));
	WANT(utimensat(d, "f", ts, 0), 0);
	show("relative to a directory");
	FAILS(utimensat(d, "none", ts, 0), ENOENT);
	WANT(close(d), 0);
	WANT(write(fd, "x", 1), 1);
	WANT(fstat(fd, &st), 0);
	HOLDS(st.st_mtime > 1600000000);
	return t_end();
}
