// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	service-domains/vsysback/poll.c: words of readiness, as calls,
 *		wake-ups, POLL, SHARE and a frontend's poll() write and read them
 *		beside each other.
 * Why:		a change that is neither in a word nor told is a poll() that
 *		never returns, and it takes three processors to happen.
 * How:		the source itself, with locks, queues and a socket made of the
 *		few lines below.  Each actor is a fiber, which can be left before
 *		every lock, look and atomic operation; all orders with so many
 *		changes of the actor are tried, one after the other.  At the end
 *		nobody sleeps beside data, and the word is right.
 */
#include <stdbool.h>
#include <sys/epoll.h>
#include <virtuos/calls-table.h>

static void between(void);
#define __atomic_load_n(p, m)		(between(), __atomic_load_n(p, m))
#define __atomic_store_n(p, v, m)	(between(), __atomic_store_n(p, v, m))
#define __atomic_exchange_n(p, v, m)	(between(), __atomic_exchange_n(p, v, m))
#define __atomic_fetch_or(p, v, m)	(between(), __atomic_fetch_or(p, v, m))
#include <virtuos/ring.h>
#include "test.h"

/* ---- A kernel, for one socket ------------------------------------------------ */

typedef uint32_t u32;
typedef int64_t s64;
typedef unsigned int __poll_t;

#define __force
#define likely(c)		(c)
#define GFP_KERNEL		0
#define READ_ONCE(x)		(between(), (x))
#define WRITE_ONCE(x, v)	(between(), (x) = (v))
#define smp_mb()		between()
#define xchg(p, v)		__extension__ ({ between(); \
	__typeof__(*(p)) was_ = *(p); *(p) = (v); was_; })
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define __ffs(x)		__builtin_ctzl(x)
#define kzalloc(n, gfp)		calloc(1, n)
#define kmalloc(n, gfp)		malloc(n)
#define kfree(p)		free(p)

/* Locks: a fiber that does not get one is left until it is free. */
static void busy(const bool *held);

typedef struct { bool held; } spinlock_t;
struct mutex { bool held; };

static void lock(bool *held)
{
	between();
	while (*held)
		busy(held);
	*held = true;
}

#define spin_lock_init(l)		((l)->held = false)
#define spin_lock_irq(l)		lock(&(l)->held)
#define spin_unlock_irq(l)		((l)->held = false)
#define spin_lock_irqsave(l, flags)	((flags) = 0, lock(&(l)->held))
#define spin_unlock_irqrestore(l, flags) ((void)(flags), (l)->held = false)
#define mutex_lock(m)			lock(&(m)->held)
#define mutex_unlock(m)			((m)->held = false)

/* Lists and wait queues. */
struct list_head { struct list_head *next, *prev; };

static void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l->prev = l;
}

static void list_add(struct list_head *new, struct list_head *l)
{
	new->next = l->next;
	new->prev = l;
	l->next->prev = new;
	l->next = new;
}

#define list_for_each_entry_safe(e, n, l, member) \
	for (e = container_of((l)->next, __typeof__(*e), member); \
	     &e->member != (l) && \
	     (n = container_of(e->member.next, __typeof__(*e), member), 1); \
	     e = n)

typedef struct wait_queue_entry {
	void *private;
	int (*func)(struct wait_queue_entry *wait, unsigned int mode, int sync,
		    void *key);
} wait_queue_entry_t;

typedef struct {
	bool held;
	wait_queue_entry_t *entry;	/* one is enough */
} wait_queue_head_t;

#define init_waitqueue_func_entry(w, f)	((w)->func = (f))
#define key_to_poll(key)		((__poll_t)(uintptr_t)(key))

static void add_wait_queue(wait_queue_head_t *head, wait_queue_entry_t *wait)
{
	lock(&head->held);
	head->entry = wait;
	head->held = false;
}

static void remove_wait_queue(wait_queue_head_t *head, wait_queue_entry_t *wait)
{
	lock(&head->held);
	CHECK(head->entry == wait);
	head->entry = NULL;
	head->held = false;
}

/* Files. */
struct file { int refs; };

struct poll_table_struct;
typedef void poll_queue_proc(struct file *file, wait_queue_head_t *head,
			     struct poll_table_struct *table);
typedef struct poll_table_struct {
	poll_queue_proc *_qproc;
	__poll_t _key;
} poll_table;
#define init_poll_funcptr(table, proc)	((table)->_qproc = (proc))

