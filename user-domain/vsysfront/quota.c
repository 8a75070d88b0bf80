// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quota: what programs of this domain may take of it for their channels is
 * divided among users (include/virtuos/share.h), by the real id of the process
 * that opens.  What is kept back is not for programs at all: the domain's own
 * disk and network live on grants and event channels, too.
 */
#include "quota.h"
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <xen/grant_table.h>
#include <virtuos/share.h>

/* OPENs that a user may have under way at a time. */
#define FRONT_USER_OPENS	2
/* A user that goes on being refused is named so often. */
#define FRONT_TELL_AGAIN	(60 * HZ)

struct front_user {
	kuid_t uid;
	u32 refs;			/* front_users_lock */
	atomic_t opening;
	wait_queue_head_t turn;
	u32 used[FRONT_RESOURCES];	/* front_quota_lock */
	unsigned long told[FRONT_RESOURCES];	/* the same; jiffies; 0: never */
};

static DEFINE_MUTEX(front_users_lock);
static DEFINE_XARRAY(front_users);	/* by uid */
static DEFINE_SPINLOCK(front_quota_lock);
static u32 front_used[FRONT_RESOURCES];	/* by all; front_quota_lock */

/* Of all users, of one; 0: the default. */
static unsigned int front_limits[FRONT_RESOURCES][2];

module_param_array_named(channels, front_limits[FRONT_CHANNELS], uint, NULL,
			 0644);
MODULE_PARM_DESC(channels, "channels of all users, of a user; 0: default");
module_param_array_named(pages, front_limits[FRONT_PAGES], uint, NULL, 0644);
MODULE_PARM_DESC(pages, "pages granted for all users, for a user; 0: default");

static const char *const front_resource_names[FRONT_RESOURCES] = {
	"channels", "pages",
};

/*
 * Channels: three quarters of the event channels that xl gives a domain unless
 * told otherwise.  Pages: three quarters of the grants that there can be (512 in
 * a frame), and a quarter of the memory.
 */
static u32 front_quota_default(enum front_resource r)
{
	if (r == FRONT_CHANNELS)
		return 768;
	return min(gnttab_max_grant_frames() * 512ul / 4 * 3,
		   totalram_pages() / 4);
}

static u32 front_quota_limit(enum front_resource r, bool user)
{
	u32 limit = READ_ONCE(front_limits[r][user]);

	if (limit)
		return limit;
	return user ? front_quota_limit(r, false) / 2 : front_quota_default(r);
}

u32 front_quota_allowed(enum front_resource r)
{
	return front_quota_limit(r, false);
}

/* front_quota_lock held: is it time to say so? */
static bool front_quota_tell(struct front_user *user, enum front_resource r)
{
	if (user->told[r] &&
	    time_before(jiffies, user->told[r] + FRONT_TELL_AGAIN))
		return false;
	user->told[r] = jiffies ?: 1;
	return true;
}

static const char *front_quota_remedy(enum front_resource r)
{
	return r == FRONT_PAGES ?
		"raise max_grant_frames in the domain's xl config, or vsysfront's parameter pages" :
		"raise vsysfront's parameter channels, and with it max_event_channels in the domain's xl config";
}

/* 0; EDQUOT: it is the user's share; ENOSPC: there is no more for programs. */
int front_quota_charge(struct front_user *user, enum front_resource r, u32 n)
{
	struct vsys_pool pool = {
		.limit = front_quota_limit(r, false),
		.each = front_quota_limit(r, true),
	};
	bool root = uid_eq(user->uid, GLOBAL_ROOT_UID), tell = false;
	enum vsys_share share;

	spin_lock(&front_quota_lock);
	pool.used = front_used[r];
	share = vsys_share_fits(&pool, user->used[r], n, root);
	if (share == VSYS_SHARE_FITS) {
		user->used[r] += n;
		front_used[r] += n;
	} else {
		tell = front_quota_tell(user, r);
	}
	spin_unlock(&front_quota_lock);
	if (tell)
		pr_warn_ratelimited("user %u has %u of %u %s: %s\n",
			from_kuid(&init_user_ns, user->uid), user->used[r],
			share == VSYS_SHARE_MEMBER ? pool.each : pool.limit,
			front_resource_names[r], front_quota_remedy(r));
	return share == VSYS_SHARE_FITS ? 0 :
	       share == VSYS_SHARE_MEMBER ? -EDQUOT : -ENOSPC;
}

void front_quota_return(struct front_user *user, enum front_resource r, u32 n)
{
	spin_lock(&front_quota_lock);
	user->used[r] -= n;
	front_used[r] -= n;
	spin_unlock(&front_quota_lock);
}

/* ---- Users ------------------------------------------------------------------ */

static struct front_user *front_user_make(kuid_t uid)
{
	struct front_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);

	if (!user)
		return NULL;
	user->uid = uid;
	init_waitqueue_head(&user->turn);
	if (!xa_err(xa_store(&front_users, __kuid_val(uid), user,
			     GFP_KERNEL_ACCOUNT)))
		return user;
	kfree(user);
	return NULL;
}

/*
 * Who is charged: the ids that a user has in a namespace of its own are no users
 * more.  (Of a namespace of root's, a container's say, each is one, for root has
 * no share.)
 */
static kuid_t front_user_charged(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;

	while (ns->parent && ns->parent != &init_user_ns)
		ns = ns->parent;
	return ns->parent && !uid_eq(ns->owner, GLOBAL_ROOT_UID) ? ns->owner :
								  cred->uid;
}

/* The calling process's.  NULL: no memory. */
struct front_user *front_user_get(void)
{
	kuid_t uid = front_user_charged(current_cred());
	struct front_user *user;

	mutex_lock(&front_users_lock);
	user = xa_load(&front_users, __kuid_val(uid)) ?: front_user_make(uid);
	if (user)
		user->refs++;
	mutex_unlock(&front_users_lock);
	return user;
}

void front_user_put(struct front_user *user)
{
	mutex_lock(&front_users_lock);
	if (!--user->refs) {
		xa_erase(&front_users, __kuid_val(user->uid));
		kfree(user);
	}
	mutex_unlock(&front_users_lock);
}

/*
 * A service domain starts shadows one after the other: the opens of one user
 * leave room for another's.  EINTR: the process is killed.
 */
int front_user_turn(struct front_user *user)
{
	return wait_event_killable(user->turn,
			atomic_add_unless(&user->opening, 1,
					  FRONT_USER_OPENS)) ? -EINTR : 0;
}

void front_user_turn_end(struct front_user *user)
{
	atomic_dec(&user->opening);
	wake_up(&user->turn);
}
