/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * /dev/vsys-counters: what vsysfront offers to profilers (perfctr-xen).
 *
 * One open file is one session: a set of processes, and what is counted of
 * their calls in every service domain.  A session follows its processes through
 * fork and exec, and their channels to a service domain that was started anew.
 * A process is in at most one session.  Closing the file ends the session.
 *
 * What the threads do in the user domain is perf_event's to count, not here.
 */
#ifndef VIRTUOS_FRONT_COUNTERS_H
#define VIRTUOS_FRONT_COUNTERS_H

#include <linux/ioctl.h>
#include "counters.h"

#define VSYS_COUNTERS_PATH	"/dev/vsys-counters"

/* vsys_counters_start.flags besides VSYS_COUNT_…: */
#define VSYS_SESSION_INHERIT	(1u << 8)	/* children are members too */
#define VSYS_SESSION_RECORDS	(1u << 9)	/* read() gives records */

struct vsys_counters_start {
	__u32 nr_counters;
	__u32 flags;
	struct vsys_counter counters[VSYS_COUNTERS_MAX];
};

/* vsys_account_entry.flags */
#define VSYS_ENTRY_OTHER	(1u << 0)	/* threads without an account of their own; tid is 0 */
#define VSYS_ENTRY_CALL		(1u << 1)	/* not of a thread but of a call number: nr */
#define VSYS_ENTRY_LOST		(1u << 2)	/* its service domain went: what it counted after its last completed call is lost */
#define VSYS_ENTRY_CLOSED	(1u << 3)	/* its channel is closed: final */
#define VSYS_ENTRY_REFUSED	(1u << 4)	/* B does not count, or for another session (EBUSY), or no more events for this user domain (EDQUOT): error says why */

/* One account: a thread (or call number) of one channel. */
struct vsys_account_entry {
	char service[VSYS_SERVICE_NAME_MAX];
	__u32 domain;		/* its domain id */
	__u32 channel;		/* number of the channel in this session */
	__u32 tgid, tid;	/* in the reader's pid namespace */
	__u32 flags;		/* VSYS_ENTRY_… */
	__u32 nr;		/* with VSYS_ENTRY_CALL */
	__s32 error;		/* with VSYS_ENTRY_REFUSED: -errno */
	__u32 reserved;
	char comm[VSYS_COMM_MAX];
	/*
	 * Where the account lies in a read-only mapping of the session's file
	 * (offset of the page is the lower multiple of the page size), to be
	 * read without a system call, as long as it is counted.  ~0: not yet,
	 * or no longer, and `account` is final.  Who has mapped it by then goes
	 * on reading that.
	 */
	__u64 offset;
	struct vsys_account account;
};

/*
 * The session's own page, in the same mapping at this offset.  vsysfront alone
 * writes it.
 */
#define VSYS_MAP_SESSION	(1ull << 52)

struct vsys_session_page {
	/*
	 * Rises when ACCOUNTS would tell something new: an entry, or that one is
	 * refused, lost or closed.  Who has read accounts after seeing a number
	 * here need not ask again until it is another.
	 */
	__u32 changes;
};

struct vsys_counters_accounts {
	__u32 first;		/* in: number of the first entry wanted */
	__u32 room;		/* in: entries that fit */
	__u32 count;		/* out: entries filled in; 0: there are no more */
	__u32 reserved;
	__u64 entries;		/* in: address of struct vsys_account_entry[room] */
};

struct vsys_counters_totals {
	char service[VSYS_SERVICE_NAME_MAX];	/* in: of a domain in ACCOUNTS */
	struct vsys_totals totals;	/* out, for the session's counters */
};

struct vsys_counters_symbol {
	char service[VSYS_SERVICE_NAME_MAX];	/* in */
	struct vsys_symbol symbol;
};

/* What read() gives: whole ones only. */
struct vsys_session_record {
	char service[VSYS_SERVICE_NAME_MAX];
	__u32 channel;
	__u32 tgid, tid;	/* whose call it was; 0: nobody's that is known */
	__u32 reserved;
	struct vsys_record record;
};

/*
 * All return 0 or more, or -1 with errno.  The session's file is for those who
 * may trace: CAP_PERFMON, or CAP_SYS_ADMIN (EPERM).
 *
 * START	EINVAL counters or flags that make no sense (a period or TRACE
 *		without RECORDS), EBUSY started already, EOPNOTSUPP INHERIT: this
 *		kernel has no tracepoints
 * ADD		a process by its tgid: it and, with INHERIT, whatever it forks
 *		from now on.  Channels that it has are counted from now on; others
 *		when they are opened.  EINVAL not started, or stopped; ESRCH;
 *		EBUSY it is in a session already
 * ACCOUNTS	copies entries; ones that were there keep their number
 * TOTALS	what all of the domain did while it counted for this session; also
 *		when it is over.  ENOENT no such service, ENODEV it is gone,
 *		EOPNOTSUPP it does not count, or not for this session
 * SYMBOL	ENOENT, ENODEV, EOPNOTSUPP as TOTALS, ETIMEDOUT; ENXIO no symbol there
 * STOP		stops counting; accounts stay until the file is closed.  Service
 *		domains that do not answer hold it up for 5 seconds, all together
 *
 * read()	blocks until there is a record; O_NONBLOCK and poll() work.  End of
 *		file: stopped, and all read
 */
#define VSYS_COUNTERS_START	_IOW('V', 32, struct vsys_counters_start)
#define VSYS_COUNTERS_ADD	_IOW('V', 33, __u32)
#define VSYS_COUNTERS_ACCOUNTS	_IOWR('V', 34, struct vsys_counters_accounts)
#define VSYS_COUNTERS_TOTALS	_IOWR('V', 35, struct vsys_counters_totals)
#define VSYS_COUNTERS_SYMBOL	_IOWR('V', 36, struct vsys_counters_symbol)
#define VSYS_COUNTERS_STOP	_IO('V', 37)

#endif /* VIRTUOS_FRONT_COUNTERS_H */
