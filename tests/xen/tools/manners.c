// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls whose doorbells are counted from outside:
 *
 *	manners clients FILE N CALLS	N processes that are all active, and make
 *					CALLS calls each, one process after the
 *					other as far as the scheduler lets them
 *	manners sync FILE CALLS		one process, whose calls block: a write, and
 *					fsync
 *
 * Says "ready" when all channels are open, goes on at a line, says "done" when the
 * calls are made, and ends at the next.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void line(void)
{
	char text[16];

	if (!fgets(text, sizeof(text), stdin))
		errx(2, "no line");
}

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static void client(const char *file, int calls, int ready, int go, int done)
{
	char c = 0;
	int i, fd = open(file, O_RDONLY);

	if (fd < 0 || pread(fd, &c, 1, 0) != 1)
		err(1, "%s", file);
	if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 0)
		err(1, "start");
	for (i = 0; i < calls; i++) {
		if (pread(fd, &c, 1, i % 8) != 1)
			err(1, "pread");
		sched_yield();
	}
	if (write(done, &c, 1) != 1)
		err(1, "end");
	/* Its channel stays while the others go on. */
	pause();
}

static void heard(int from, int n)
{
	char c;

	while (n--)
		if (read(from, &c, 1) != 1)
			errx(1, "a client has failed");
}

static void clients(const char *file, int n, int calls)
{
	int ready[2], go[2], done[2], i;
	pid_t pids[n];

	if (pipe(ready) || pipe(go) || pipe(done))
		err(1, "pipe");
	for (i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork");
		if (!pids[i]) {
			close(go[1]);
			client(file, calls, ready[1], go[0], done[1]);
		}
	}
	close(ready[1]);
	close(done[1]);
	heard(ready[0], n);
	say("ready");
	line();
	close(go[1]);
	heard(done[0], n);
	say("done");
	line();
	for (i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
}

static void sync_calls(const char *file, int calls)
{
	int i, fd = open(file, O_RDWR);

	if (fd < 0)
		err(1, "%s", file);
	say("ready");
	line();
	for (i = 0; i < calls; i++)
		if (pwrite(fd, "manners", 7, 4096 * i) != 7 || fsync(fd))
			err(1, "%s", file);
	say("done");
	line();
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "clients"))
		clients(argv[2], atoi(argv[3]), atoi(argv[4]));
	else if (argc == 4 && !strcmp(argv[1], "sync"))
		sync_calls(argv[2], atoi(argv[3]));
	else
		errx(2, "usage: manners clients FILE N CALLS | sync FILE CALLS");
	return 0;
}
