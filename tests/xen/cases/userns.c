// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	what "nobody" may do to root's files and with sockets, as himself
 *		and as root of a user namespace of his own.
 * Why:		capabilities in another user namespace than the first are none
 *		where the files and sockets are.
 * How:		the same attempts four times: as nobody; in the namespace by the
 *		process that made it; when it has changed its ids there; and by
 *		a child, whose channels are new.
 */
#include <dirent.h>
#include <grp.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/xattr.h>
#include "../transcript.h"

#define NOBODY	65534

static void set_up(void)
{
	WANT(close(open(at("secret"), O_CREAT | O_WRONLY, 0600)), 0);
	WANT(mkdir(at("closed"), 0700), 0);
	WANT(close(open(at("closed/inside"), O_CREAT | O_WRONLY, 0666)), 0);
	WANT(mkdir(at("public"), 0777), 0);
	WANT(chmod(at("public"), 01777), 0);
}

static void try_files(void)
{
	struct stat st;

	FAILS(open(at("secret"), O_RDONLY), EACCES);
	FAILS(open(at("secret"), O_WRONLY | O_TRUNC), EACCES);
	FAILS(access(at("secret"), R_OK), EACCES);
	FAILS(truncate(at("secret"), 0), EACCES);
	FAILS(chmod(at("secret"), 0666), EPERM);
	FAILS(chown(at("secret"), 0, 0), EPERM);
	FAILS(lchown(at("secret"), 0, 0), EPERM);
	FAILS(utimensat(AT_FDCWD, at("secret"), NULL, 0), EACCES);
	FAILS(unlink(at("secret")), EACCES);
	HOLDS(link(at("secret"), at("hard")) == -1);
	FAILS(rename(at("secret"), at("public/secret")), EACCES);
	FAILS(open(at("new"), O_CREAT | O_WRONLY, 0600), EACCES);
	WANT(stat(at("secret"), &st), 0);
}

static void try_directories(void)
{
	struct stat st;

	FAILS(open(at("closed"), O_RDONLY | O_DIRECTORY), EACCES);
	FAILS(open(at("closed/inside"), O_RDONLY), EACCES);
	FAILS(stat(at("closed/inside"), &st), EACCES);
	FAILS(mkdir(at("closed/new"), 0700), EACCES);
	FAILS(unlink(at("closed/inside")), EACCES);
	FAILS(link(at("closed/inside"), at("public/hard")), EACCES);
	FAILS(chmod(at("closed"), 0777), EPERM);
	FAILS(chdir(at("closed")), EACCES);
	FAILS(rmdir(at("public")), EACCES);
}

/* What only the right capability permits on a file of one's own. */
static void try_own(void)
{
	int fd = FD(open(at("public/mine"), O_CREAT | O_RDWR, 0600));

	WANT(write(fd, "mine", 4), 4);
	WANT(fchmod(fd, 0640), 0);
	FAILS(setxattr(at("public/mine"), "trusted.vt", "x", 1, 0), EPERM);
	FAILS(fsetxattr(fd, "trusted.vt", "x", 1, 0), EPERM);
	FAILS(mknod(at("public/null"), S_IFCHR | 0666, 0x103), EPERM);
	WANT(close(fd), 0);
	WANT(unlink(at("public/mine")), 0);
}

static void try_sockets(void)
{
	int fd = FD(socket(AF_INET, SOCK_STREAM, 0));
	union t_address a;
	socklen_t n = t_loopback(&a, AF_INET, 80);

	FAILS(bind(fd, &a.any, n), EACCES);
	WANT(close(fd), 0);
	FAILS(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
	FAILS(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), EPERM);
	/* With which error may depend on who refuses it first. */
	HOLDS(socket(AF_INET, SOCK_PACKET, htons(ETH_P_ALL)) == -1);
}

static void try_all(const char *who)
{
	say("-- %s", who);
	try_files();
	try_directories();
	try_own();
	try_sockets();
}

static int write_map(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY), n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (int)strlen(text) ? 0 : -1;
}

/* Nobody is root here. */
static void enter_namespace(void)
{
	WANT(unshare(CLONE_NEWUSER), 0);
	/* Who has changed his ids does not own his own /proc files. */
	WANT(prctl(PR_SET_DUMPABLE, 1), 0);
	WANT(write_map("/proc/self/setgroups", "deny"), 0);
	WANT(write_map("/proc/self/uid_map", "0 65534 1\n"), 0);
	WANT(write_map("/proc/self/gid_map", "0 65534 1\n"), 0);
	WANT(geteuid(), 0);
}

/* Not for who has another root, for one. */
static int may_enter(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWUSER) != 0);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void nobody(void)
{
	pid_t pid;

	WANT(setgroups(0, NULL), 0);
	WANT(setgid(NOBODY), 0);
	WANT(setuid(NOBODY), 0);
	try_all("nobody");
	enter_namespace();
	try_all("root of a namespace");
	WANT(setgid(0), 0);
	WANT(setuid(0), 0);
	try_all("root of a namespace, attested anew");
	pid = fork();
	if (!pid) {
		try_all("a child of his");
		_exit(t_wrong);
	}
	t_wait(pid);
	_exit(t_wrong);
}

int main(int argc, char **argv)
{
	struct stat st;
	pid_t pid;

	t_begin(argc, argv);
	if (geteuid() != 0)
		t_skip("wants to be root");
	if (!may_enter())
		t_skip("no user namespaces for this root");
	set_up();
	pid = fork();
	if (!pid)
		nobody();
	t_wait(pid);
	say("-- what is left");
	WANT(stat(at("secret"), &st), 0);
	say("  mode %o, uid %u, gid %u", st.st_mode, st.st_uid, st.st_gid);
	WANT(stat(at("closed"), &st), 0);
	say("  mode %o, uid %u, gid %u", st.st_mode, st.st_uid, st.st_gid);
	WANT(access(at("closed/inside"), F_OK), 0);
	return t_end();
}
