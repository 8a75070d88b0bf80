/* SPDX-License-Identifier: GPL-2.0-only */
/* Control: the channel of the two kernels. */
#ifndef VSYSBACK_CONTROL_H
#define VSYSBACK_CONTROL_H

int vsysback_control_run(void *dev);

#endif /* VSYSBACK_CONTROL_H */
