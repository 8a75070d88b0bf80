/* SPDX-License-Identifier: GPL-2.0-only */
/* Charges: what a channel has of its user's share. */
#ifndef BACK_CHARGE_H
#define BACK_CHARGE_H

#include <linux/types.h>

struct back_channel;

int back_pages_charge(struct back_channel *ch, u32 pages);
void back_pages_return(struct back_channel *ch, u32 pages);
int back_files_charge(struct back_channel *ch);
void back_files_return(struct back_channel *ch);
void back_charge_return_all(struct back_channel *ch);

#endif /* BACK_CHARGE_H */
