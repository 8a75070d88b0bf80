/* SPDX-License-Identifier: GPL-2.0-only */
/* Credentials: with whose rights a worker acts. */
#ifndef BACK_CREDS_H
#define BACK_CREDS_H

#include <linux/types.h>
#include <virtuos/control.h>

struct back_channel;
struct back_identity;
struct back_worker;

int back_creds_check(const struct vsys_creds *creds);
struct back_identity *back_identity_make(const struct vsys_creds *attested);
void back_identity_put(struct back_identity *id);
int back_creds_set(struct back_channel *ch, u64 slot, u64 number, bool reset,
		   const struct vsys_creds *attested);
void back_creds_free(struct back_channel *ch);
void back_creds_limits(u64 files, u64 fsize);
int back_creds_apply(struct back_worker *w, u32 region);
void back_creds_drop(struct back_worker *w);

#endif /* BACK_CREDS_H */
