/* SPDX-License-Identifier: GPL-2.0-only */
/* Entry: whose an account is, and what it came to. */
#ifndef FRONT_ENTRY_H
#define FRONT_ENTRY_H

#include "wing.h"

struct front_accounts;

struct front_entry {
	struct front_accounts *accounts;
	u32 index;
	u32 flags;			/* VSYS_ENTRY_OTHER, _CALL */
	u32 nr;
	struct pid *tgid, *tid;		/* NULL: nobody's */
	char comm[VSYS_COMM_MAX];
	u64 final[];			/* calls, enabled, values, running */
};

struct front_entry *front_entry_make(struct front_accounts *a, u32 index,
				     u32 flags, struct pid *tgid,
				     struct pid *tid);
u32 front_entry_mine(struct front_accounts *a);
void front_entry_calls(struct front_accounts *a);
void front_entry_fold(struct front_entry *e,
		      const struct vsys_account *account);
void front_entry_show(struct front_entry *e, struct vsys_account_entry *out);
void front_entry_free(struct front_entry *e);

#endif /* FRONT_ENTRY_H */
