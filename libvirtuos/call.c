// SPDX-License-Identifier: MIT
/*
 * A call, from the program's arguments to its result: take a slot, marshal,
 * submit, wait, marshal back; and once more, where that can be, if the service
 * has died.
 */
#include <dirent.h>
#include <fcntl.h>

#include "core.h"
#include "failure.h"
#include "timed.h"
#include "wait.h"

/* A slot that is held becomes the caller's, with a region that fits. */
static long call_prepare(struct virtuos_channel *ch, int slot,
			 struct virtuos_marshal *m, uint32_t nr,
			 const uint64_t args[6])
{
	long err = virtuos_identity_check(ch, slot);

	if (err)
		return err;
	if (nr < VSYS_NR_SYSCALLS) {
		err = virtuos_slot_region(ch, slot,
					  virtuos_marshal_size(nr, args));
		if (err < 0)
			return err;
	}
	m->base = ch->arena + (size_t)slot * VSYS_SLOT_ARENA_MAX;
	m->size = ch->granted[slot];
	return virtuos_marshal_in(m, nr, args);
}

/* Take a slot, and marshal into it. */
static long call_begin(struct virtuos_channel *ch, struct virtuos_marshal *m,
		       uint32_t nr, const uint64_t args[6])
{
	int slot = virtuos_slot_get(ch);
	long err;

	if (slot < 0)
		return slot;
	err = call_prepare(ch, slot, m, nr, args);
	if (!err)
		return slot;
	virtuos_slot_put(ch, slot);
	return err;
}

/* What later calls have to know of one that succeeded. */
static void call_note(struct virtuos_channel *ch, uint32_t nr,
		      const uint64_t args[6])
{
	if (nr == VSYS_NR_setsockopt)
		virtuos_timed_note(ch, args);
	else if (nr == VSYS_NR_fcntl &&
		 (args[1] == F_SETLK || args[1] == F_SETLKW))
		__atomic_store_n(&ch->local->locks, 1, __ATOMIC_RELAXED);
}

/* VIRTUOS_DEAD: *begun says whether the call may have been made. */
static long call_once(struct virtuos_channel *ch, uint32_t nr,
		      const uint64_t args[6], bool *begun)
{
	uint32_t interrupts = virtuos_interrupts;
	struct virtuos_marshal m;
	long slot = call_begin(ch, &m, nr, args);
	long ret = 0, lost;

	if (slot < 0)
		return slot;
	virtuos_slot_submit(ch, slot, nr, m.args);
	lost = virtuos_wait(ch, slot, nr, args, interrupts);
	if (!lost) {
		ret = vsys_slot_finish(&ch->ring.slots[slot]);
		ret = virtuos_marshal_out(&m, nr, args, ret);
		/* After what was read of the channel: was it the channel's? */
		lost = virtuos_channel_ended(ch);
	}
	virtuos_slot_put(ch, slot);
	if (lost) {
		/* Nobody answers: the slot is lost with the channel. */
		virtuos_channel_dead(ch);
		*begun = true;
		return VIRTUOS_DEAD;
	}
	if (!ret)
		call_note(ch, nr, args);
	virtuos_stats_count(ch->service, nr);
	return ret;
}

/* The placeholder is there; what the call wrote, for the program. */
static long call_fd_finish(struct virtuos_channel *ch, long fd,
			   const struct vsys_front_call *call,
			   struct virtuos_marshal *m, uint32_t nr,
			   const uint64_t args[6])
{
	const struct virtuos_remote remote = {
		.service = ch->service,
		.fd = call->remote_fd,
		.type = IFTODT(call->mode),
	};
	long err;

	virtuos_timed_set(ch, remote.fd, false);
	virtuos_fd_set(fd, &remote);
	err = virtuos_marshal_out(m, nr, args, remote.fd);
	if (virtuos_channel_ended(ch))
		err = VIRTUOS_DEAD;
	virtuos_stats_count(ch->service, nr);
	if (err >= 0)
		return fd;
	virtuos_fd_closing(fd);
	sys1(SYS_close, fd);
	return err;
}

/* vsysfront writes the structure back once it has submitted the call. */
#define UNSUBMITTED	UINT32_MAX

static long call_fd_once(struct virtuos_channel *ch, uint32_t nr,
			 const uint64_t args[6], uint32_t flags, bool *begun)
{
	struct vsys_front_call call = {
		.flags = flags,
		.mode = UNSUBMITTED,
	};
	struct virtuos_marshal m;
	long slot = call_begin(ch, &m, nr, args);
	long ret;

	if (slot < 0)
		return slot;
	virtuos_slot_fill(ch, slot, nr, m.args);
	call.slot = slot;
	ret = virtuos_wait_fd(ch, nr, args, &call);
	if (ret >= 0)
		ret = call_fd_finish(ch, ret, &call, &m, nr, args);
	else if (call.remote_fd < 0)
		ret = call.remote_fd;	/* the service's own */
	virtuos_slot_put(ch, slot);
	if (call.mode != UNSUBMITTED)
		*begun = true;
	/* A sandbox's: before it was submitted, or while it waited. */
	if (ret == -EACCES && call.remote_fd >= 0)
		return virtuos_sandbox_refused(ch);
	if (ret == -EMFILE)
		virtuos_log("no descriptor left, here or at \"%s\": raise RLIMIT_NOFILE (ulimit -n)",
			    virtuos_routes.services[ch->service]);
	return ret;
}

