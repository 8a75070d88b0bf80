/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/vsys: what programs are offered. */
#ifndef FRONT_CHARDEV_H
#define FRONT_CHARDEV_H

#include "vsysfront.h"

int front_chardev_register(void);
void front_chardev_unregister(void);

#endif /* FRONT_CHARDEV_H */
