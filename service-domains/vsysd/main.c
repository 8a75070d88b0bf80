// SPDX-License-Identifier: GPL-2.0-only
/*
 * vsysd keeps a few spare processes that wait for a client (a fork costs a
 * paravirtualized guest milliseconds).  The one that gets a client says so on
 * a pipe and is that client's shadow from then on; vsysd starts another.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vsysd.h"

#define SPARES_DEFAULT 3
#define SPARES_MAX 64

static pid_t spares[SPARES_MAX];

static void usage(FILE *to)
{
	fprintf(to,
		"usage: vsysd [--root DIR] [--spares N]\n"
		"  --root DIR   what clients see as / (default /export)\n"
		"  --spares N   processes kept ready for new clients, 1 to %d (default %d)\n",
		SPARES_MAX, SPARES_DEFAULT);
}

static pid_t start_spare(const char *root, int wr, int rd)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(rd);
		vsysd_spare_run(root, wr);
		_exit(1);
	}
	if (pid < 0)
		warn("fork");
	return pid;
}

/* Forget a spare that was taken or died.  False: it was none. */
static int forget(pid_t pid, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (spares[i] == pid) {
			spares[i] = 0;
			return 1;
		}
	}
	return 0;
}

/* A spare that dies without a client has failed: do not respawn it hastily. */
static int reap(int n)
{
	int failed = 0;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		failed |= forget(pid, n);
	return failed;
}

static void run(const char *root, int n)
{
	struct pollfd pfd = { .events = POLLIN };
	int pipefd[2], i;
	pid_t pid;

	if (pipe2(pipefd, O_CLOEXEC))
		err(1, "pipe");
	pfd.fd = pipefd[0];
	for (;;) {
		for (i = 0; i < n; i++)
			if (spares[i] <= 0)
				spares[i] = start_spare(root, pipefd[1],
							pipefd[0]);
		if (poll(&pfd, 1, 1000) > 0 &&
		    read(pipefd[0], &pid, sizeof(pid)) == sizeof(pid))
			forget(pid, n);
		if (reap(n))
			sleep(1);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "spares", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *root = "/export";
	long n = SPARES_DEFAULT;
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			root = optarg;
			break;
		case 'n':
			n = strtol(optarg, &end, 10);
			if (*end || n < 1 || n > SPARES_MAX)
				errx(2, "--spares takes a number from 1 to %d",
				     SPARES_MAX);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 2;
	}
	if (access(VSYS_BACK_PATH, F_OK))
		err(1, "%s: is vsysback.ko loaded?", VSYS_BACK_PATH);
	if (access(root, X_OK))
		err(1, "%s", root);
	run(root, n);
}
