// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quota: what there is is divided among user domains, and what one of them has
 * of it among its users (include/virtuos/share.h).  A user is known by the real
 * id that was attested when its channel was opened.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <virtuos/share.h>

#include "channel.h"
#include "device.h"
#include "quota.h"

#define BACK_TELL_AGAIN (60 * HZ)

/* One user of one user domain. */
struct back_user {
	struct back_device *dev;
	u32 uid;
	u32 channels;			/* dev->users_lock */
	u32 used[BACK_RESOURCES];	/* back_quota_lock, as all below */
	u32 refused[BACK_RESOURCES];	/* since it was told last */
	unsigned long told[BACK_RESOURCES];	/* jiffies; 0: never */
};

/* Taken in the scheduler's hook, too, below a channel's lock. */
static DEFINE_RAW_SPINLOCK(back_quota_lock);
static u32 back_used[BACK_RESOURCES];	/* by all */

enum back_level {
	BACK_ALL,
	BACK_DOMAIN,
	BACK_USER,
	BACK_LEVELS,
};

static unsigned int back_limits[BACK_RESOURCES][BACK_LEVELS];

#define BACK_LIMITS(name, index, what)                                        \
	module_param_array_named(name, back_limits[index], uint, NULL, 0644); \
	MODULE_PARM_DESC(name,                                                \
			 what ": of all, a user domain, a user; 0: default")

BACK_LIMITS(channels, BACK_CHANNELS, "processes served");
BACK_LIMITS(workers, BACK_WORKERS, "calls that wait at a time");
BACK_LIMITS(pages, BACK_PAGES, "granted pages mapped");
BACK_LIMITS(files, BACK_FILES, "open files and sockets");

static const char *const back_resource_names[BACK_RESOURCES] = {
	"channels", "workers", "pages", "files",
};

/*
 * Defaults for a small domain.  Channels: three quarters of the event channels
 * that xl gives a domain unless told otherwise.  Workers: a quarter of a MiB of
 * memory for each.  Pages: a quarter of what 1024 maptrack frames can track, for
 * a page takes two mappings in a PV domain.  Files: three quarters of Linux's
 * own limit.
 */
static u32 back_quota_default(enum back_resource r)
{
	switch (r) {
	case BACK_CHANNELS:
		return 768;
	case BACK_WORKERS:
		return clamp(totalram_pages() / (SZ_256K / PAGE_SIZE), 64ul,
			     4096ul);
	case BACK_PAGES:
		return 1024 * 512 / 4;
	default:
		return min(get_max_files() / 4 * 3, 1ul << 20);
	}
}

static u32 back_quota_limit(enum back_resource r, enum back_level level)
{
	u32 limit = READ_ONCE(back_limits[r][level]);

	if (limit)
		return limit;
	if (level == BACK_ALL)
		return back_quota_default(r);
	limit = back_quota_limit(r, level - 1);
	return level == BACK_DOMAIN ? limit / 4 * 3 : limit / 2;
}

u32 back_quota_allowed(enum back_resource r)
{
	return back_quota_limit(r, BACK_DOMAIN);
}

/* quota_lock held.  0, -EDQUOT: the user's share; -EUSERS: there is no more. */
static int back_quota_fits(const struct back_user *user, enum back_resource r,
			   u32 n)
{
	struct vsys_pool all = {
		.limit = back_quota_limit(r, BACK_ALL),
		.each = back_quota_limit(r, BACK_DOMAIN),
		.used = back_used[r],
	};
	struct vsys_pool domain = {
		.limit = all.each,
		.each = back_quota_limit(r, BACK_USER),
		.used = user->dev->used[r],
	};

	/* As in Linux, limits of one user are not for root. */
	switch (vsys_share_fits(&domain, user->used[r], n, !user->uid)) {
	case VSYS_SHARE_MEMBER:
		return -EDQUOT;
	case VSYS_SHARE_POOL:
		return -EUSERS;
	default:
		return vsys_share_fits(&all, domain.used, n, 0) ? -EUSERS : 0;
	}
}

/* Atomic.  0, or -EDQUOT or -EUSERS, and the log will say so. */
int back_quota_charge(struct back_channel *ch, enum back_resource r, u32 n)
{
	struct back_user *user = ch->user;
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&back_quota_lock, flags);
	err = back_quota_fits(user, r, n);
	if (err) {
		user->refused[r]++;
	} else {
		user->used[r] += n;
		user->dev->used[r] += n;
		back_used[r] += n;
	}
	raw_spin_unlock_irqrestore(&back_quota_lock, flags);
	return err;
}

/* Atomic. */
void back_quota_return(struct back_channel *ch, enum back_resource r, u32 n)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&back_quota_lock, flags);
	ch->user->used[r] -= n;
	ch->user->dev->used[r] -= n;
	back_used[r] -= n;
	raw_spin_unlock_irqrestore(&back_quota_lock, flags);
}

/* ---- Saying so ----------------------------------------------------------------- */

/* How often it was refused something, if that is to be said now. */
static u32 back_quota_untold(struct back_user *user, enum back_resource r,
			     u32 *used)
{
	u32 refused;

	raw_spin_lock_irq(&back_quota_lock);
	refused = user->refused[r];
	*used = user->used[r];
	if (user->told[r] &&
	    time_before(jiffies, user->told[r] + BACK_TELL_AGAIN))
		refused = 0;
	if (refused) {
		user->refused[r] = 0;
		user->told[r] = jiffies ?: 1;
	}
	raw_spin_unlock_irq(&back_quota_lock);
	return refused;
}

/* Once a second: not where it happens, for that may be within the scheduler. */
void back_quota_report(struct back_device *dev)
{
	struct back_user *user;
	unsigned long uid;
	u32 refused, used;
	int r;

	mutex_lock(&dev->users_lock);
	xa_for_each(&dev->users, uid, user) {
		for (r = 0; r < BACK_RESOURCES; r++) {
			refused = back_quota_untold(user, r, &used);
			if (refused)
				pr_warn("vsysback: user %lu of domain %u was refused %s %u times, and has %u: see the parameter %s\n",
					uid, dev->frontend,
					back_resource_names[r], refused, used,
					back_resource_names[r]);
		}
	}
	mutex_unlock(&dev->users_lock);
}

/* ---- Users ------------------------------------------------------------------ */

/* The user of a new channel; NULL: no memory. */
struct back_user *back_user_get(struct back_device *dev, u32 uid)
{
	struct back_user *user;

	mutex_lock(&dev->users_lock);
	user = xa_load(&dev->users, uid);
	if (!user) {
		user = kzalloc(sizeof(*user), GFP_KERNEL);
		if (user) {
			user->dev = dev;
			user->uid = uid;
		}
		if (user && xa_err(xa_store(&dev->users, uid, user,
					    GFP_KERNEL))) {
			kfree(user);
			user = NULL;
		}
	}
	if (user)
		user->channels++;
	mutex_unlock(&dev->users_lock);
	return user;
}

void back_user_put(struct back_user *user)
{
	struct back_device *dev = user->dev;

	mutex_lock(&dev->users_lock);
	if (!--user->channels) {
		xa_erase(&dev->users, user->uid);
		kfree(user);
	}
	mutex_unlock(&dev->users_lock);
}

u32 back_user_uid(const struct back_user *user)
{
	return user->uid;
}
