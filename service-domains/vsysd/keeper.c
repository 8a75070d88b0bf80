// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeper: vsysd keeps a few spare processes that wait for a client (a fork
 * costs a paravirtualized guest milliseconds).  The one that gets a client says
 * so on a pipe and is that client's shadow from then on; another is started.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vsysd.h"

/* Empty groups stay a while: who comes and goes all the time finds them. */
#define KEEPER_TIDY_SECONDS 10

static pid_t spares[VSYSD_SPARES_MAX];
static int taken[2];	/* a pipe */

static pid_t start(const struct vsysd_options *options)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(taken[0]);
		vsysd_spare_run(options, taken[1]);
		_exit(1);
	}
	if (pid < 0)
		warn("fork");
	return pid;
}

/* Forget a spare that was taken or died.  False: it was none. */
static int forget(pid_t pid)
{
	int i;

	for (i = 0; i < VSYSD_SPARES_MAX; i++) {
		if (spares[i] == pid) {
			spares[i] = 0;
			return 1;
		}
	}
	return 0;
}

static void hear(void)
{
	pid_t pid;

	while (read(taken[0], &pid, sizeof(pid)) == sizeof(pid))
		forget(pid);
}

/*
 * A spare that dies without a client has failed: do not respawn it hastily.
 * One that had a client said so before it died.
 */
static int reap(int *ended)
{
	int failed = 0;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		hear();
		failed |= forget(pid);
		*ended = 1;
	}
	return failed;
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void vsysd_keeper_run(const struct vsysd_options *options)
{
	struct pollfd pfd = { .events = POLLIN };
	time_t tidied = seconds();
	int i, ended = 0;

	if (pipe2(taken, O_CLOEXEC | O_NONBLOCK))
		err(1, "pipe");
	pfd.fd = taken[0];
	for (;;) {
		for (i = 0; i < options->spares; i++)
			if (spares[i] <= 0)
				spares[i] = start(options);
		poll(&pfd, 1, 1000);
		hear();
		if (reap(&ended))
			sleep(1);
		if (options->grouped && ended &&
		    seconds() - tidied >= KEEPER_TIDY_SECONDS) {
			vsysd_cgroup_tidy();
			tidied = seconds();
			ended = 0;
		}
	}
}