/* Does the call name a remote descriptor, and is that one to be had? */
enum named { NAMED_NONE, NAMED_ALIVE, NAMED_DEAD, NAMED_LACKING };

static enum named named_fd(uint32_t nr, const uint64_t args[6])
{
	enum named named = NAMED_NONE;
	uint32_t left;
	int fd;

	if (nr >= VSYS_NR_SYSCALLS)
		return named;
	for (left = vsys_calls[nr].fds; left; left &= left - 1) {
		fd = (int)args[__builtin_ctz(left)];
		if (fd == VSYS_AT_FDCWD)
			continue;
		if (fd < 0)
			return fd == VIRTUOS_FD_LACKING ? NAMED_LACKING :
							  NAMED_DEAD;
		named = NAMED_ALIVE;
	}
	return named;
}

/* The call names a descriptor that it cannot reach. */
static long named_failure(int service, bool on_socket, uint32_t nr,
			  enum named fd)
{
	return fd == NAMED_LACKING ?
		       virtuos_failure_unopened(service, on_socket, nr,
						-ENFILE) :
		       virtuos_failure_dead(nr, on_socket);
}

/*
 * May a call whose answer was lost with its service be made again?  It may have
 * been done.
 */
static bool repeatable(uint32_t nr, const uint64_t args[6])
{
	const struct vsys_call_info *info;

	if (nr >= VSYS_NR_SYSCALLS)
		return true;
	info = &vsys_calls[nr];
	/* A file that must be new is so once. */
	if (VSYS_RESULT_KIND(info->result) == VSYS_RESULT_FILE)
		return !(args[VSYS_RESULT_PARAM(info->result)] & O_EXCL);
	return !(info->flags & VSYS_CALL_ONCE);
}

/* It was found out before the call began: others need not. */
static void found_dead(struct virtuos_channel *ch)
{
	if (virtuos_channel_get(ch->service) == ch)
		virtuos_channel_dead(ch);
}

/*
 * After a death: a call by path finds a restarted service at the second try.
 * What was never made can be made again, whatever it is.
 */
static bool once_more(enum named fd, int tries, bool begun, uint32_t nr,
		      const uint64_t args[6])
{
	return fd == NAMED_NONE && tries < 2 &&
	       (!begun || repeatable(nr, args));
}

/*
 * Both kinds of call, each inlined with its own attempt.  fd_flags: of the
 * descriptor that the call makes; NULL: it makes none.
 */
static inline __attribute__((always_inline)) long
call_tried(int service, bool on_socket, uint32_t nr, const uint64_t args[6],
	   const uint32_t *fd_flags)
{
	struct virtuos_channel *ch;
	enum named fd = named_fd(nr, args);
	long ret = VIRTUOS_DEAD;
	bool begun = false;
	int tries = 0;

	if (fd > NAMED_ALIVE)
		return named_failure(service, on_socket, nr, fd);
	do {
		ch = fd == NAMED_ALIVE ? virtuos_channel_get(service) :
					 virtuos_channel_open(service, &ret);
		if (!ch)
			return virtuos_failure_unopened(service, on_socket, nr,
							ret);
		ret = fd_flags ? call_fd_once(ch, nr, args, *fd_flags, &begun) :
				 call_once(ch, nr, args, &begun);
		if (ret != VIRTUOS_DEAD)
			return ret;
		found_dead(ch);
	} while (once_more(fd, ++tries, begun, nr, args));
	return begun ? virtuos_failure_dead(nr, on_socket) :
		       virtuos_failure_unopened(service, on_socket, nr, ret);
}

static long call(int service, bool on_socket, uint32_t nr,
		 const uint64_t args[6])
{
	return call_tried(service, on_socket, nr, args, NULL);
}

long virtuos_call(int service, uint32_t nr, const uint64_t args[6])
{
	return call(service, false, nr, args);
}

long virtuos_call_on(const struct virtuos_remote *remote, uint32_t nr,
		     const uint64_t args[6])
{
	return call(remote->service, remote->type == DT_SOCK, nr, args);
}

long virtuos_call_fd(int service, uint32_t nr, const uint64_t args[6],
		     uint32_t flags)
{
	return call_tried(service, false, nr, args, &flags);
}
