// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service: the ring's code and the checks as vsysback has them, and, in the
 * place of a kernel, something that touches what a call's data is.
 *
 *	service parts	each part by itself, to be counted
 *	service answer	what a program submits to, through DEVICE_MEMORY
 *
 * Compiled as a kernel is: without floating point and vectors.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <virtuos/calls-table.h>

#include "device.h"
#include "mark.h"
#include "service-domains/vsysback/check.h"

static struct channel {
	struct vsys_ring ring;
	uint64_t arena;
	uint32_t cursor;
	struct vsys_call call;
	struct vsys_check check;
	struct vsys_fixup fixup;
} channels[DEVICE_SERVICES];

static uint64_t scratch[VSYS_SCRATCH_SIZE / 8];

/* ---- its parts ---------------------------------------------------------- */

static __attribute__((noinline)) int claim(struct channel *ch)
{
	return vsys_ring_claim(&ch->ring, &ch->cursor);
}

static __attribute__((noinline)) int take(struct channel *ch, int slot)
{
	return vsys_ring_take(&ch->ring, slot, &ch->call);
}

static __attribute__((noinline)) int complete(struct channel *ch, int slot,
					      int64_t ret)
{
	return vsys_slot_complete(&ch->ring, slot, ret);
}

static void channel_slot(struct channel *ch, int slot)
{
	ch->check.base = ch->arena + (uint64_t)slot * VSYS_SLOT_ARENA_MAX;
	ch->check.size = VSYS_SLOT_ARENA_INITIAL;
	ch->check.scratch = (uintptr_t)scratch;
}

/* ---- answers ------------------------------------------------------------ */

/* A word of each line is enough: lines are what is counted. */
static void fill(uint64_t to, uint64_t n)
{
	uint64_t at;

	for (at = to; at < to + n; at += 64)
		*(volatile uint8_t *)at = at;
}

static void look(uint64_t from, uint64_t n)
{
	uint64_t at;

	for (at = from; at < from + n; at += 64)
		(void)*(volatile uint8_t *)at;
}

static int64_t look_message(const struct msghdr *msg)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < msg->msg_iovlen; i++) {
		look((uintptr_t)msg->msg_iov[i].iov_base,
		     msg->msg_iov[i].iov_len);
		sum += msg->msg_iov[i].iov_len;
	}
	return sum;
}

static int64_t act(const struct vsys_call *call)
{
	switch (call->nr) {
	case VSYS_NR_read:
	case VSYS_NR_pread64:
	case VSYS_NR_recvfrom:
		fill(call->args[1], call->args[2]);
		return call->args[2];
	case VSYS_NR_write:
	case VSYS_NR_pwrite64:
	case VSYS_NR_sendto:
		look(call->args[1], call->args[2]);
		return call->args[2];
	case VSYS_NR_sendmsg:
		return look_message((void *)call->args[1]);
	case VSYS_NR_fstat:
		fill(call->args[1], sizeof(struct stat));
		return 0;
	case VSYS_NR_openat:
	case VSYS_NR_socket:
		return 12;
	case VSYS_NR_lseek:
	case VSYS_NR_close:
		return 0;
	}
	return -ENOSYS;
}

static void answer(struct channel *ch, int slot)
{
	int64_t ret;

	if (!take(ch, slot))
		return;
	channel_slot(ch, slot);
	ret = vsys_check_call(&ch->check, &ch->call, &ch->fixup);
	if (!ret) {
		ret = act(&ch->call);
		ret = vsys_check_finish(&ch->check, &ch->fixup, ret);
	}
	complete(ch, slot, ret);
}

/* Until a sweep finds nothing, and then the program goes on. */
static void answer_all(void)
{
	struct channel *ch;
	int i, slot;

	mark(MARK_READY, mark_gate);
	for (;;) {
		for (i = 0; i < DEVICE_SERVICES; i++) {
			ch = &channels[i];
			while ((slot = claim(ch)) >= 0)
				answer(ch, slot);
		}
		mark(MARK_IDLE, NULL);
	}
}

static void channel_open(struct channel *ch, int service)
{
	ch->ring.head = device_map(service, VSYS_MAP_RING, DEVICE_RING_SIZE, 0);
	ch->ring.slots = (void *)(ch->ring.head + 1);
	ch->ring.nr_slots = DEVICE_SLOTS;
	ch->arena = device_arena(service);
	ch->check.class = service ? VSYS_CLASS_STORAGE : VSYS_CLASS_NETWORK;
	if (!ch->ring.head ||
	    !device_map(service, VSYS_MAP_ARENA, VSYS_SLOT_ARENA_MAX,
			ch->arena))
		_exit(1);
}

/* ---- parts by themselves ------------------------------------------------ */

#define ROUNDS	3

