/* SPDX-License-Identifier: GPL-2.0-only */
/* Account: where a call's counts go. */
#ifndef BACK_COUNTING_ACCOUNT_H
#define BACK_COUNTING_ACCOUNT_H

#include "count.h"
#include "reading.h"

void back_account_add(struct back_count *count, u32 account, u32 nr,
		      const struct back_reading *reading);
u32 back_account_pages(const struct vsys_count *request);

#endif /* BACK_COUNTING_ACCOUNT_H */
