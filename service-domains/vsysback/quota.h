/* SPDX-License-Identifier: GPL-2.0-only */
/* Quota: what there is is divided among user domains and their users. */
#ifndef VSYSBACK_QUOTA_H
#define VSYSBACK_QUOTA_H

#include <linux/types.h>

struct vsysback_channel;
struct vsysback_device;
struct vsysback_user;

/* What is divided among user domains and their users. */
enum vsysback_resource {
	VSYSBACK_CHANNELS,
	VSYSBACK_WORKERS,		/* besides the first of each channel */
	VSYSBACK_PAGES,			/* of channels: rings and arenas */
	VSYSBACK_FILES,			/* open for clients */
	VSYSBACK_RESOURCES,
};

u32 vsysback_quota_allowed(enum vsysback_resource r);
int vsysback_quota_charge(struct vsysback_channel *ch,
			  enum vsysback_resource r, u32 n);
void vsysback_quota_return(struct vsysback_channel *ch,
			   enum vsysback_resource r, u32 n);
void vsysback_quota_report(struct vsysback_device *dev);
struct vsysback_user *vsysback_user_get(struct vsysback_device *dev, u32 uid);
void vsysback_user_put(struct vsysback_user *user);
u32 vsysback_user_uid(const struct vsysback_user *user);

#endif /* VSYSBACK_QUOTA_H */
