/* SPDX-License-Identifier: MIT */
/* What the files of the core share and hooks do not see. */
#ifndef VIRTUOS_CORE_H
#define VIRTUOS_CORE_H

#include <string.h>

#include "marshal.h"
#include "virtuos.h"

/*
 * The channel is dead: the one word for that inside the core, which neither a
 * service nor a kernel says.  Hooks hear what is right for the call: failure.h.
 */
#define VIRTUOS_DEAD (-4096L)

/* ---- channel.c --------------------------------------------------------- */

/*
 * This process's channel to a service.  When the service dies, or is given up,
 * the channel has ended and stays in memory, for other threads may be using
 * it; the next one has another generation, so descriptors of the old one are not
 * mistaken.  What it shared with the service is not left to anybody: a thread in
 * the middle of a call finds private memory there, in which nobody answers.
 */
enum virtuos_channel_life {
	VIRTUOS_LIVING = 0,
	VIRTUOS_ENDING,		/* no call begins, those that have begun end */
	VIRTUOS_ENDED,		/* what is read from it now is nobody's */
};

struct virtuos_channel {
	int fd;				/* of /dev/vsys */
	int service;
	uint32_t generation;
	struct vsys_ring ring;
	struct vsys_local *local;
	uint8_t *arena;
	uint8_t life;			/* atomic, a virtuos_channel_life */
	/* Closes of this service's placeholders that the table knows of. */
	uint64_t closes;
	/* Remote sockets below 4096 that have a time-out: see timed.c. */
	uint64_t timed[64];
	uint64_t slots_used[VSYS_SLOTS_MAX / 64];	/* atomic */
	uint32_t granted[VSYS_SLOTS_MAX];		/* by who holds the slot */
	/* Whose rights the channel's are, and each slot's: see identity.c. */
	uint64_t identity;
	bool apart;			/* some slot has, or had, its own */
	uint64_t slot_identity[VSYS_SLOTS_MAX];		/* atomic */
};

/* The service's channel if there is a living one, else NULL. */
struct virtuos_channel *virtuos_channel_get(int service);
/* The same, opened if need be.  NULL: *error is -errno. */
struct virtuos_channel *virtuos_channel_open(int service, long *error);
void virtuos_channel_dead(struct virtuos_channel *ch);
static inline bool virtuos_channel_ended(const struct virtuos_channel *ch)
{
	return __atomic_load_n(&ch->life, __ATOMIC_SEQ_CST) == VIRTUOS_ENDED;
}

/* An ioctl() on the channel.  VIRTUOS_DEAD, whatever the reason. */
long virtuos_channel_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg);
/* The descriptor of its last one, if that is still open, or -1. */
int virtuos_channel_fd(int service);
/* All of them, and all descriptors; calls in progress get a second to end. */
void virtuos_channel_end_all(void);
void virtuos_channel_fork_child(void);
/* While it is held no channel is opened; signals are blocked meanwhile. */
void virtuos_channel_lock(uint64_t *signals);
void virtuos_channel_unlock(const uint64_t *signals);

/* Block all signals around what must not be interrupted by a handler. */
void virtuos_signals_block(uint64_t *old);
void virtuos_signals_restore(const uint64_t *old);

/* ---- own.c ------------------------------------------------------------- */

/* A descriptor for VSYS_IOC_FD, or negative. */
int virtuos_own_query(void);
/* Open what can be opened only while /dev/vsys can. */
void virtuos_own_prepare(void);
/* For a new channel, the lock held: a spare one or another.  -errno. */
int virtuos_own_take(int service);
/* Close all but the channels', the lock held. */
void virtuos_own_end(void);
void virtuos_own_fork_child(void);

/* ---- slot.c ------------------------------------------------------------ */

/*
 * A slot for one call.  -EAGAIN: all are taken and none comes free in some
 * seconds; or VIRTUOS_DEAD.
 */
int virtuos_slot_get(struct virtuos_channel *ch);
void virtuos_slot_put(struct virtuos_channel *ch, int slot);
/* Make the slot's region at least so large; what it has got then, or -errno. */
long virtuos_slot_region(struct virtuos_channel *ch, int slot, size_t bytes);

