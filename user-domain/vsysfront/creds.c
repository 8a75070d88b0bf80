// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials: what the service domain is told about a process, by this kernel
 * and never by the process.
 */
#include "vsysfront.h"
#include <linux/cred.h>
#include <linux/fs_struct.h>
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

static u64 front_creds_caps(const kernel_cap_t *caps)
{
	return caps->cap[0] | (u64)caps->cap[1] << 32;
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
	creds->cap_effective = front_creds_caps(&cred->cap_effective);
	creds->cap_permitted = front_creds_caps(&cred->cap_permitted);
	creds->rlimit_nofile = rlimit(RLIMIT_NOFILE);
	creds->rlimit_fsize = rlimit(RLIMIT_FSIZE);
	creds->nr_groups = groups->ngroups;
	for (i = 0; i < groups->ngroups; i++)
		creds->groups[i] = front_creds_gid(groups->gid[i]);
	return 0;
}
