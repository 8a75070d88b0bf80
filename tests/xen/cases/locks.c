// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	fcntl record locks, open-file-description locks, flock.
 * Why:		sqlite3 rests on record locks between processes; they belong to
 *		the shadow, so two client processes must be two owners there,
 *		and a child must not own its parent's.
 * How:		a parent and a child in turn, synchronised by local pipes; a
 *		blocking lock that is granted, and one that a signal interrupts.
 */
#include <sys/file.h>
#include "../transcript.h"

static int to_child[2], to_parent[2];

static void tell(int p[2])
{
	if (write(p[1], "x", 1) != 1)
		_exit(3);
}

static void hear(int p[2])
{
	char c;

	if (read(p[0], &c, 1) != 1)
		_exit(3);
}

static int lock(int fd, int cmd, short type, off_t start, off_t len)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET,
			    .l_start = start, .l_len = len };

	return fcntl(fd, cmd, &fl);
}

/* Who stands in the way? */
static void ask(int fd, short type, off_t start, off_t len)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET,
			    .l_start = start, .l_len = len };

	WANT(fcntl(fd, F_GETLK, &fl), 0);
	if (fl.l_type == F_UNLCK)
		say("  nobody in the way of %ld+%ld", (long)start, (long)len);
	else
		say("  in the way: %s at %ld+%ld",
		    fl.l_type == F_RDLCK ? "reader" : "writer",
		    (long)fl.l_start, (long)fl.l_len);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void child_records(int inherited)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int fd;

	hear(to_child);
	fd = FD(open(at("f"), O_RDWR));
	ask(fd, F_WRLCK, 0, 200);
	ask(inherited, F_RDLCK, 0, 0);
	FAILS(lock(fd, F_SETLK, F_WRLCK, 50, 10), EAGAIN);
	WANT(lock(fd, F_SETLK, F_WRLCK, 300, 10), 0);
	WANT(lock(fd, F_SETLK, F_RDLCK, 150, 10), 0);
	/* Interrupted: */
	sigaction(SIGALRM, &sa, NULL);
	alarm(1);
	FAILS(lock(fd, F_SETLKW, F_WRLCK, 0, 1), EINTR);
	tell(to_parent);
	/* Granted when the parent lets go: */
	WANT(lock(fd, F_SETLKW, F_WRLCK, 0, 100), 0);
	tell(to_parent);
	hear(to_child);
	_exit(t_wrong);		/* and all locks go with it */
}

static void test_records(int fd)
{
	pid_t pid;

	say("-- record locks");
	WANT(lock(fd, F_SETLK, F_WRLCK, 0, 100), 0);
	WANT(lock(fd, F_SETLK, F_RDLCK, 100, 100), 0);
	ask(fd, F_WRLCK, 0, 0);		/* one's own do not count */
	pid = fork();
	if (pid == 0)
		child_records(fd);
	tell(to_child);
	hear(to_parent);
	t_sleep_ms(50);		/* quietly, for the child speaks next */
	if (lock(fd, F_SETLK, F_UNLCK, 0, 0))
		t_wrong = 1;
	hear(to_parent);
	ask(fd, F_WRLCK, 0, 100);
	ask(fd, F_WRLCK, 300, 1);
	FAILS(lock(fd, F_SETLK, F_WRLCK, 99, 1), EAGAIN);
	tell(to_child);
	t_wait(pid);
	WANT(lock(fd, F_SETLK, F_WRLCK, 0, 0), 0);
	FAILS(lock(fd, F_SETLK, F_WRLCK, -5, 1), EINVAL);
	WANT(lock(fd, F_SETLK, F_UNLCK, 0, 0), 0);
}

/* Another process wants a lock on the file's first bytes. */
static int locked_for_others(void)
{
	pid_t pid = fork();
	int fd, status;

	if (pid == 0) {
		fd = open(at("f"), O_RDWR);
		_exit(lock(fd, F_SETLK, F_WRLCK, 0, 10) ? errno : 0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Closing any descriptor of the file drops the process's record locks. */
static void test_close_drops(int fd)
{
	int same, kept;
	pid_t pid;

	say("-- locks go with any close");
	WANT(lock(fd, F_SETLK, F_WRLCK, 0, 10), 0);
	WANT(locked_for_others(), EAGAIN);
	WANT(close(FD(open(at("f"), O_RDONLY))), 0);
	WANT(locked_for_others(), 0);
	say("-- a duplicate's");
	WANT(lock(fd, F_SETLK, F_WRLCK, 0, 10), 0);
	same = FD(dup(fd));
	WANT(locked_for_others(), EAGAIN);
	WANT(close(same), 0);
	WANT(locked_for_others(), 0);
	say("-- a description that a child keeps open");
	kept = FD(open(at("f"), O_RDWR));
	pid = fork();
	if (pid == 0) {
		hear(to_child);
		_exit(0);
	}
	WANT(lock(kept, F_SETLK, F_WRLCK, 0, 10), 0);
	WANT(locked_for_others(), EAGAIN);
	WANT(close(kept), 0);
	WANT(locked_for_others(), 0);
	tell(to_child);
	t_wait(pid);
}

static void test_ofd(int fd)
{
	int other = FD(open(at("f"), O_RDWR));
	int same;

	say("-- open file description locks");
	WANT(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10), 0);
	FAILS(lock(other, F_OFD_SETLK, F_RDLCK, 5, 1), EAGAIN);
	same = FD(dup(fd));
	WANT(lock(same, F_OFD_SETLK, F_WRLCK, 0, 20), 0);
	close(same);
	FAILS(lock(other, F_OFD_SETLK, F_RDLCK, 5, 1), EAGAIN);
	WANT(lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0), 0);
	WANT(lock(other, F_OFD_SETLK, F_RDLCK, 5, 1), 0);
	close(other);
}

static void test_flock(int fd)
{
	int other = FD(open(at("f"), O_RDWR));
	pid_t pid;

	say("-- flock");
	WANT(flock(fd, LOCK_EX), 0);
	FAILS(flock(other, LOCK_SH | LOCK_NB), EAGAIN);
	pid = fork();
	if (pid == 0) {
		/* The same description: nothing in the way. */
		WANT(flock(fd, LOCK_EX | LOCK_NB), 0);
		FAILS(flock(other, LOCK_EX | LOCK_NB), EAGAIN);
		_exit(t_wrong);
	}
	t_wait(pid);
	WANT(flock(fd, LOCK_SH), 0);
	WANT(flock(other, LOCK_SH | LOCK_NB), 0);
	FAILS(flock(fd, LOCK_EX | LOCK_NB), EAGAIN);
	WANT(flock(other, LOCK_UN), 0);
	WANT(flock(fd, LOCK_EX | LOCK_NB), 0);
	WANT(flock(fd, LOCK_UN), 0);
	FAILS(flock(fd, 0), EINVAL);
	close(other);
}

int main(int argc, char **argv)
{
	int fd;

	t_begin(argc, argv);
	if (pipe(to_child) || pipe(to_parent))
		return 2;
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0644));
	test_records(fd);
	test_close_drops(fd);
	test_ofd(fd);
	test_flock(fd);
	return t_end();
}
