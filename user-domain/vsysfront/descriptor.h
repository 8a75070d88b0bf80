/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptor: a call of the program's ring whose result is a descriptor. */
#ifndef FRONT_DESCRIPTOR_H
#define FRONT_DESCRIPTOR_H

#include "vsysfront.h"

struct front_channel;

/* VSYS_IOC_CALL: the new descriptor, or an error. */
long front_descriptor_make(struct front_channel *ch, void __user *arg);

#endif /* FRONT_DESCRIPTOR_H */
