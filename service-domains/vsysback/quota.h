/* SPDX-License-Identifier: GPL-2.0-only */
/* Quota: what there is is divided among user domains and their users. */
#ifndef BACK_QUOTA_H
#define BACK_QUOTA_H

#include <linux/types.h>

struct back_channel;
struct back_device;
struct back_user;

/* What is divided among user domains and their users. */
enum back_resource {
	BACK_CHANNELS,
	BACK_WORKERS,		/* besides the first of each channel */
	BACK_PAGES,		/* of channels: rings and arenas */
	BACK_FILES,		/* open for clients */
	BACK_RESOURCES,
};

u32 back_quota_allowed(enum back_resource r);
int back_quota_charge(struct back_channel *ch, enum back_resource r, u32 n);
void back_quota_return(struct back_channel *ch, enum back_resource r, u32 n);
void back_quota_report(struct back_device *dev);
struct back_user *back_user_get(struct back_device *dev, u32 uid);
void back_user_put(struct back_user *user);
u32 back_user_uid(const struct back_user *user);

#endif /* BACK_QUOTA_H */