#define COUNT(name, before, part) \
	do { \
		int round; \
		for (round = 0; round < ROUNDS; round++) { \
			before; \
			mark(MARK_BEGIN, name); \
			part; \
			mark(MARK_END, name); \
		} \
	} while (0)

static void submit(struct channel *ch, int slot, uint32_t nr, uint64_t a,
		   uint64_t b, uint64_t c)
{
	struct vsys_slot *s = &ch->ring.slots[slot];

	memset(s, 0, sizeof(*s));
	s->nr = vsys_nr_pack(nr, VSYS_ACCOUNT_OTHER);
	s->args[0] = a;
	s->args[1] = b;
	s->args[2] = c;
	vsys_slot_submit(&ch->ring, slot);
}

/* As a worker has it before it checks. */
static void arrive(struct channel *ch, uint32_t nr, uint64_t a, uint64_t b,
		   uint64_t c)
{
	submit(ch, 0, nr, a, b, c);
	ch->cursor = 0;
	if (claim(ch) || !take(ch, 0))
		_exit(1);
	channel_slot(ch, 0);
}

static void check(struct channel *ch)
{
	if (vsys_check_call(&ch->check, &ch->call, &ch->fixup))
		_exit(1);
}

/* A message of one piece, in the slot's region. */
static uint64_t message(struct channel *ch)
{
	struct {
		struct msghdr header;
		struct iovec iov;
	} *m = (void *)ch->arena;

	memset(m, 0, sizeof(*m));
	m->header.msg_iov = &m->iov;
	m->header.msg_iovlen = 1;
	m->iov.iov_base = (void *)(ch->arena + 4096);
	m->iov.iov_len = 1024;
	return ch->arena;
}

static void parts_ring(struct channel *ch)
{
	ch->ring.nr_slots = 256;
	COUNT("ring-sweep-256", ch->cursor = 1, claim(ch));
	ch->ring.nr_slots = 1024;
	COUNT("ring-sweep-1024", ch->cursor = 1, claim(ch));
	ch->ring.nr_slots = 256;
	/* A client's call after its last one: the cursor has gone past it. */
	COUNT("ring-claim", (submit(ch, 0, VSYS_NR_lseek, 12, 0, 0),
			     ch->cursor = 1), claim(ch));
	COUNT("ring-take", submit(ch, 0, VSYS_NR_lseek, 12, 0, 0), take(ch, 0));
	COUNT("ring-complete", submit(ch, 0, VSYS_NR_lseek, 12, 0, 0),
	      complete(ch, 0, 0));
}

/* From the call of vsys_check_call() on, which check() hands on to. */
static void parts_check(struct channel *ch)
{
	uint64_t at = ch->arena;

	ch->check.class = VSYS_CLASS_STORAGE | VSYS_CLASS_NETWORK;
	COUNT("check-lseek", arrive(ch, VSYS_NR_lseek, 12, 0, 0), check(ch));
	COUNT("check-pread", arrive(ch, VSYS_NR_pread64, 12, at, 4096),
	      check(ch));
	COUNT("check-fstat", arrive(ch, VSYS_NR_fstat, 12, at, 0), check(ch));
	COUNT("check-recvfrom", arrive(ch, VSYS_NR_recvfrom, 12, at, 4096),
	      check(ch));
	COUNT("check-sendmsg", arrive(ch, VSYS_NR_sendmsg, 12, message(ch), 0),
	      check(ch));
	strcpy((char *)at, "/storage/www/8k");
	COUNT("check-openat", arrive(ch, VSYS_NR_openat, VSYS_AT_FDCWD, at, 0),
	      check(ch));
	arrive(ch, VSYS_NR_lseek, 12, 0, 0);
	check(ch);
	COUNT("check-finish", , vsys_check_finish(&ch->check, &ch->fixup, 0));
}

/*
 * What the counter must say of this: 9 instructions, of which 4 are locked.  A
 * string instruction is one, an exchange between registers is not locked, and
 * one with memory is without being called so.
 */
void known(void *at);

__asm__(
"	.text\n"
"	.type known, @function\n"
"known:\n"
"	movl	$100, %ecx\n"
"	lea	128(%rdi), %rsi\n"
"	rep movsb\n"
"	lock orq $1, (%rsi)\n"
"	lock incw (%rsi)\n"
"	xchgq	%rax, (%rsi)\n"
"	xchgb	%cl, (%rsi)\n"
"	xchgq	%rcx, %rdx\n"
"	ret\n"
"	.size known, .-known\n");

int main(int argc, char **argv)
{
	int i;

	if (argc != 2)
		return 2;
	for (i = 0; i < DEVICE_SERVICES; i++)
		channel_open(&channels[i], i);
	if (!strcmp(argv[1], "answer"))
		answer_all();
	mark(MARK_READY, mark_gate);
	COUNT("known", , known(scratch));
	parts_ring(&channels[0]);
	parts_check(&channels[0]);
	return 0;
}
