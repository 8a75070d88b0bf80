// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials: what the service domain is told about a process, by this kernel
 * and never by the process.
 */
#include "creds.h"
#include "channel.h"
#include "control.h"
#include "kernel.h"
#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uidgid.h>

static u32 front_creds_uid(kuid_t uid)
{
	return from_kuid(&init_user_ns, uid);
}

static u32 front_creds_gid(kgid_t gid)
{
	return from_kgid(&init_user_ns, gid);
}

/*
 * Capabilities are attested where they hold here: in the first user namespace.
 * In one of its own a process has them all, and they say nothing of files and
 * networks outside.
 */
static u64 front_creds_caps(const struct cred *cred, const kernel_cap_t *caps)
{
	if (cred->user_ns != &init_user_ns)
		return 0;
	return front_capabilities(caps);
}

/* Those of the current process; E2BIG when it has too many groups. */
int front_creds_fill(struct vsys_creds *creds)
{
	const struct cred *cred = current_cred();
	const struct group_info *groups = cred->group_info;
	int i;

	memset(creds, 0, sizeof(*creds));
	if (groups->ngroups > VSYS_GROUPS_MAX) {
		pr_err_ratelimited("process %d has %d groups, but at most %u can be attested\n",
				   current->tgid, groups->ngroups,
				   VSYS_GROUPS_MAX);
		return -E2BIG;
	}
	creds->uid = front_creds_uid(cred->uid);
	creds->gid = front_creds_gid(cred->gid);
	creds->euid = front_creds_uid(cred->euid);
	creds->egid = front_creds_gid(cred->egid);
	creds->suid = front_creds_uid(cred->suid);
	creds->sgid = front_creds_gid(cred->sgid);
	creds->fsuid = front_creds_uid(cred->fsuid);
	creds->fsgid = front_creds_gid(cred->fsgid);
	creds->umask = current_umask();
	creds->cap_effective = front_creds_caps(cred, &cred->cap_effective);
	creds->cap_permitted = front_creds_caps(cred, &cred->cap_permitted);
	creds->rlimit_nofile = rlimit(RLIMIT_NOFILE);
	creds->rlimit_fsize = rlimit(RLIMIT_FSIZE);
	creds->nr_groups = groups->ngroups;
	for (i = 0; i < groups->ngroups; i++)
		creds->groups[i] = front_creds_gid(groups->gid[i]);
	return 0;
}

/* ---- What is attested ------------------------------------------------------ */

static bool front_creds_same_groups(const struct cred *a, const struct cred *b)
{
	const struct group_info *one = a->group_info, *other = b->group_info;

	return one == other ||
	       (one->ngroups == other->ngroups &&
		!memcmp(one->gid, other->gid,
			one->ngroups * sizeof(*one->gid)));
}

/* Is all that is attested the same? */
static bool front_creds_same(const struct cred *a, const struct cred *b)
{
	if (a == b)
		return true;
	return uid_eq(a->uid, b->uid) && gid_eq(a->gid, b->gid) &&
	       uid_eq(a->euid, b->euid) && gid_eq(a->egid, b->egid) &&
	       uid_eq(a->suid, b->suid) && gid_eq(a->sgid, b->sgid) &&
	       uid_eq(a->fsuid, b->fsuid) && gid_eq(a->fsgid, b->fsgid) &&
	       front_creds_caps(a, &a->cap_effective) ==
		       front_creds_caps(b, &b->cap_effective) &&
	       front_creds_caps(a, &a->cap_permitted) ==
		       front_creds_caps(b, &b->cap_permitted) &&
	       front_creds_same_groups(a, b);
}

/* creds_lock held: before B changes anything, there is room to remember it. */
static int front_creds_room(struct front_channel *ch, u32 slot)
{
	if (slot == VSYS_CREDS_CHANNEL || ch->apart)
		return 0;
	ch->apart = kvcalloc(ch->nr_slots, sizeof(*ch->apart),
			     GFP_KERNEL_ACCOUNT);
	return ch->apart ? 0 : -ENOMEM;
}

/* creds_lock held.  NULL: none of its own. */
static void front_creds_remember(struct front_channel *ch, u32 slot,
				 const struct cred *cred)
{
	swap(*(slot == VSYS_CREDS_CHANNEL ? &ch->cred : &ch->apart[slot]),
	     cred);
	if (cred)
		put_cred(cred);
}

/* creds_lock held. */
static s64 front_creds_request(struct front_channel *ch, u32 slot, u32 flags)
{
	const u64 args[4] = { ch->id, slot, flags, ++ch->creds_number };
	struct vsys_creds *creds = kzalloc(sizeof(*creds), GFP_KERNEL);
	s64 ret;

	if (!creds)
		return -ENOMEM;
	ret = front_creds_fill(creds);
	if (!ret)
		ret = front_control_request(ch->dev, VSYS_CONTROL_CREDS, args,
					    creds, sizeof(*creds),
					    FRONT_PATIENCE);
	kfree(creds);
	/* B may have done it, and for whom it then acts is not what is remembered. */
	if (ret == -ETIMEDOUT)
		ch->creds_doubtful = true;
	return ret > 0 ? -EPROTO : ret;
}

/* creds_lock held. */
static int front_creds_attest_locked(struct front_channel *ch, u32 slot,
				     u32 flags)
{
	s64 ret = front_creds_room(ch, slot);

	if (!ret)
		ret = front_creds_request(ch, slot, flags);
	if (!ret)
		front_creds_remember(ch, slot, flags & VSYS_CREDS_RESET ?
						       NULL :
						       get_current_cred());
	return ret;
}

/* Tells B of the current thread's credentials, for a slot or the channel. */
int front_creds_attest(struct front_channel *ch, u32 slot, u32 flags)
{
	int err;

	if (flags & ~VSYS_CREDS_RESET)
		return -EINVAL;
	if (slot == VSYS_CREDS_CHANNEL ? flags : slot >= ch->nr_slots)
		return -EINVAL;
	mutex_lock(&ch->creds_lock);
	err = front_creds_attest_locked(ch, slot, flags);
	mutex_unlock(&ch->creds_lock);
	return err;
}

/*
 * Before a call that the current thread makes through a slot: what was attested
 * for it is what the thread has now, whether or not its library said so.
 */
int front_creds_current(struct front_channel *ch, u32 slot)
{
	const struct cred *attested;
	int err = 0;

	mutex_lock(&ch->creds_lock);
	attested = ch->apart && ch->apart[slot] ? ch->apart[slot] : ch->cred;
	if (ch->creds_doubtful || !front_creds_same(attested, current_cred()))
		err = front_creds_attest_locked(ch, slot, 0);
	mutex_unlock(&ch->creds_lock);
	return err;
}

void front_creds_free(struct front_channel *ch)
{
	u32 slot;

	for (slot = 0; ch->apart && slot < ch->nr_slots; slot++)
		if (ch->apart[slot])
			put_cred(ch->apart[slot]);
	kvfree(ch->apart);
	if (ch->cred)
		put_cred(ch->cred);
}
