// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	RLIMIT_NOFILE, RLIMIT_FSIZE and their changes, many descriptors,
 *		many threads.
 * Why:		EMFILE must come before anything happens in the service; more
 *		threads than a channel has slots must still be served.
 * How:		a low limit; 500 open files; 300 threads that call at once.
 */
#include <pthread.h>
#include <sys/resource.h>
#include "../transcript.h"

static void set_limit(int what, rlim_t n)
{
	struct rlimit rl;

	getrlimit(what, &rl);
	rl.rlim_cur = n;
	WANT(setrlimit(what, &rl), 0);
}

static void test_emfile(void)
{
	int fds[100], n = 0, s, l, c;

	say("-- EMFILE");
	l = t_listen(AF_INET);
	c = t_connect(AF_INET, t_port(l));
	set_limit(RLIMIT_NOFILE, 40);
	while ((fds[n] = dup(STDERR_FILENO)) >= 0)
		n++;
	FAILS(open(at("never"), O_CREAT | O_RDWR, 0600), EMFILE);
	FAILS(socket(AF_INET, SOCK_STREAM, 0), EMFILE);
	FAILS(accept(l, NULL, NULL), EMFILE);
	FAILS(dup(l), EMFILE);
	FAILS(access(at("never"), F_OK), ENOENT);	/* nothing happened */
	FAILS(fcntl(l, F_DUPFD, 40), EINVAL);
	close(fds[--n]);
	s = FD(accept(l, NULL, NULL));		/* the connection waited */
	WANT(write(c, "x", 1), 1);
	close(s);
	s = FD(open(at("now"), O_CREAT | O_RDWR, 0600));
	close(s);
	while (n)
		close(fds[--n]);
	close(l);
	close(c);
	set_limit(RLIMIT_NOFILE, 1024);
}

/* Before the first use of a service, and with a limit that is raised later. */
static void test_raised(void)
{
	static int fds[400];
	int i, n = 0, bad = 0;

	say("-- a table that is full at first");
	if (fork() == 0) {
		set_limit(RLIMIT_NOFILE, 40);
		while ((fds[n] = dup(STDERR_FILENO)) >= 0)
			n++;
		FAILS(open(at("first"), O_CREAT | O_RDWR, 0600), EMFILE);
		FAILS(socket(AF_INET, SOCK_STREAM, 0), EMFILE);
		for (i = 0; i < 5; i++)
			close(fds[--n]);
		close(FD(open(at("first"), O_CREAT | O_RDWR, 0600)));
		set_limit(RLIMIT_NOFILE, 1024);
		for (i = 0; i < 400; i++) {
			fds[i] = open(at("first"), O_RDONLY);
			bad += fds[i] < 0;
		}
		WANT(bad, 0);
		_exit(t_wrong);
	}
	t_wait(-1);
}

static void test_many(void)
{
	static int fds[500];
	char name[20], c;
	int i, bad = 0;

	say("-- 500 files");
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		fds[i] = open(at(name), O_RDWR | O_CREAT, 0600);
		bad += fds[i] < 0 || write(fds[i], &(char){ i }, 1) != 1;
	}
	WANT(bad, 0);
	for (i = 499; i >= 0; i--) {
		bad += pread(fds[i], &c, 1, 0) != 1 || c != (char)i;
		bad += close(fds[i]) != 0;
	}
	WANT(bad, 0);
}

static void test_fsize(void)
{
	int fd;

	say("-- RLIMIT_FSIZE");
	signal(SIGXFSZ, SIG_IGN);
	if (fork() == 0) {
		set_limit(RLIMIT_FSIZE, 1000);
		fd = FD(open(at("big"), O_RDWR | O_CREAT, 0600));
		WANT(write(fd, (char[900]){ 1 }, 900), 900);
		WANT(write(fd, (char[900]){ 1 }, 900), 100);
		FAILS(write(fd, "x", 1), EFBIG);
		FAILS(ftruncate(fd, 2000), EFBIG);
		set_limit(RLIMIT_FSIZE, 3000);	/* known at once */
		WANT(ftruncate(fd, 2000), 0);
		FAILS(ftruncate(fd, 3001), EFBIG);
		_exit(t_wrong);
	}
	t_wait(-1);
}

static pthread_barrier_t barrier;
static int wrong, first_error;

static void *one(void *arg)
{
	int fd, i;
	char c;

	pthread_barrier_wait(&barrier);
	for (i = 0; i < 5; i++) {
		fd = open(at("shared"), O_RDONLY);
		if (fd >= 0 && pread(fd, &c, 1, 3) == 1 && c == 'd' &&
		    !close(fd))
			continue;
		if (!__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED))
			first_error = errno;
	}
	return arg;
}

static void test_threads(void)
{
	static pthread_t threads[300];
	pthread_attr_t attr;
	int fd = FD(open(at("shared"), O_RDWR | O_CREAT, 0600)), i, made = 0;

	say("-- 300 threads");
	WANT(write(fd, "abcdef", 6), 6);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	pthread_barrier_init(&barrier, NULL, 300);
	for (i = 0; i < 300; i++)
		made += !pthread_create(&threads[i], &attr, one, NULL);
	WANT(made, 300);
	for (i = 0; i < made; i++)
		pthread_join(threads[i], NULL);
	WANT(wrong, 0);
	if (wrong)
		say("the first: %s", strerrorname_np(first_error));
	close(fd);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	set_limit(RLIMIT_NOFILE, 1024);
	test_emfile();
	test_raised();
	test_many();
	test_fsize();
	test_threads();
	return t_end();
}
