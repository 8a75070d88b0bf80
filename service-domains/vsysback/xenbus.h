/* SPDX-License-Identifier: GPL-2.0-only */
/* Xenbus: how devices begin and end. */
#ifndef BACK_XENBUS_H
#define BACK_XENBUS_H

int back_xenbus_register(void);
void back_xenbus_unregister(void);

#endif /* BACK_XENBUS_H */
