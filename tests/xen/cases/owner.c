// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	chmod, chown and their kin, umask, and what another user may do.
 * Why:		the shadow runs with credentials attested by the client's
 *		kernel; a change of them must reach it, and umask with it.
 * How:		as root; then a child becomes "nobody" and tries again.
 */
#include <grp.h>
#include "../transcript.h"

static void show(const char *name)
{
	struct stat st = { .st_mode = 0 };

	if (lstat(at(name), &st))
		say("  %s: %s", name, strerrorname_np(errno));
	else
		say("  %s: mode %o, uid %u, gid %u", name, st.st_mode,
		    st.st_uid, st.st_gid);
}

static void test_root(void)
{
	int fd, d = FD(open(t_dir, O_RDONLY));

	say("-- mode");
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0666));
	show("f");
	WANT(chmod(at("f"), 0604), 0);
	show("f");
	WANT(fchmod(fd, 04711), 0);
	show("f");
	WANT(fchmodat(d, "f", 0640, 0), 0);
	show("f");
	FAILS(chmod(at("none"), 0600), ENOENT);

	say("-- owner");
	WANT(chown(at("f"), 1234, 4321), 0);
	show("f");
	WANT(fchown(fd, -1, 77), 0);
	show("f");
	WANT(symlink("f", at("l")), 0);
	WANT(lchown(at("l"), 55, 66), 0);
	show("l");
	show("f");
	WANT(fchownat(d, "f", 12, 13, 0), 0);
	show("f");
	WANT(chmod(at("f"), 06755), 0);
	WANT(chown(at("f"), 0, 0), 0);
	show("f");

	say("-- umask");
	WANT(umask(077), 022);
	WANT(close(open(at("u1"), O_CREAT | O_WRONLY, 0666)), 0);
	WANT(mkdir(at("u2"), 0777), 0);
	WANT(umask(0), 077);
	WANT(close(open(at("u3"), O_CREAT | O_WRONLY, 0666)), 0);
	WANT(mkdir(at("u4"), 01777), 0);
	WANT(umask(022), 0);
	show("u1");
	show("u2");
	show("u3");
	show("u4");
	close(fd);
	close(d);
}

static void nobody(int fd)
{
	char c;

	WANT(setgroups(0, NULL), 0);
	WANT(setgid(65534), 0);
	WANT(setuid(65534), 0);
	FAILS(open(at("u1"), O_RDONLY), EACCES);
	FAILS(open(at("u2/x"), O_RDONLY), EACCES);
	FAILS(open(at("f"), O_WRONLY), EACCES);
	FAILS(open(at("new"), O_CREAT | O_WRONLY, 0600), EACCES);
	FAILS(chmod(at("f"), 0777), EPERM);
	FAILS(chown(at("u3"), 65534, 65534), EPERM);
	FAILS(unlink(at("f")), EACCES);
	FAILS(access(at("u1"), R_OK), EACCES);
	FAILS(mkdir(at("dir"), 0777), EACCES);
	WANT(close(FD(open(at("u4/mine"), O_CREAT | O_WRONLY, 0666))), 0);
	show("u4/mine");
	WANT(chmod(at("u4/mine"), 0600), 0);
	/* What root opened stays open. */
	WANT(read(fd, &c, 1), 1);
	say("  read '%c'", c);
	_exit(t_wrong);
}

static void test_nobody(void)
{
	int fd = FD(open(at("u1"), O_RDWR));
	pid_t pid;

	say("-- nobody");
	WANT(write(fd, "secret", 6), 6);
	WANT(lseek(fd, 0, SEEK_SET), 0);
	pid = fork();
	if (pid == 0)
		nobody(fd);
	t_wait(pid);
	WANT(unlink(at("u4/mine")), 0);
	WANT(lseek(fd, 0, SEEK_CUR), 1);
	close(fd);

	say("-- for a while only");
	WANT(seteuid(65534), 0);
	FAILS(open(at("u1"), O_RDONLY), EACCES);
	WANT(seteuid(0), 0);
	WANT(close(FD(open(at("u1"), O_RDONLY))), 0);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	if (geteuid() != 0)
		t_skip("wants to be root");
	test_root();
	test_nobody();
	return t_end();
}