/* Write a call into a slot that the caller holds.  nr: by vsys_nr_pack(). */
static inline void virtuos_slot_fill(struct virtuos_channel *ch, int slot,
				     uint32_t nr, const uint64_t args[6])
{
	struct vsys_slot *s = &ch->ring.slots[slot];

	s->nr = nr;
	memcpy(s->args, args, sizeof(s->args));
	ch->local->calls[slot]++;
}

/* The same, for the calling thread's account, and the service is to see it. */
void virtuos_slot_submit(struct virtuos_channel *ch, int slot, uint32_t nr,
			 const uint64_t args[6]);

/* ---- account.c --------------------------------------------------------- */

uint32_t virtuos_account_ask(struct virtuos_channel *ch, uint32_t counting);

/* The calling thread's account, for vsys_nr_pack(); nearly always nobody asks. */
static inline uint32_t virtuos_account(struct virtuos_channel *ch)
{
	uint32_t counting = __atomic_load_n(&ch->local->counting,
					    __ATOMIC_RELAXED);

	return __builtin_expect(counting, 0) ?
		       virtuos_account_ask(ch, counting) : VSYS_ACCOUNT_OTHER;
}

/* ---- identity.c -------------------------------------------------------- */

/* Number of the calling thread's rights; 0: not known yet. */
extern __thread uint64_t virtuos_identity
	__attribute__((tls_model("initial-exec")));

uint64_t virtuos_identity_mine(void);
/* The calling thread has opened the channel: it has that one's rights. */
void virtuos_identity_begin(struct virtuos_channel *ch);
long virtuos_identity_attest(struct virtuos_channel *ch, int slot);
void virtuos_identity_fork_child(void);

/* The next call in this slot, which the caller holds, is the calling thread's. */
static inline long virtuos_identity_check(struct virtuos_channel *ch, int slot)
{
	if (__builtin_expect(__atomic_load_n(&ch->slot_identity[slot],
					     __ATOMIC_RELAXED) ==
			     virtuos_identity, 1))
		return 0;
	return virtuos_identity_attest(ch, slot);
}

/* ---- interrupt.c ------------------------------------------------------- */

/* Handlers without SA_RESTART that this thread has run, or begun to. */
extern __thread volatile uint32_t virtuos_interrupts
	__attribute__((tls_model("initial-exec")));

/* ---- sandbox.c --------------------------------------------------------- */

/*
 * Was the program started under a filter?  Nothing is to be forwarded then, nor
 * logged.  Itself it makes no calls but openat, read and close.
 */
bool virtuos_sandbox_born(void);
/* What VSYS_IOC_OPEN said of sandboxes. */
void virtuos_sandbox_learn(uint32_t sandboxes);
void virtuos_sandbox_give_up(int service);
/* vsysfront said EACCES: gives the service up.  Returns VIRTUOS_DEAD. */
long virtuos_sandbox_refused(struct virtuos_channel *ch);
/* As virtuos_channel_ioctl(); a process that is refused gives the service up. */
long virtuos_sandbox_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg);

/* ---- remedy.c ---------------------------------------------------------- */

/* What err of VSYS_IOC_OPEN means and what helps, in one line. */
const char *virtuos_remedy(char *text, size_t size, const char *service,
			   int err);

/* ---- table.c ----------------------------------------------------------- */

int virtuos_table_init(void);
void virtuos_table_fork_child(void);

/* ---- cwd.c ------------------------------------------------------------- */

void virtuos_cwd_init(void);
/* The local working directory lies above a routed prefix, or may. */
bool virtuos_cwd_reaches(void);
const char *virtuos_cwd_local(void);
/* The process is where it was before it went there. */
void virtuos_cwd_give_up(int service);
/* Join and normalise lexically.  Returns the length, or -ENAMETOOLONG. */
long virtuos_path_join(char *out, size_t size, const char *dir,
		       const char *path);
/* Service of a normalised absolute path, or -1. */
int virtuos_path_service(const char *path);

/* ---- log.c, copy.c, stats.c --------------------------------------------------- */

void virtuos_log_init(void);
/* A sandbox: no system calls of the library's own, nothing is written. */
extern bool virtuos_silent;
void virtuos_copy_init(void);
void virtuos_stats_init(void);
void virtuos_stats_fork_child(void);
/* Now, not only at the end. */
void virtuos_stats_write(void);

#endif /* VIRTUOS_CORE_H */
