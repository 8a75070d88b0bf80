/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of virtuosctl have in common. */
#ifndef VIRTUOSCTL_CTL_H
#define VIRTUOSCTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <virtuos/vsys.h>
#include "base/say.h"

/* Exit statuses besides enum command_exit; virtuosctl(8) documents them. */
enum ctl_exit {
	CTL_MISSING = 3,  /* no such domain, configuration or device */
	CTL_TIMEOUT = 4,  /* an end did not become ready in time */
	CTL_MISMATCH = 5, /* the ends' versions or features differ */
	CTL_NOXEN = 6,	  /* not root, not dom0, or no xenstored */
};

struct ctl {
	struct xs_handle *xs;
	xc_interface *xc;
};

#endif /* VIRTUOSCTL_CTL_H */
