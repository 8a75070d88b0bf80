// SPDX-License-Identifier: GPL-2.0-only
/* Spare: everything that a shadow needs and that does not depend on a client. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <virtuos/calls.h>

#include "vsysd.h"

static void nothing(int sig)
{
	(void)sig;
}

/*
 * SIGPIPE and SIGXFSZ must not end the shadow: the client raises its own.
 * SIGUSR2 is how vsysback interrupts a call; its handler never runs, but a
 * default action would end the process.
 */
static void spare_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction handle = { .sa_handler = nothing };

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	sigaction(SIGUSR2, &handle, NULL);
}

static void spare_move(int fd, int to)
{
	if (fd == to)
		return;
	if (dup3(fd, to, O_CLOEXEC) < 0)
		err(1, "dup3");
	close(fd);
}

static void spare_open(const char *path, int flags, int to)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	spare_move(fd, to);
}

/* Fill every descriptor below VSYS_FD_FIRST, and leave none above. */
static void spare_descriptors(int parent, int grouped)
{
	int fd;

	/* Out of the way first, so that no later one is overwritten. */
	fd = fcntl(parent, F_DUPFD_CLOEXEC, 2 * VSYS_FD_FIRST);
	if (fd < 0)
		err(1, "fcntl");
	close(parent);
	spare_move(fd, VSYSD_FD_PARENT);
	spare_open("/dev/null", O_RDONLY, VSYSD_FD_NULL);
	spare_open(VSYS_BACK_PATH, O_RDWR, VSYSD_FD_BACK);
	spare_open("/dev/xen/gntdev", O_RDWR, VSYSD_FD_GNTDEV);
	spare_open(grouped ? VSYSD_CGROUPS : "/dev/null", O_RDONLY,
		   VSYSD_FD_CGROUP);
	for (fd = VSYSD_FD_FREE; fd < VSYS_FD_FIRST; fd++)
		spare_open("/dev/null", O_RDONLY, fd);
	if (close_range(VSYS_FD_FIRST, ~0u, 0))
		err(1, "close_range");
}

/* The client's name is its own choice, and the console is a terminal. */
static void spare_name(struct vsys_back_accept *client)
{
	char *c;

	client->comm[VSYS_COMM_MAX - 1] = 0;
	for (c = client->comm; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	prctl(PR_SET_NAME, client->comm);
}

/* Become the client's: give the parent notice, then all that only vsysd has. */
static void spare_leave(const struct vsys_back_accept *client, int grouped)
{
	pid_t pid = getpid();
	int e;

	if (write(VSYSD_FD_PARENT, &pid, sizeof(pid)) != sizeof(pid))
		warn("vsysd is gone");
	if (grouped)
		vsysd_cgroup_enter(client);
	if (dup3(VSYSD_FD_NULL, VSYSD_FD_PARENT, O_CLOEXEC) < 0 ||
	    dup3(VSYSD_FD_NULL, VSYSD_FD_CGROUP, O_CLOEXEC) < 0)
		err(1, "dup3");
	e = vsysd_rights_drop(client->uid);
	if (e)
		errx(1, "%s (%u): cannot give rights up: %s", client->comm,
		     client->pid, strerror(-e));
}

void vsysd_spare_run(const struct vsysd_options *options, int parent)
{
	struct vsys_back_accept client;

	prctl(PR_SET_NAME, "vsysd-spare");
	vsysd_rights_spare();
	spare_signals();
	spare_descriptors(parent, options->grouped);
	if (chroot(options->root) || chdir("/"))
		err(1, "%s", options->root);
	do {
		if (!ioctl(VSYSD_FD_BACK, VSYS_BACK_IOC_ACCEPT, &client))
			break;
		if (errno != EINTR)
			err(1, "ACCEPT");
	} while (1);
	spare_name(&client);
	spare_leave(&client, options->grouped);
	_exit(vsysd_shadow_run(&client));
}
