/* SPDX-License-Identifier: GPL-2.0-only */
/* Xenbus: how devices begin and end. */
#ifndef VSYSBACK_XENBUS_H
#define VSYSBACK_XENBUS_H

int vsysback_xenbus_register(void);
void vsysback_xenbus_unregister(void);

#endif /* VSYSBACK_XENBUS_H */
