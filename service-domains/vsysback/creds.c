// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials: a worker acts with those that the client's kernel attests,
 * less the capabilities that only make sense in the client's own domain.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "vsysback.h"

/* What Linux allows at all, unless it was told otherwise (fs.nr_open). */
#define VSYSBACK_FILES_MAX (1u << 20)

static const int vsysback_caps[] = {
	CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
	CAP_FSETID, CAP_NET_BIND_SERVICE, CAP_NET_BROADCAST, CAP_NET_RAW,
};

int vsysback_creds_check(const struct vsys_creds *creds)
{
	return creds->nr_groups > VSYS_GROUPS_MAX ? -EINVAL : 0;
}

/* The allowed part of an attested capability set. */
static kernel_cap_t vsysback_creds_caps(u64 attested)
{
	kernel_cap_t caps = CAP_EMPTY_SET;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vsysback_caps); i++)
		if (attested & BIT_ULL(vsysback_caps[i]))
			cap_raise(caps, vsysback_caps[i]);
	return caps;
}

static struct cred *vsysback_creds_make(const struct vsys_creds *creds)
{
	struct group_info *groups = groups_alloc(creds->nr_groups);
	struct cred *new;
	u32 i;

	if (!groups)
		return NULL;
	for (i = 0; i < creds->nr_groups; i++)
		groups->gid[i] = make_kgid(&init_user_ns, creds->groups[i]);
	groups_sort(groups);
	new = prepare_creds();
	if (new) {
		new->uid = make_kuid(&init_user_ns, creds->uid);
		new->gid = make_kgid(&init_user_ns, creds->gid);
		new->euid = make_kuid(&init_user_ns, creds->euid);
		new->egid = make_kgid(&init_user_ns, creds->egid);
		new->suid = make_kuid(&init_user_ns, creds->suid);
		new->sgid = make_kgid(&init_user_ns, creds->sgid);
		new->fsuid = make_kuid(&init_user_ns, creds->fsuid);
		new->fsgid = make_kgid(&init_user_ns, creds->fsgid);
		new->cap_permitted = vsysback_creds_caps(creds->cap_permitted);
		new->cap_effective = cap_intersect(
			vsysback_creds_caps(creds->cap_effective),
			new->cap_permitted);
		cap_clear(new->cap_inheritable);
		cap_clear(new->cap_bset);
		cap_clear(new->cap_ambient);
		set_groups(new, groups);
	}
	put_group_info(groups);
	return new;
}

/*
 * The shadow's limits are the client's.  The client's own table limits its
 * descriptors; the shadow has room for twice as many, for it also holds those
 * that only other processes still use.
 */
void vsysback_creds_limits(u64 files, u64 fsize)
{
	struct rlimit *limits = current->signal->rlim;

	files = min_t(u64, files, (VSYSBACK_FILES_MAX - VSYS_FD_FIRST) / 2);
	files = files * 2 + VSYS_FD_FIRST;
	task_lock(current->group_leader);
	limits[RLIMIT_NOFILE] = (struct rlimit){ files, files };
	limits[RLIMIT_FSIZE] = (struct rlimit){ fsize, fsize };
	task_unlock(current->group_leader);
}

/* Before each call: act with the newest credentials. */
int vsysback_creds_apply(struct vsysback_worker *w)
{
	struct vsysback_channel *ch = w->channel;
	struct vsys_creds *creds;
	struct cred *new;
	u32 generation;

	if (w->creds_generation == READ_ONCE(ch->creds_generation))
		return 0;
	creds = kmalloc(sizeof(*creds), GFP_KERNEL);
	if (!creds)
		return -ENOMEM;
	spin_lock_irq(&ch->lock);
	*creds = ch->creds;
	generation = ch->creds_generation;
	/* One umask for all workers: whoever is first sets it, once. */
	if (ch->umask_generation != generation) {
		ch->umask_generation = generation;
		current->fs->umask = creds->umask & 0777;
	}
	spin_unlock_irq(&ch->lock);
	vsysback_creds_limits(creds->rlimit_nofile, creds->rlimit_fsize);
	new = vsysback_creds_make(creds);
	if (new) {
		commit_creds(new);
		w->creds_generation = generation;
	}
	kfree(creds);
	return new ? 0 : -ENOMEM;
}
