/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vsysback: see include/virtuos/back.h. */
#ifndef VSYSBACK_CHARDEV_H
#define VSYSBACK_CHARDEV_H

int vsysback_chardev_register(void);
void vsysback_chardev_unregister(void);

#endif /* VSYSBACK_CHARDEV_H */
