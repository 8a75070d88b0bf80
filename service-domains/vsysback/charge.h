/* SPDX-License-Identifier: GPL-2.0-only */
/* Charges: what a channel has of its user's share. */
#ifndef VSYSBACK_CHARGE_H
#define VSYSBACK_CHARGE_H

#include <linux/types.h>

struct vsysback_channel;

int vsysback_pages_charge(struct vsysback_channel *ch, u32 pages);
void vsysback_pages_return(struct vsysback_channel *ch, u32 pages);
int vsysback_files_charge(struct vsysback_channel *ch);
void vsysback_files_return(struct vsysback_channel *ch);
void vsysback_charge_return_all(struct vsysback_channel *ch);

#endif /* VSYSBACK_CHARGE_H */
