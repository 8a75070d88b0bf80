// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a guest: offer CHANNELS vchans to dom0 and run what comes over them.  A
 * vchan serves one command and is then made anew, so that each starts clean.
 */
#include "agent.h"

#include <err.h>
#include <errno.h>
#include <libxenvchan.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xenstore.h>

#define RING (64u * 1024)

static void serve_one(struct link *l)
{
	unsigned char sync[SYNC_LEN];
	struct command c;

	if (!command_await(&c, l, sync, 5000, 10000))
		return;
	session_run(l, &c, NULL);
	command_free(&c);
	link_flush(l, 5000);
}

static void serve_channel(int n)
{
	char path[64];

	snprintf(path, sizeof(path), "data/lab-agent/%d", n);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (;;) {
		struct libxenvchan *v = libxenvchan_server_init(NULL, 0, path, RING, RING);
		struct link l;

		if (!v) {
			warn("channel %d", n);
			sleep(1);
			continue;
		}
		link_open_vchan(&l, v);
		while (libxenvchan_is_open(v) == 2)	/* nobody has come yet */
			libxenvchan_wait(v);
		serve_one(&l);
		/* The other side closes when it has read the last frame. */
		for (int i = 0; i < 50 && libxenvchan_is_open(v); i++) {
			struct pollfd p;

			link_poll(&l, &p, true);
			poll(&p, 1, 100);
			link_polled(&l, &p);
		}
		link_free(&l);
		libxenvchan_close(v);
	}
}

static void say_ready(void)
{
	struct xs_handle *xs = xs_open(0);
	char uptime[64] = "";
	FILE *f = fopen("/proc/uptime", "r");

	if (!xs || !f || !fgets(uptime, sizeof(uptime), f))
		errx(1, "cannot tell dom0 that this domain is ready");
	uptime[strcspn(uptime, " \n")] = 0;
	if (!xs_write(xs, XBT_NULL, "data/lab-ready", uptime, (unsigned)strlen(uptime)))
		err(1, "xenstore");
	xs_close(xs);
	fclose(f);
}

int serve_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int n = 0; n < CHANNELS; n++)
		if (fork() == 0)
			serve_channel(n);
	say_ready();
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 1;
}
