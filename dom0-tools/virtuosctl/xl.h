/* SPDX-License-Identifier: GPL-2.0-only */
/* xl, which creates and destroys domains for us. */
#ifndef VIRTUOSCTL_XL_H
#define VIRTUOSCTL_XL_H

#include "ctl.h"

/* Run xl with these arguments, the last NULL; COMMAND_OK when it succeeded. */
int xl_run(double limit, const char *const *args);

#endif /* VIRTUOSCTL_XL_H */
