/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vsysback: see include/virtuos/back.h. */
#ifndef BACK_CHARDEV_H
#define BACK_CHARDEV_H

int back_chardev_register(void);
void back_chardev_unregister(void);

#endif /* BACK_CHARDEV_H */
