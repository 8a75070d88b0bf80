// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials: a worker acts with those that the client's kernel attests,
 * less the capabilities that only make sense in the client's own domain.
 *
 * A channel has one identity, that of its process, and one for each slot whose
 * thread has credentials of its own.  Workers compare pointers: each holds a
 * reference to the identity that it acts with, so that none that it sees can
 * be another one in the same place.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <virtuos/calls.h>

#include "channel.h"
#include "creds.h"
#include "worker.h"

/* What Linux allows at all, unless it was told otherwise (fs.nr_open). */
#define BACK_FILES_MAX (1u << 20)

/* Slots of a channel that may have an identity of their own at a time. */
#define BACK_APART_MAX 256u

static const int back_caps[] = {
	CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
	CAP_FSETID, CAP_NET_BIND_SERVICE, CAP_NET_BROADCAST, CAP_NET_RAW,
};

struct back_identity {
	refcount_t refs;
	/* Under creds_lock; made by the first worker that acts with it. */
	const struct cred *cred;
	struct vsys_creds attested;	/* only nr_groups of its groups */
};

/* ~0 is nobody's number: where Linux takes one it means "as it is". */
int back_creds_check(const struct vsys_creds *creds)
{
	const u32 ids[] = {
		creds->uid, creds->gid, creds->euid, creds->egid,
		creds->suid, creds->sgid, creds->fsuid, creds->fsgid,
	};
	u32 i;

	if (creds->nr_groups > VSYS_GROUPS_MAX)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (ids[i] == ~0u)
			return -EINVAL;
	for (i = 0; i < creds->nr_groups; i++)
		if (creds->groups[i] == ~0u)
			return -EINVAL;
	return 0;
}

/* ---- Identities --------------------------------------------------------------- */

struct back_identity *back_identity_make(const struct vsys_creds *attested)
{
	size_t bytes = offsetof(struct vsys_creds, groups[attested->nr_groups]);
	struct back_identity *id = kzalloc(
		offsetof(struct back_identity, attested) + bytes, GFP_KERNEL);

	if (!id)
		return NULL;
	refcount_set(&id->refs, 1);
	memcpy(&id->attested, attested, bytes);
	return id;
}

void back_identity_put(struct back_identity *id)
{
	if (!id || !refcount_dec_and_test(&id->refs))
		return;
	if (id->cred)
		put_cred(id->cred);
	kfree(id);
}

/* With whose rights does a call run that has this region? */
static struct back_identity *back_creds_of(struct back_channel *ch, u32 region)
{
	/* Acquire: the array is empty before it is seen. */
	struct back_identity **apart = smp_load_acquire(&ch->apart);
	struct back_identity *id = NULL;

	if (unlikely(apart) && region < ch->program.nr_slots)
		id = READ_ONCE(apart[region]);	/* the program's slot */
	return id ?: READ_ONCE(ch->identity);
}

/* creds_lock held. */
static int back_creds_set_slot(struct back_channel *ch, u64 slot,
			       struct back_identity *id)
{
	struct back_identity **apart = ch->apart, *old;

	if (slot >= ch->program.nr_slots)
		return -EINVAL;
	if (!apart) {
		apart = kcalloc(ch->program.nr_slots, sizeof(*apart), GFP_KERNEL);
		if (!apart)
			return -ENOMEM;
		smp_store_release(&ch->apart, apart);
	}
	old = apart[slot];
	if (id && !old && ch->nr_apart == BACK_APART_MAX)
		return -EDQUOT;
	ch->nr_apart += !!id - !!old;
	WRITE_ONCE(apart[slot], id);
	back_identity_put(old);
	return 0;
}

/*
 * Control request CREDS.  What belongs to the whole process (umask, limits) is
 * set anew by the next worker that changes its identity.
 */
