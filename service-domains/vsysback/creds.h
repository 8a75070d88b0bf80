/* SPDX-License-Identifier: GPL-2.0-only */
/* Credentials: with whose rights a worker acts. */
#ifndef VSYSBACK_CREDS_H
#define VSYSBACK_CREDS_H

#include <linux/types.h>
#include <virtuos/control.h>

struct vsysback_channel;
struct vsysback_identity;
struct vsysback_worker;

int vsysback_creds_check(const struct vsys_creds *creds);
struct vsysback_identity *
vsysback_identity_make(const struct vsys_creds *attested);
void vsysback_identity_put(struct vsysback_identity *id);
int vsysback_creds_set(struct vsysback_channel *ch, u64 slot, u64 number,
		       bool reset, const struct vsys_creds *attested);
void vsysback_creds_free(struct vsysback_channel *ch);
void vsysback_creds_limits(u64 files, u64 fsize);
int vsysback_creds_apply(struct vsysback_worker *w, u32 slot);
void vsysback_creds_drop(struct vsysback_worker *w);

#endif /* VSYSBACK_CREDS_H */
