// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	extended attributes by name, by link and by descriptor.
 * Why:		cp -a and ls ask for them; two names and a buffer in one call.
 * How:		set, get, list and remove user attributes, with sizes too small
 *		and too large.
 */
#include <sys/xattr.h>
#include "../transcript.h"

static char buf[5000];

static int listed(const char *name, ssize_t n)
{
	const char *p = buf;

	for (; p < buf + n; p += strlen(p) + 1)
		if (!strcmp(p, name))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	ssize_t n;
	int fd;

	t_begin(argc, argv);
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	if (setxattr(at("f"), "user.probe", "", 0, 0) && errno == EOPNOTSUPP)
		t_skip("this file system has no user attributes");
	WANT(removexattr(at("f"), "user.probe"), 0);
	WANT(setxattr(at("f"), "user.colour", "green", 5, 0), 0);
	WANT(fsetxattr(fd, "user.size", "XXL", 3, XATTR_CREATE), 0);
	FAILS(fsetxattr(fd, "user.size", "S", 1, XATTR_CREATE), EEXIST);
	FAILS(setxattr(at("f"), "user.no", "S", 1, XATTR_REPLACE), ENODATA);
	WANT(getxattr(at("f"), "user.colour", buf, sizeof(buf)), 5);
	BYTES(buf, 5);
	WANT(fgetxattr(fd, "user.size", buf, 3), 3);
	BYTES(buf, 3);
	FAILS(fgetxattr(fd, "user.size", buf, 2), ERANGE);
	WANT(fgetxattr(fd, "user.size", NULL, 0), 3);
	WANT(lgetxattr(at("f"), "user.size", buf, 100), 3);
	FAILS(getxattr(at("f"), "user.none", buf, 10), ENODATA);
	FAILS(getxattr(at("none"), "user.none", buf, 10), ENOENT);
	FAILS(setxattr(at("f"), "nonsense", "x", 1, 0), EOPNOTSUPP);
	n = listxattr(at("f"), buf, sizeof(buf));
	HOLDS(listed("user.colour", n) && listed("user.size", n));
	n = flistxattr(fd, buf, sizeof(buf));
	HOLDS(listed("user.colour", n) && listed("user.size", n));
	HOLDS(llistxattr(at("f"), NULL, 0) == n);
	FAILS(flistxattr(fd, buf, 5), ERANGE);
	t_fill(buf, 1000, 9);
	WANT(fsetxattr(fd, "user.large", buf, 1000, 0), 0);
	memset(buf, 0, sizeof(buf));
	WANT(fgetxattr(fd, "user.large", buf, sizeof(buf)), 1000);
	BYTES(buf, 1000);
	WANT(fremovexattr(fd, "user.large"), 0);
	WANT(lremovexattr(at("f"), "user.colour"), 0);
	FAILS(removexattr(at("f"), "user.colour"), ENODATA);
	return t_end();
}
