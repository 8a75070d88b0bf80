// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadow: the process that stands for one client.  This thread is its manager;
 * every other one is lent to vsysback as a worker, with the client's
 * credentials, and runs no code of this program after that.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vsysd.h"

#define WORKER_STACK (64 * 1024)

static void *worker(void *arg)
{
	unsigned char scratch[VSYS_SCRATCH_SIZE]
		__attribute__((aligned(64)));
	struct vsys_back_serve serve = {
		.scratch = (__u64)(uintptr_t)scratch,
	};

	(void)arg;
	memset(scratch, 0, sizeof(scratch));	/* present from the start */
	while (ioctl(VSYSD_FD_BACK, VSYS_BACK_IOC_SERVE, &serve) &&
	       errno == EINTR)
		;
	return NULL;
}

/* vsysback asks again after a while: meanwhile this thread has other duties. */
static int start_worker(const struct vsys_back_accept *client)
{
	static int told;
	pthread_attr_t attr;
	pthread_t thread;
	int e;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, WORKER_STACK);
	e = pthread_create(&thread, &attr, worker, NULL);
	pthread_attr_destroy(&attr);
	if (e && !told++)
		warnx("%s (%u): cannot start a worker: %s", client->comm,
		      client->pid, strerror(e));
	return -e;
}

static int map_arena(const struct vsys_back_accept *client,
		     const struct vsys_back_manage *request)
{
	static int told;
	int e = vsysd_arena_map(request);

	if (e && !told++)
		warnx("%s (%u): cannot map its memory: %s%s", client->comm,
		      client->pid, strerror(-e), e == -ENOSPC ?
			": raise max_maptrack_frames in this domain's xl config" :
			"");
	return e;
}

int vsysd_shadow_run(const struct vsys_back_accept *client)
{
	struct vsys_back_manage manage;

	if (vsysd_arena_reserve(client)) {
		warnx("%s (%u): cannot reserve the arena", client->comm,
		      client->pid);
		return 1;
	}
	memset(&manage, 0, sizeof(manage));
	for (;;) {
		if (ioctl(VSYSD_FD_BACK, VSYS_BACK_IOC_MANAGE, &manage)) {
			if (errno != EINTR) {
				warn("%s (%u): MANAGE", client->comm,
				     client->pid);
				return 1;
			}
			manage.result = 0;
			continue;
		}
		manage.result = 0;
		switch (manage.request) {
		case VSYS_BACK_EXIT:
			return 0;
		case VSYS_BACK_WORKER:
			manage.result = start_worker(client);
			break;
		case VSYS_BACK_ARENA:
			manage.result = map_arena(client, &manage);
			break;
		}
	}
}
