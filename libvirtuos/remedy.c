// SPDX-License-Identifier: MIT
/* Why a service cannot be reached and what helps, for the launcher and the log. */
#include <stdio.h>
#include <string.h>

#include "core.h"

static const char *remedy(int err)
{
	switch (err) {
	case ENOENT:
		return "is not attached to this domain: in dom0, run: virtuosctl attach DOMAIN SERVICE";
	case ENODEV:
		return "is attached but not running: in dom0, see virtuosctl status, or run: virtuosctl restart SERVICE";
	case EPROTO:
		return "and this domain do not fit together: install the same release of VirtuOS in both, then, in dom0, detach and attach; virtuosctl status says more";
	case ECONNREFUSED:
		return "refused this domain: in dom0, virtuosctl status says why; if it is for a version or a feature, install the same release of VirtuOS in both";
	case ENOSPC:
		return "is out of grants, mappings or event channels: raise max_grant_frames and max_event_channels of this domain, or max_maptrack_frames and max_event_channels of the service domain, in their xl configurations; the kernel logs say which";
	case EACCES:
		return "takes no process that is in a sandbox (seccomp, Landlock, another root or namespace): its paths and sockets are local; vsysfront's parameter \"sandboxed\" lets it";
	case EUSERS:
		return "serves as many processes of this domain as it can: end some, or raise the parameter \"channels\" of vsysback or vsysfront; the kernel logs say which";
	case EDQUOT:
		return "serves as many processes of this user as one may have: end some, or raise vsysfront's parameter \"channels\"";
	case ENOMEM:
		return "wants memory that this process may not have: raise RLIMIT_MEMLOCK (ulimit -l) or, if this user has its share, vsysfront's parameter \"pages\"";
	case EAGAIN:
		return "starts no process for this one: its console says why; it may want more memory in its xl configuration";
	case ETIMEDOUT:
		return "does not answer: in dom0, see virtuosctl status, or run: virtuosctl restart SERVICE";
	case E2BIG:
		return "takes no process with so many groups: the kernel log says how many it takes";
	case EMFILE:
		return "wants a descriptor, and this process has none left: raise RLIMIT_NOFILE (ulimit -n)";
	}
	return NULL;
}

const char *virtuos_remedy(char *text, size_t size, const char *service,
			   int err)
{
	const char *what = remedy(err), *name = what ? strstr(what, "SERVICE") :
						       NULL;

	if (name)
		snprintf(text, size, "service \"%s\" %.*s%s", service,
			 (int)(name - what), what, service);
	else if (what)
		snprintf(text, size, "service \"%s\" %s", service, what);
	else
		snprintf(text, size,
			 "service \"%s\" cannot be opened: %s; the kernel log may say more",
			 service, strerrordesc_np(err) ?: "unknown error");
	return text;
}
