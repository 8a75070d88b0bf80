/* SPDX-License-Identifier: GPL-2.0-only */
/* xl, which creates and destroys domains for us, and its configurations. */
#ifndef VIRTUOSCTL_XL_H
#define VIRTUOSCTL_XL_H

#include "ctl.h"

struct xl_config {
	char name[64];
	char class[16];	      /* vsys_class, which xl itself ignores */
	long maptrack_frames; /* -1: not given */
};

/* CTL_OK, or CTL_MISSING with a message. */
int xl_config_read(const char *path, struct xl_config *config);

/* Run xl with these arguments, the last NULL; CTL_OK when it succeeded. */
int xl_run(double limit, const char *const *args);

#endif /* VIRTUOSCTL_XL_H */
