// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights: a worker has its client's, which vsysback gives it before each call.
 * What it has before that is what the shadow's manager has, so that is nothing.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vsysd.h"

/* In root's place: a user that owns nothing; not "nobody", who may be a client. */
#define RIGHTS_USER ((uid_t)-2)

#define KEPT (1u << CAP_SYS_CHROOT | 1u << CAP_SETUID | 1u << CAP_SETGID)

static void oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, score, strlen(score)) < 0)
		warn("oom_score_adj");
	if (fd >= 0)
		close(fd);
}

/* vsysd's, and its spares': root's files, and how to become somebody else. */
void vsysd_rights_reduce(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = KEPT, .permitted = KEPT },
	};
	/* Control groups limit the threads of shadows, and vsysback does. */
	struct rlimit threads = { RLIM_INFINITY, RLIM_INFINITY };
	int cap;

	oom_score("-1000");	/* without vsysd the domain is of no use */
	if (setrlimit(RLIMIT_NPROC, &threads))
		warn("RLIMIT_NPROC");
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_capset, &header, data))
		err(1, "cannot give rights up");
}

/* A spare can be spared. */
void vsysd_rights_spare(void)
{
	oom_score("0");
}

/*
 * A shadow's: none.  It belongs to the client's user all the same: what Linux
 * counts for each user (memory of pipes, locked memory) is then that user's, not
 * that of all clients together.
 */
int vsysd_rights_drop(uid_t user)
{
	if (!user)
		user = RIGHTS_USER;
	if (setgroups(0, NULL) ||
	    setresgid(RIGHTS_USER, RIGHTS_USER, RIGHTS_USER) ||
	    setresuid(user, user, user))
		return -errno;
	return 0;
}
