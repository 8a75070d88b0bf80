/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the rows of the call table (calls.def) are made of, the protocol's own
 * calls, and the table as code sees it.
 */
#ifndef VIRTUOS_CALLS_H
#define VIRTUOS_CALLS_H

#include "vsys.h"

/*
 * Argument kinds.  A pointer argument must lie, with all its bytes, in the
 * slot's own region of the arena.
 */
enum vsys_arg_kind {
	VSYS_ARG_NONE = 0,	/* unused: zero is passed */
	VSYS_ARG_VAL,		/* a value; n: bits it may have, VSYS_BITS_… */
	VSYS_ARG_FD,		/* a descriptor of the shadow */
	VSYS_ARG_DIRFD,		/* the same, or AT_FDCWD */
	VSYS_ARG_PATH,		/* zero-terminated string, PATH_MAX at most */
	VSYS_ARG_IN,		/* buffer the call reads; n: index of its length */
	VSYS_ARG_OUT,		/* buffer the call writes; n: index of its length */
	VSYS_ARG_IN_FIXED,	/* structure the call reads; n: its size in bytes */
	VSYS_ARG_OUT_FIXED,	/* structure the call writes; n: its size */
	VSYS_ARG_INOUT_FIXED,	/* structure the call reads and writes */
	VSYS_ARG_OUT_LEN,	/* buffer written; n: index of a VSYS_ARG_LEN */
	VSYS_ARG_LEN,		/* pointer to a __u32 length, read and written */
	VSYS_ARG_MSG_IN,	/* struct msghdr of sendmsg, see docs/protocol.md */
	VSYS_ARG_MSG_OUT,	/* struct msghdr of recvmsg */
	VSYS_ARG_FCNTL,		/* depends on argument 1, vsys_fcntl_size() */
	VSYS_ARG_IOCTL,		/* depends on argument 1, vsys_ioctl_size() */
};

/* A kind, its parameter, and whether NULL is allowed, in one word. */
#define VSYS_ARG(kind, n)	((VSYS_ARG_##kind) | (n) << 8)
#define VSYS_ARG_MAYBE		(1u << 31)
#define VSYS_ARG_KIND(a)	((a) & 0xffu)
#define VSYS_ARG_PARAM(a)	(((a) & ~VSYS_ARG_MAYBE) >> 8)

/*
 * Bits that a value may have; the dispatcher's vsys_bits[] has which.  A value
 * with others is dealt with as Linux deals with bits that it does not know.
 */
enum vsys_bits_set {
	VSYS_BITS_ANY = 0,	/* passed as it is */
	VSYS_BITS_OPEN,		/* flags of openat */
	VSYS_BITS_MESSAGE,	/* flags of sendmsg, recvmsg and their kin */
	VSYS_BITS_FALLOCATE,	/* mode of fallocate */
	VSYS_BITS_RENAME,	/* flags of renameat2 */
	VSYS_BITS_SETS
};

/*
 * Result kinds: what a call says when it does not fail.  Nothing else can be
 * its answer.
 */
enum vsys_result_kind {
	VSYS_RESULT_DONE = 0,	/* 0 */
	VSYS_RESULT_INT,	/* 0 to INT_MAX, as its command says */
	VSYS_RESULT_OFFSET,	/* 0 or more */
	VSYS_RESULT_MODE,	/* permission bits */
	VSYS_RESULT_FILE,	/* a new descriptor; n: index of its O_… flags */
	VSYS_RESULT_SOCKET,	/* one of a socket; n: of its SOCK_… flags */
	VSYS_RESULT_BYTES,	/* n: index of how many they are at most */
	VSYS_RESULT_SIZE,	/* the same; any number when that is 0: it asks */
	VSYS_RESULT_NAMES,	/* as SIZE, of strings */
	VSYS_RESULT_TEXT,	/* as BYTES, of a string; not 0 */
	VSYS_RESULT_ENTRIES,	/* as BYTES, of directory entries */
	VSYS_RESULT_MESSAGE,	/* bytes, as many as the message has room for */
};

/*
 * A kind and its parameter, in one word; besides, the index of flags (not 0)
 * in which MSG_TRUNC asks for the length that there would have been.  Strings
 * and entries stand in the argument before their length.
 */
#define VSYS_RESULT(kind, n)	((VSYS_RESULT_##kind) | (n) << 8)
#define VSYS_RESULT_TRUNC(n)	((n) << 16)
#define VSYS_RESULT_KIND(r)	((r) & 0xffu)
#define VSYS_RESULT_PARAM(r)	((r) >> 8 & 0xffu)
#define VSYS_RESULT_FLAGS(r)	((r) >> 16)

