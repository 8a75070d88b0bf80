/* SPDX-License-Identifier: GPL-2.0-only */
/* Account: where a call's counts go. */
#ifndef VSYSBACK_COUNTING_ACCOUNT_H
#define VSYSBACK_COUNTING_ACCOUNT_H

#include "count.h"
#include "reading.h"

void vsysback_account_add(struct vsysback_count *count, u32 account, u32 nr,
			  const struct vsysback_reading *reading);
u32 vsysback_account_pages(const struct vsys_count *request);

#endif /* VSYSBACK_COUNTING_ACCOUNT_H */