struct sock { int sk_family; };
struct socket;
struct proto_ops {
	__poll_t (*poll)(struct file *file, struct socket *sock,
			 poll_table *table);
};
struct socket {
	struct sock *sk;
	const struct proto_ops *ops;
	wait_queue_head_t wait;
};

#define AF_INET		2
#define AF_INET6	10
#define FD		(5 * VSYS_READY + 9)

static struct file file;
static struct sock sk = { AF_INET };
static struct socket sock = { .sk = &sk };
static int data;		/* that wait in the socket */

static struct file *get_file(struct file *f)
{
	f->refs++;
	return f;
}

static struct file *fget(int fd)
{
	return fd == FD ? get_file(&file) : NULL;
}

static void fput(struct file *f)
{
	f->refs--;
}

static struct socket *sock_from_file(struct file *f)
{
	(void)f;
	return &sock;
}

static __poll_t holds(poll_table *table)
{
	if (table)
		table->_qproc(&file, &sock.wait, table);
	between();
	return data ? EPOLLIN | EPOLLOUT : EPOLLOUT;
}

static bool wakes_now(void);

/* It can be asked in a wake-up; the other takes a lock. */
static __poll_t tcp_poll(struct file *f, struct socket *s, poll_table *table)
{
	(void)f;
	CHECK(s->ops->poll == tcp_poll);
	return holds(table);
}

static __poll_t udp_poll(struct file *f, struct socket *s, poll_table *table)
{
	(void)f;
	(void)s;
	CHECK(!wakes_now());
	return holds(table);
}

static const struct proto_ops tcp_ops = { tcp_poll }, udp_ops = { udp_poll };

static __poll_t vfs_poll(struct file *f, poll_table *table)
{
	return sock.ops->poll(f, &sock, table);
}

/* A table of one place. */
struct xarray {
	void *entry;
	unsigned long index;
	bool mark;
};

#define XA_MARK_0		0
#define xa_empty(xa)		(!(xa)->entry)
#define xa_marked(xa, m)	(between(), (xa)->mark)
#define xa_err(entry)		((void)(entry), 0)
#define xa_mk_value(v)		((void *)(uintptr_t)((v) << 1 | 1))
#define xa_set_mark(xa, i, m)	(between(), (xa)->mark = true)
#define xa_clear_mark(xa, i, m)	(between(), (xa)->mark = false)
#define xa_for_each(xa, i, e) \
	for (i = FD, e = (xa)->entry; e; e = NULL)

static void *xa_load(struct xarray *xa, unsigned long index)
{
	between();
	return index == FD ? xa->entry : NULL;
}

static bool xa_get_mark(struct xarray *xa, unsigned long index, int mark)
{
	between();
	return index == FD && xa->mark && !mark;
}

static void *xa_store(struct xarray *xa, unsigned long index, void *entry,
		      int gfp)
{
	between();
	CHECK_EQ(index, FD);
	xa->entry = entry;
	return (void *)(uintptr_t)gfp;
}

static void xa_erase(struct xarray *xa, unsigned long index)
{
	between();
	CHECK_EQ(index, FD);
	xa->entry = NULL;
	xa->mark = false;
}

static bool test_and_set_bit(unsigned int bit, unsigned long *bits)
{
	bool was = bits[bit / 64] >> bit % 64 & 1;

	bits[bit / 64] |= 1ul << bit % 64;
	return was;
}

static void clear_bit(unsigned int bit, unsigned long *bits)
{
	bits[bit / 64] &= ~(1ul << bit % 64);
}

/* channel.h and bell.h, as far as they go. */
#define BACK_CHANNEL_H
#define BACK_BELL_H
struct back_channel {
	struct vsys_readiness *ready;
	struct mutex poll_lock;
	struct xarray polls, shared;
	unsigned long words[VSYS_READY / 64];
};

static bool quiet;		/* no bell waits for its interrupt */

static void back_channel_tell(struct back_channel *ch, u32 event)
{
	(void)ch;
	between();
	CHECK_EQ(event, FD);
	quiet = false;
}

#include "service-domains/vsysback/poll.c"

/* ---- Fibers -------------------------------------------------------------------- */

#define FIBERS	5
#define DEPTH	4096

struct fiber {
	void *sp;
	void (*run)(void);
	const bool *waits;		/* until that is false */
	bool done;
	_Alignas(16) uint64_t stack[4096];
};

static struct fiber fibers[FIBERS], *current;
static void *scheduler;
static int nr_fibers;

