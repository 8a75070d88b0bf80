// SPDX-License-Identifier: GPL-2.0-only
/* Getting hold of Xen at all. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "base/say.h"
#include "store.h"

/* A kernel's /dev/xen/xenbus answers nothing while no xenstored runs. */
static void store_silent(int signal)
{
	static const char text[] =
		"virtuosctl: xenstored does not answer: start it (systemctl start xenstored)\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)ignored;
	(void)signal;
	_exit(CTL_NOXEN);
}

static int store_probe(struct ctl *ctl)
{
	bool found;

	signal(SIGALRM, store_silent);
	alarm(10);
	found = store_exists(ctl, XBT_NULL, "/local/domain");
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	if (!found)
		return say_exit(
			CTL_NOXEN,
			"xenstore has no /local/domain: did xen-init-dom0 run?");
	return COMMAND_OK;
}

int store_open(struct ctl *ctl)
{
	*ctl = (struct ctl){ 0 };
	if (geteuid() != 0)
		return say_exit(CTL_NOXEN, "this needs root in dom0: try sudo");
	if (access("/proc/xen", F_OK) && access("/sys/hypervisor/type", F_OK))
		return say_exit(
			CTL_NOXEN,
			"this machine does not run under Xen: boot it with the hypervisor, and run this in dom0");
	ctl->xs = xs_open(0);
	if (!ctl->xs)
		return say_exit(
			CTL_NOXEN,
			"cannot reach xenstored (%s): run this in dom0, and start xenstored (systemctl start xenstored)",
			strerror(errno));
	ctl->xc = xc_interface_open(NULL, NULL, 0);
	if (!ctl->xc)
		return say_exit(
			CTL_NOXEN,
			"cannot reach the hypervisor (%s): run this in dom0, with xenfs or /dev/xen/privcmd there",
			strerror(errno));
	return store_probe(ctl);
}

void store_close(struct ctl *ctl)
{
	if (ctl->xc)
		xc_interface_close(ctl->xc);
	xs_close(ctl->xs);
}
