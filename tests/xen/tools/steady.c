// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that just works, whatever others do: run forwarded, with "steady DIR".
 * Round after round it writes and reads a file, makes a connection, and has a child
 * do the same, which needs channels of its own.
 *
 *	ready		after the first round
 *	mark N rounds, M bad, the longest L ms	for each line of its input, since the last one
 *
 * It ends at the end of its input; the status says whether all was well.
 */
#include <pthread.h>
#include "../transcript.h"

static volatile int stop;
static volatile long rounds, bad, longest;
static int listener;

static void wrong(const char *what)
{
	say("bad %s: %s", what, strerrorname_np(errno));
	bad++;
}

static int use_file(const char *name)
{
	char data[3000], back[3000] = "";
	int fd = open(at(name), O_CREAT | O_RDWR | O_TRUNC, 0600), good;

	if (fd < 0)
		return -1;
	t_fill(data, sizeof(data), rounds);
	good = write(fd, data, sizeof(data)) == sizeof(data) &&
	       pread(fd, back, sizeof(back), 0) == sizeof(back) &&
	       !memcmp(data, back, sizeof(data));
	return (close(fd) || unlink(at(name)) || !good) ? -1 : 0;
}

static int use_socket(void)
{
	int ends[2], good;
	union t_address a;
	socklen_t n = t_loopback(&a, AF_INET, t_port(listener));
	char c = 0;

	ends[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (ends[0] < 0)
		return -1;
	if (connect(ends[0], &a.any, n))
		return -1;
	ends[1] = accept(listener, NULL, NULL);
	good = ends[1] >= 0 && write(ends[0], "s", 1) == 1 &&
	       read(ends[1], &c, 1) == 1 && c == 's';
	return (close(ends[0]) || close(ends[1]) || !good) ? -1 : 0;
}

static int use_child(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(use_file("child") ? errno ?: 255 :
		      use_socket()	? errno ?: 255 :
					  0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return status ? -1 : 0;
}

static void *work(void *arg)
{
	long t;

	while (!stop) {
		t = t_now_ms();
		if (use_file("file"))
			wrong("file");
		if (use_socket())
			wrong("socket");
		if (use_child())
			wrong("child");
		t = t_now_ms() - t;
		if (t > longest)
			longest = t;
		if (!rounds++)
			say("ready");
		t_sleep_ms(20);
	}
	return arg;
}

int main(int argc, char **argv)
{
	long all = 0, bads = 0;
	pthread_t worker;
	char line[16];

	t_begin(argc, argv);
	listener = t_listen(AF_INET);
	pthread_create(&worker, NULL, work, NULL);
	while (fgets(line, sizeof(line), stdin)) {
		say("mark %ld rounds, %ld bad, the longest %ld ms",
		    rounds - all, bad - bads, longest);
		all = rounds, bads = bad, longest = 0;
	}
	stop = 1;
	pthread_join(worker, NULL);
	say("end %ld rounds, %ld bad", rounds, bad);
	return bad != 0;
}