/* Not swapcontext(): that makes a system call, and this is done often. */
void fiber_switch(void **from, void *to);
__asm__(".text\n"
	"fiber_switch:\n"
	"	push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
	"	ret\n");

static void between(void)
{
	if (current)
		fiber_switch(&current->sp, scheduler);
}

static void busy(const bool *held)
{
	test_need(current != NULL, "a lock that nobody gives back");
	current->waits = held;
	fiber_switch(&current->sp, scheduler);
}

static void fiber_main(void)
{
	current->run();
	current->done = true;
	fiber_switch(&current->sp, scheduler);
}

static void fiber_begin(struct fiber *f, void (*run)(void))
{
	uint64_t *sp = f->stack + sizeof(f->stack) / 8;

	*--sp = 0;			/* where a caller's return would be */
	*--sp = (uintptr_t)fiber_main;
	f->sp = sp - 6;			/* six registers, of any content */
	f->run = run;
	f->waits = NULL;
	f->done = false;
}

static bool fiber_ready(struct fiber *f)
{
	if (f->waits && !*f->waits)
		f->waits = NULL;
	return !f->done && !f->waits;
}

/* ---- Orders -------------------------------------------------------------------- */

static uint8_t choice[DEPTH], choices[DEPTH];
static int depth, known;	/* of these, how many are given */

/* Who goes on: the one that ran, or, as long as that may be, another. */
static struct fiber *order_next(struct fiber *last, int *changes)
{
	struct fiber *ready[FIBERS];
	int n = 0, i;

	if (last && fiber_ready(last))
		ready[n++] = last;
	for (i = 0; i < nr_fibers; i++)
		if (&fibers[i] != last && fiber_ready(&fibers[i]))
			ready[n++] = &fibers[i];
	if (!n)
		return NULL;
	if (ready[0] == last && !*changes)
		n = 1;
	test_need(depth < DEPTH, "an order without end");
	if (depth >= known)
		choice[depth] = 0;
	choices[depth] = n;
	i = choice[depth++];
	*changes -= ready[0] == last && i;
	return ready[i];
}

static void order_run(int changes)
{
	struct fiber *f = NULL;

	depth = 0;
	while ((f = order_next(f, &changes))) {
		current = f;
		fiber_switch(&scheduler, f->sp);
		current = NULL;
	}
}

/* The next order; false: there was none before. */
static bool order_advance(void)
{
	while (depth && choice[depth - 1] + 1 >= choices[depth - 1])
		depth--;
	if (!depth)
		return false;
	choice[depth - 1]++;
	known = depth;
	return true;
}

/* ---- Actors -------------------------------------------------------------------- */

static struct back_channel ch;
static int events;		/* that the client was told */
static bool nothing_new;	/* the poller sleeps as long as that is so */
static bool sees;		/* the poller has seen data */

static struct fiber *waker;

/* The peer sends, and a softirq wakes. */
static void wake(__poll_t key)
{
	wait_queue_entry_t *wait;

	lock(&sock.wait.held);
	waker = current;
	wait = sock.wait.entry;
	if (wait)
		wait->func(wait, 0, 0, (void *)(uintptr_t)key);
	waker = NULL;
	sock.wait.held = false;
}

/* Within a wake-up, in which no lock is to be waited for. */
static bool wakes_now(void)
{
	return current && waker == current;
}

static void peer(void)
{
	between();
	data++;
	wake(EPOLLIN | EPOLLPRI | EPOLLRDNORM);
}

/* One that does not say what it is about. */
static void peer_quietly(void)
{
	between();
	data++;
	wake(0);
}

static void called(void)
{
	static const struct vsys_call call = {
		.nr = VSYS_NR_recvfrom, .args = { FD },
	};

	back_poll_refresh(&ch, &call);
}

/* A call that reads all that there is. */
static void reader(void)
{
	between();
	data = 0;
	called();
}

static void sharer(void)
{
	back_poll_share(&ch, FD);
}

/* The user domain's interrupts, which come when they like; and its end. */
static void interrupts(void)
{
	for (;;) {
		if (quiet)
			busy(&quiet);
		quiet = true;
		between();
		events++;		/* front_poll_wake() */
		nothing_new = false;
	}
}

/* front_poll() there: what it remembers, and until which event. */
static struct {
	bool asked;
	int armed;
	uint32_t mask;
} answer;