static inline int vsys_result_has_strings(__u32 result)
{
	return VSYS_RESULT_KIND(result) >= VSYS_RESULT_NAMES &&
	       VSYS_RESULT_KIND(result) <= VSYS_RESULT_ENTRIES;
}

/* Call flags. */
#define VSYS_CALL_MOVES		(1u << 0) /* data, or connects, on a socket */
#define VSYS_CALL_BLOCKS	(1u << 1) /* may wait for long; EINTR on a signal */
#define VSYS_CALL_CANCEL	(1u << 2) /* a POSIX cancellation point */
#define VSYS_CALL_CHECKED	(1u << 3) /* more checks by hand, vsys_check_extra() */
#define VSYS_CALL_SHADOW	(1u << 4) /* changes state of the shadow (cwd, umask) */
#define VSYS_CALL_KERNEL	(1u << 5) /* from the kernel's ring alone */
#define VSYS_CALL_ONCE		(1u << 6) /* makes or removes a name: a second
					   * time would fail */

/* Above every number in the table: how long arrays by number are. */
#define VSYS_NR_SYSCALLS	448u

enum vsys_call_nr {
#define VSYS_CALL(name, nr, ...)	VSYS_NR_##name = nr,
#include "calls.def"
	/*
	 * The protocol's own calls.
	 *
	 * NOP: does nothing, returns 0; an empty call, for measuring.
	 *
	 * POLL (descriptor, events, cookie): returns the events that hold now
	 * (POLLIN …), and arms one notification: when the file's state changes
	 * after this call, B puts the cookie on the event ring and rings.  The
	 * last POLL of a descriptor counts; closing it disarms.
	 *
	 * CANCEL (slot): interrupts the call that runs in a slot as a signal
	 * would.  Returns 0, or -ESRCH if none runs there.  The slot is
	 * answered as usual (with -EINTR, or with its result if it was faster).
	 */
	VSYS_NR_NOP	= 0x10000,
	VSYS_NR_POLL	= 0x10001,
	VSYS_NR_CANCEL	= 0x10002,
};

/*
 * Descriptors below this are the shadow's own (standard streams, its devices);
 * no call may name them and none is ever returned.
 */
#define VSYS_FD_FIRST		8

#define VSYS_AT_FDCWD		(-100)
#define VSYS_PATH_MAX		4096u
#define VSYS_RW_MAX		VSYS_SLOT_ARENA_MAX

/* One row of the table, as code sees it. */
struct vsys_call_info {
	const char *name;
	__u32 class;		/* VSYS_CLASS_… */
	__u32 flags;		/* VSYS_CALL_… */
	__u32 result;		/* VSYS_RESULT() */
	__u32 args[6];		/* VSYS_ARG() */
	/* From args, so that nobody walks through all six at each call: */
	__u8 nr_args;		/* those that are used */
	__u8 fds;		/* a bit for each that names a descriptor */
	__u8 pointers;		/* a bit for each that may point into the region */
	__u8 checks;		/* a bit for each that the dispatcher looks at */
};

/*
 * Rows by number; a row with a null name is no call.  The one definition is
 * in include/virtuos/calls-table.h, for each side to compile once.
 */
extern const struct vsys_call_info vsys_calls[VSYS_NR_SYSCALLS];

static inline int vsys_call_makes_fd(const struct vsys_call_info *info)
{
	return VSYS_RESULT_KIND(info->result) == VSYS_RESULT_FILE ||
	       VSYS_RESULT_KIND(info->result) == VSYS_RESULT_SOCKET;
}

/*
 * struct msghdr as it crosses: the header stands at its own place in the
 * arena with pointers to a name, one iovec array and control data, all within
 * the slot's region.  At most VSYS_IOV_MAX entries; the dispatcher copies
 * header, entries, and the control data that is sent to private memory before
 * it checks and uses them.
 */
#define VSYS_IOV_MAX		16u
#define VSYS_CONTROL_MAX	4096u

/* Levels of socket options and of control data (calls-options.def). */
enum vsys_level {
	VSYS_LEVEL_IP		= 0,
	VSYS_LEVEL_SOCKET	= 1,
	VSYS_LEVEL_TCP		= 6,
	VSYS_LEVEL_UDP		= 17,
	VSYS_LEVEL_IPV6		= 41,
	VSYS_LEVEL_ICMPV6	= 58,
	VSYS_LEVEL_UDPLITE	= 136,
	VSYS_LEVEL_RAW		= 255,
};

/* What an option may be used for. */
#define VSYS_OPTION_GET		(1u << 0) /* getsockopt */
#define VSYS_OPTION_SET		(1u << 1) /* setsockopt */
#define VSYS_OPTION_SEND	(1u << 2) /* the type of a sendmsg's control data */

#endif /* VIRTUOS_CALLS_H */
