/* SPDX-License-Identifier: GPL-2.0-only */
/* Quota: what users of this domain may have of it. */
#ifndef FRONT_QUOTA_H
#define FRONT_QUOTA_H

#include "vsysfront.h"
#include <linux/uidgid.h>

enum front_resource {
	FRONT_CHANNELS,
	FRONT_PAGES,			/* granted for channels */
	FRONT_RESOURCES,
};

struct front_user;

struct front_user *front_user_get(void);
void front_user_put(struct front_user *user);
int front_user_turn(struct front_user *user);
void front_user_turn_end(struct front_user *user);
int front_quota_charge(struct front_user *user, enum front_resource r, u32 n);
void front_quota_return(struct front_user *user, enum front_resource r, u32 n);
u32 front_quota_allowed(enum front_resource r);

#endif /* FRONT_QUOTA_H */