static void remember(int seen, uint32_t mask)
{
	between();
	if (seen != events)
		return;
	answer.mask = mask;
	answer.armed = seen;
	answer.asked = true;
}

static uint32_t poll_once(void)
{
	int seen = events;
	uint32_t mask;

	between();
	if (!vsys_ready_look(ch.ready, FD, &mask)) {
		between();
		if (answer.asked && answer.armed == events &&
		    !(answer.mask & EPOLLIN))
			return 0;
		seen = events;
		mask = back_poll_arm(&ch, FD, ~0u, FD);
	}
	CHECK_EQ(mask & ~(EPOLLIN | EPOLLOUT), 0);
	remember(seen, mask);
	return mask;
}

/* Sleeps until it sees data. */
static void poller(void)
{
	for (;;) {
		nothing_new = true;
		if (poll_once() & EPOLLIN)
			break;
		between();
		if (nothing_new)
			busy(&nothing_new);
	}
	sees = true;
}

/* ---- Runs ---------------------------------------------------------------------- */

static void settle(const char *what)
{
	uint32_t mask, i;
	bool sleeps = !fibers[0].done;

	for (i = 2; i < (uint32_t)nr_fibers; i++)
		CHECK(fibers[i].done);
	CHECK(quiet);
	if (sleeps && data)
		test_fail(__FILE__, __LINE__, "it sleeps beside data");
	if (vsys_ready_look(ch.ready, FD, &mask)) {
		CHECK_EQ(!!(mask & EPOLLIN), !!data);
		CHECK(!ch.shared.entry);
	}
	/* However it stands: what comes now wakes. */
	data++;
	wake(EPOLLIN);
	if (sleeps)
		CHECK(!quiet);
	back_poll_disarm(&ch, FD);
	CHECK_EQ(file.refs, 0);
	CHECK_EQ(ch.words[FD % VSYS_READY / 64], 0);
	/* A look that came too late may have armed what is nobody's. */
	CHECK_EQ(*vsys_ready_place(ch.ready, FD) & ~VSYS_READY_ARMED, 0);
	if (test_failures) {
		fprintf(stderr, "\tin %s\n", what);
		_exit(1);
	}
}

static void prepare(bool polled)
{
	struct vsys_readiness *ready = ch.ready;

	memset(&ch, 0, sizeof(ch));
	memset(ready, 0, sizeof(*ready));
	ch.ready = ready;
	data = 0;
	sees = false;
	if (polled) {
		/* It has a word, and what POLL armed is gone. */
		back_poll_arm(&ch, FD, ~0u, FD);
		wake(EPOLLOUT);
		called();
	}
	events = 0;
	quiet = true;
	memset(&answer, 0, sizeof(answer));
}

static void explore(const char *what, bool polled, int changes,
		    void (*const actors[])(void))
{
	unsigned long orders = 0, seen = 0;

	known = 0;
	do {
		prepare(polled);
		for (nr_fibers = 0; actors[nr_fibers]; nr_fibers++)
			fiber_begin(&fibers[nr_fibers], actors[nr_fibers]);
		order_run(changes);
		seen += sees;
		settle(what);
		orders++;
	} while (order_advance());
	printf("%s, %s%s: %lu orders, data was seen in %lu\n", what,
	       sock.ops == &tcp_ops ? "TCP" : "UDP", polled ? ", polled" : "",
	       orders, seen);
	CHECK(seen > 0);
}

int main(void)
{
	static void (*const all[][FIBERS + 1])(void) = {
		{ poller, interrupts, peer },
		{ poller, interrupts, peer_quietly },
		{ poller, interrupts, peer, peer },
		{ poller, interrupts, peer, reader },
		{ poller, interrupts, peer, sharer },
		{ poller, interrupts, peer, reader, sharer },
		{ poller, interrupts, peer, peer, reader },
	};
	static const char *const what[] = {
		"one peer", "one that says nothing", "two peers",
		"a peer and a reader", "a peer, and SHARE",
		"a peer, a reader, and SHARE", "two peers and a reader",
	};
	static const int changes[] = { 3, 3, 2, 2, 2, 1, 1 };
	int i, more = test_scale(1) > 1;

	ch.ready = test_guarded(sizeof(*ch.ready));
	for (i = 0; i < 4 * 7; i++) {
		sock.ops = i % 2 ? &tcp_ops : &udp_ops;
		explore(what[i / 4], i / 2 % 2, changes[i / 4] + more,
			all[i / 4]);
	}
	return test_exit();
}