int back_creds_set(struct back_channel *ch, u64 slot, u64 number, bool reset,
		   const struct vsys_creds *attested)
{
	struct back_identity *id = NULL;
	int err = 0;

	if (!reset) {
		id = back_identity_make(attested);
		if (!id)
			return -ENOMEM;
	}
	mutex_lock(&ch->creds_lock);
	/* One that was given up, and overtaken, is not carried out any more. */
	if (number <= ch->creds_number)
		err = -ESTALE;
	else if (slot != VSYS_CREDS_CHANNEL)
		err = back_creds_set_slot(ch, slot, id);
	else if (id)
		swap(ch->identity, id);
	else
		err = -EINVAL;
	if (!err)
		ch->creds_number = number;
	if (!err && !reset) {
		ch->process.umask = attested->umask & 0777;
		ch->process.files = attested->rlimit_nofile;
		ch->process.fsize = attested->rlimit_fsize;
		ch->process_changed = true;
	}
	mutex_unlock(&ch->creds_lock);
	/* The channel's last one, or the new one that found no place. */
	if (err || slot == VSYS_CREDS_CHANNEL)
		back_identity_put(id);
	return err;
}

void back_creds_free(struct back_channel *ch)
{
	u32 i;

	for (i = 0; ch->apart && i < ch->program.nr_slots; i++)
		back_identity_put(ch->apart[i]);
	kfree(ch->apart);
	back_identity_put(ch->identity);
}

/* ---- What a worker acts with ----------------------------------------------------- */

/* The allowed part of an attested capability set. */
static kernel_cap_t back_creds_caps(u64 attested)
{
	kernel_cap_t caps = CAP_EMPTY_SET;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(back_caps); i++)
		if (attested & BIT_ULL(back_caps[i]))
			cap_raise(caps, back_caps[i]);
	return caps;
}

static const struct cred *back_creds_make(const struct vsys_creds *creds)
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
		new->cap_permitted = back_creds_caps(creds->cap_permitted);
		new->cap_effective =
			cap_intersect(back_creds_caps(creds->cap_effective),
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
void back_creds_limits(u64 files, u64 fsize)
{
	struct rlimit *limits = current->signal->rlim;

	files = min_t(u64, files, (BACK_FILES_MAX - VSYS_FD_FIRST) / 2);
	files = files * 2 + VSYS_FD_FIRST;
	task_lock(current->group_leader);
	limits[RLIMIT_NOFILE] = (struct rlimit){ files, files };
	limits[RLIMIT_FSIZE] = (struct rlimit){ fsize, fsize };
	task_unlock(current->group_leader);
}

/* The same, with credentials to act with, and a reference. */
static struct back_identity *back_creds_find(struct back_channel *ch,
					     u32 region)
{
	struct back_identity *id;

	mutex_lock(&ch->creds_lock);
	if (ch->process_changed) {
		ch->process_changed = false;
		current->fs->umask = ch->process.umask;
		back_creds_limits(ch->process.files, ch->process.fsize);
	}
	id = back_creds_of(ch, region);
	if (!id->cred)
		id->cred = back_creds_make(&id->attested);
	if (id->cred)
		refcount_inc(&id->refs);
	else
		id = NULL;
	mutex_unlock(&ch->creds_lock);
	return id;
}

/*
 * Before each call: act with the credentials of its slot, as they are now.  A
 * worker that could not get any runs nothing.
 */
int back_creds_apply(struct back_worker *w, u32 region)
{
	struct back_channel *ch = w->channel;
	struct back_identity *id;
	const struct cred *old;

	if (likely(w->identity == back_creds_of(ch, region)))
		return 0;
	id = back_creds_find(ch, region);
	if (!id)
		return -ENOMEM;
	old = override_creds(id->cred);
	if (w->identity)
		put_cred(old);
	else
		w->own_cred = old;
	back_identity_put(w->identity);
	w->identity = id;
	return 0;
}

/* The worker goes back to its program. */
void back_creds_drop(struct back_worker *w)
{
	if (!w->identity)
		return;
	revert_creds(w->own_cred);
	back_identity_put(w->identity);
	w->identity = NULL;
}
