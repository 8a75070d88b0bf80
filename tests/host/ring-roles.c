// SPDX-License-Identifier: GPL-2.0-only
/* See ring-roles.h. */
#include <ctype.h>
#include <string.h>

#include "ring-roles.h"

#define SLOTS		64u
#define NOBODY		0u	/* else a leader is its number + 1 */

enum { TASK_RUNNING, TASK_INTERRUPTIBLE };
enum { PORT_QUIET, PORT_PENDING, PORT_MASKED };	/* two bits */
enum { WORKER_ENOUGH, WORKER_WANTED, WORKER_STARTING };

struct client {
	__u32 task;		/* its state */
	__u32 nr_answered;
};

struct worker {
	__u32 task;
	__u32 listed;		/* is it among those that follow? */
	__u32 stop;		/* it is killed */
	__u32 kernel_last;
	__u32 cursors[2];
};

static struct {
	struct client clients[CLIENTS_MAX];
	struct worker workers[WORKERS_MAX];

	/* vsysfront */
	__u32 front_lock;	/* ring.lock */
	__u32 sleepers;		/* a bit for each client */
	__u32 front_port;	/* the doorbell that B rings */

	/* vsysback */
	__u32 back_port;	/* the doorbell that F rings */
	__u32 owed;		/* its interrupt's end */
	__u32 back_lock;	/* ch->lock, of what follows */
	__u32 leader;
	__u32 asleep;
	__u32 nr_idle, idle[WORKERS_MAX];	/* the last one is first */
	__u32 nr_workers;
	__u32 wanted;

	/* What is known without being looked at. */
	__u32 claimed;		/* by client */
	__u32 ran[CLIENTS_MAX];	/* a bit for each call */
	__u32 met[CLIENTS_MAX];	/* any has been run */
	__u32 kill;		/* one may still be killed */
} s __attribute__((aligned(8)));

static const struct channel_plan *plan;
static struct vsys_head heads[2];
static struct vsys_slot slots[2][SLOTS];
static const struct vsys_ring rings[2] = {
	{ &heads[0], slots[0], SLOTS }, { &heads[1], slots[1], SLOTS },
};

/* ---- What the kernel has -------------------------------------------------- */

static void lock(__u32 *word)
{
	explore_until(word, 0, 1);
}

static void unlock(__u32 *word)
{
	explore_release(word, 0);
}

/* set_current_state(): with a full barrier. */
static void task_sleeps(__u32 *task)
{
	__atomic_exchange_n(task, TASK_INTERRUPTIBLE, __ATOMIC_SEQ_CST);
}

/* __set_current_state(): who else writes it writes the same. */
static void task_runs(__u32 *task)
{
	*task = TASK_RUNNING;
}

/* wake_up_process(): it runs, even if it has not yet called schedule(). */
static void task_wake(__u32 *task)
{
	__atomic_exchange_n(task, TASK_RUNNING, __ATOMIC_SEQ_CST);
}

static void schedule(__u32 *task)
{
	explore_until(task, TASK_RUNNING, TASK_RUNNING);
}

/* A hypercall. */
static void port_ring(__u32 *port)
{
	__atomic_fetch_or(port, PORT_PENDING, __ATOMIC_SEQ_CST);
}

/*
 * The interrupt.  PORT_MASKED: Xen delivers no more until it has ended (XSA-332).
 */
static void port_await(__u32 *port, __u32 then)
{
	explore_until(port, PORT_PENDING, then);
}

/* ---- F: clients (user-domain/vsysfront/wait.c) ---------------------------- */

static unsigned int client_ring(unsigned int i)
{
	return plan->two_rings ? i : 0;
}

static struct vsys_slot *client_slot(unsigned int i)
{
	return &slots[client_ring(i)][i];
}

static __u32 call_argument(unsigned int i, unsigned int number)
{
	return 0x10 * (i + 1) + number;
}

static enum call_kind call_kind(unsigned int i, unsigned int number)
{
	return tolower(plan->calls[i][number]);
}

static void client_sleep(unsigned int i)
{
	lock(&s.front_lock);
	s.sleepers |= 1u << i;
	unlock(&s.front_lock);
	for (;;) {
		task_sleeps(&s.clients[i].task);
		if (!vsys_slot_wait(client_slot(i)))
			break;
		schedule(&s.clients[i].task);
	}
	task_runs(&s.clients[i].task);
	lock(&s.front_lock);
	s.sleepers &= ~(1u << i);
	unlock(&s.front_lock);
}

static void client_check(unsigned int i, unsigned int number, __s64 ret)
{
	if (!(s.ran[i] & 1u << number))
		explore_fail("a call is answered that nobody has run");
	if (ret != call_argument(i, number))
		explore_fail("a call has another's result");
}

static void client_call(unsigned int i, unsigned int number)
{
	struct vsys_slot *slot = client_slot(i);
	__u32 argument = call_argument(i, number);

	explore_say("call %u", number);
	__atomic_store_n(&slot->nr, argument, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->args[5], argument, __ATOMIC_RELAXED);
	if (vsys_slot_submit(&rings[client_ring(i)], i))
		port_ring(&s.back_port);
	if (islower(plan->calls[i][number]))
		explore_until(&slot->state, VSYS_SLOT_DONE, VSYS_SLOT_DONE);
	while (!vsys_slot_done(slot))
		client_sleep(i);
	client_check(i, number, vsys_slot_finish(slot));
	s.clients[i].nr_answered++;
}

static void client_run(void *arg)
{
	unsigned int i = (struct client *)arg - s.clients, number;

	for (number = 0; plan->calls[i][number]; number++)
		client_call(i, number);
}

static void front_interrupt(void *arg)
{
	unsigned int i;

	(void)arg;
	for (;;) {
		port_await(&s.front_port, PORT_QUIET);	/* it ends it itself */
		lock(&s.front_lock);
		for (i = 0; i < CLIENTS_MAX; i++)
			if (s.sleepers & 1u << i &&
			    vsys_slot_done(client_slot(i)))
				task_wake(&s.clients[i].task);
		unlock(&s.front_lock);
	}
}

/* ---- B: the channel and its bell (vsysback/channel.c, bell.c) ------------- */

static __u32 worker_name(const struct worker *w)
{
	return w - s.workers + 1;
}

/* READ_ONCE(ch->leader) */
static bool leads(const struct worker *w)
{
	return __atomic_load_n(&s.leader, __ATOMIC_RELAXED) == worker_name(w);
}

/* Under ch->lock nobody else writes it: to look is no step. */
static __u32 leader_locked(void)
{
	return explore_peek(&s.leader, sizeof(s.leader));
}

static void leader_set(__u32 leader)
{
	__atomic_store_n(&s.leader, leader, __ATOMIC_RELAXED);
}

static bool channel_sleep(void)
{
	lock(&s.back_lock);
	s.asleep = vsys_server_sleep(&rings[0]);
	if (s.asleep && plan->two_rings && !vsys_server_sleep(&rings[1])) {
		s.asleep = false;
		vsys_server_wake(&rings[0]);
	}
	unlock(&s.back_lock);
	return s.asleep;
}

/* Under ch->lock. */
static void channel_wake(void)
{
	unsigned int i;

	s.asleep = false;
	for (i = 1 + plan->two_rings; i-- > 0;)
		vsys_server_wake(&rings[i]);
}

static void bell_end(void)
{
	if (__atomic_exchange_n(&s.owed, 0, __ATOMIC_SEQ_CST))
		__atomic_fetch_and(&s.back_port, ~(__u32)PORT_MASKED,
				   __ATOMIC_SEQ_CST);
}

static void back_interrupt(void *arg)
{
	(void)arg;
	for (;;) {
		port_await(&s.back_port, PORT_MASKED);
		__atomic_exchange_n(&s.owed, 1, __ATOMIC_SEQ_CST);
		lock(&s.back_lock);
		if (leader_locked() != NOBODY)
			task_wake(&s.workers[leader_locked() - 1].task);
		unlock(&s.back_lock);
	}
}

/* ---- B: workers (vsysback/worker.c) --------------------------------------- */

/* Under ch->lock. */
static void worker_want(void)
{
	if (s.wanted == WORKER_ENOUGH && s.nr_workers < plan->nr_workers)
		s.wanted = WORKER_WANTED;
}

/* Under ch->lock. */
static bool worker_listed(const struct worker *w)
{
	return explore_peek(&w->listed, sizeof(w->listed));
}

/* Under ch->lock. */
static void worker_list(struct worker *w)
{
	if (worker_listed(w))
		explore_fail("a worker is listed twice");
	s.idle[s.nr_idle++] = worker_name(w);
	__atomic_store_n(&w->listed, 1, __ATOMIC_RELAXED);
}

/* Under ch->lock. */
static void worker_unlist(struct worker *w)
{
	unsigned int i, kept = 0;

	for (i = 0; i < s.nr_idle; i++)
		if (s.idle[i] != worker_name(w))
			s.idle[kept++] = s.idle[i];
	s.nr_idle = kept;
	memset(s.idle + kept, 0, (WORKERS_MAX - kept) * sizeof(*s.idle));
	__atomic_store_n(&w->listed, 0, __ATOMIC_RELAXED);
}

/* Under ch->lock. */
static void worker_promote(void)
{
	struct worker *next = NULL;

	if (s.nr_idle)
		next = &s.workers[s.idle[s.nr_idle - 1] - 1];
	leader_set(next ? worker_name(next) : NOBODY);
	if (next) {
		worker_unlist(next);
		task_wake(&next->task);
	}
	if (!s.nr_idle)
		worker_want();
}

/* The sleep hook, in the middle of a call. */
static void worker_blocks(struct worker *w)
{
	explore_say("its call blocks");
	if (!leads(w))
		return;
	lock(&s.back_lock);
	if (leader_locked() == worker_name(w))
		worker_promote();
	unlock(&s.back_lock);
}

/*
 * Under ch->lock: it leads no more, and sleeps.  If followers are enough, it wakes
 * and ends.
 */
static void worker_succeeded(struct worker *w)
{
	if (s.nr_idle < plan->nr_idle)
		worker_list(w);
	else
		task_wake(&w->task);
}

/* Its call blocked, and it is about to answer. */
static void worker_return(struct worker *w)
{
	lock(&s.back_lock);
	if (s.asleep && leader_locked() != worker_name(w)) {
		explore_say("takes the lead back");
		if (leader_locked() != NOBODY)
			worker_succeeded(&s.workers[leader_locked() - 1]);
		leader_set(worker_name(w));
		channel_wake();
	}
	unlock(&s.back_lock);
}

static enum call_kind call_begin(unsigned int i, const struct vsys_call *call)
{
	unsigned int number = call->nr - call_argument(i, 0);

	if (number >= strlen(plan->calls[i]) || call->args[5] != call->nr)
		explore_fail("a call is run with half its arguments");
	if (s.ran[i] & 1u << number)
		explore_fail("a call is run twice");
	explore_say("runs client %c's call %u", 'A' + i, number);
	s.ran[i] |= 1u << number;
	s.met[i] = 1;
	return call_kind(i, number);
}

/* A region is a slot of a ring; here the client's whose slot it is. */
static void worker_run(struct worker *w, unsigned int i)
{
	const struct vsys_ring *ring = &rings[client_ring(i)];
	struct vsys_call call;
	__s64 ret;

	if (s.claimed & 1u << i)
		explore_fail("two workers claim one slot");
	s.claimed |= 1u << i;
	if (!vsys_ring_take(ring, i, &call))
		explore_fail("a pending bit without a call");
	ret = call.nr;
	switch (call_begin(i, &call)) {
	case CALL_MEETS:
		worker_blocks(w);
		explore_until(&s.met[!i], 1, 1);
		break;
	case CALL_BLOCKS:
		worker_blocks(w);
		break;
	case CALL_QUICK:
		break;
	}
	if (!leads(w))
		worker_return(w);
	s.claimed &= ~(1u << i);
	if (vsys_slot_complete(ring, i, ret))
		port_ring(&s.front_port);
}

static bool worker_stop(const struct worker *w)
{
	return plan->stops && __atomic_load_n(&w->stop, __ATOMIC_RELAXED);
}

/* Of the kernel's ring first, but not twice in a row. */
static int worker_claim(struct worker *w)
{
	bool kernel = plan->two_rings && vsys_ring_pending(&rings[1]);
	int i;

	if (!kernel || w->kernel_last) {
		w->kernel_last = false;
		i = vsys_ring_claim(&rings[0], &w->cursors[0]);
		if (i >= 0 || !kernel)
			return i;
	}
	w->kernel_last = true;
	return vsys_ring_claim(&rings[1], &w->cursors[1]);
}

static void worker_rise(struct worker *w)
{
	lock(&s.back_lock);
	if (leader_locked() == worker_name(w))
		channel_wake();
	unlock(&s.back_lock);
}

static void worker_doze(struct worker *w)
{
	task_sleeps(&w->task);
	if (channel_sleep()) {
		bell_end();
		if (!worker_stop(w))
			schedule(&w->task);
		worker_rise(w);
	}
	task_runs(&w->task);
}

/* Who polls leads, and it is announced, or each call costs a bell. */
static void worker_check(void)
{
	unsigned int i;

	for (i = 0; i <= plan->two_rings; i++)
		if (explore_peek(&heads[i].server, 4) != VSYS_SERVER_AWAKE)
			explore_fail("the leader polls, and it is announced "
				     "that it sleeps");
}

/* It polls for one look: more of them lead to no other states. */
static void worker_lead(struct worker *w)
{
	int i;

	while (leads(w)) {
		worker_check();
		if (worker_stop(w))
			break;
		i = worker_claim(w);
		if (i >= 0)
			worker_run(w, i);
		else
			worker_doze(w);
	}
}

/* Under ch->lock: does it lead? */
static bool worker_enter(struct worker *w)
{
	if (leader_locked() == NOBODY || leader_locked() == worker_name(w)) {
		leader_set(worker_name(w));
		if (!s.nr_idle)
			worker_want();
		return true;
	}
	if (!worker_listed(w) && s.nr_idle < plan->nr_idle)
		worker_list(w);
	return false;
}

static bool worker_follow(struct worker *w)
{
	bool lead;

	lock(&s.back_lock);
	lead = worker_enter(w);
	unlock(&s.back_lock);
	if (lead)
		return true;
	if (!__atomic_load_n(&w->listed, __ATOMIC_RELAXED) && !leads(w))
		return false;
	for (;;) {
		task_sleeps(&w->task);
		if (leads(w) || worker_stop(w))
			break;
		schedule(&w->task);
	}
	task_runs(&w->task);
	return !worker_stop(w);
}

static void worker_register(void)
{
	lock(&s.back_lock);
	s.nr_workers++;
	s.wanted = WORKER_ENOUGH;
	unlock(&s.back_lock);
}

static void worker_unregister(struct worker *w)
{
	lock(&s.back_lock);
	s.nr_workers--;
	if (worker_listed(w))
		worker_unlist(w);
	if (leader_locked() == worker_name(w))
		worker_promote();
	unlock(&s.back_lock);
	explore_say("has ended");
}

/* One of those that are there from the start: the first leads. */
static bool worker_there(const struct worker *w)
{
	return w - s.workers < plan->nr_there;
}

static void worker_serve(void *arg)
{
	struct worker *w = arg;

	if (!worker_there(w)) {
		explore_until(&s.wanted, WORKER_WANTED, WORKER_STARTING);
		worker_register();
	}
	while (!worker_stop(w) && worker_follow(w))
		worker_lead(w);
	worker_unregister(w);
}

/* Kills a worker, unless another has been killed; it need never do so. */
static void worker_kill(void *arg)
{
	struct worker *w = arg;

	explore_until(&s.kill, 1, 0);
	__atomic_exchange_n(&w->stop, 1, __ATOMIC_SEQ_CST);
	task_wake(&w->task);
}

/* ---- The whole ------------------------------------------------------------ */

static void share_slot(unsigned int i)
{
	struct vsys_slot *slot = client_slot(i);

	memset(slot, 0, sizeof(*slot));
	explore_share(&slot->ret, 8);
	if (plan->arguments) {
		explore_share(slot, 8);
		explore_share(&slot->args[5], 8);
	} else {
		explore_share(&slot->state, 4);
		explore_hand(&slot->nr, 4);
		explore_hand(&slot->args[5], 8);
	}
	explore_name(&slot->state, "slot %c", 'A' + i);
	explore_name(&slot->nr, "slot %c nr", 'A' + i);
	explore_name(&slot->args[5], "slot %c args[5]", 'A' + i);
	explore_name(&slot->ret, "slot %c ret", 'A' + i);
}

static void share_ring(unsigned int i)
{
	struct vsys_head *head = &heads[i];

	memset(head, 0, sizeof(*head));
	head->server = VSYS_SERVER_AWAKE;
	explore_share(&head->server, 8);
	explore_share(&head->pending[0], 8);
	explore_name(&head->server, i ? "kernel's server" : "server");
	explore_name(&head->pending[0], i ? "kernel's pending" : "pending");
}

static void share_rest(void)
{
	memset(&s, 0, sizeof(s));
	s.kill = plan->stops;
	s.nr_workers = plan->nr_there;
	s.wanted = plan->nr_there ? WORKER_ENOUGH : WORKER_WANTED;
	s.leader = plan->nr_there ? 1 : NOBODY;
	explore_share(&s, sizeof(s));
	explore_name(&s.front_lock, "F's lock");
	explore_name(&s.front_port, "F's doorbell");
	explore_name(&s.back_lock, "B's lock");
	explore_name(&s.back_port, "B's doorbell");
	explore_name(&s.owed, "owed");
	explore_name(&s.leader, "leader");
	explore_name(&s.wanted, "wanted");
	explore_name(&s.kill, "kill");
}

static void begin_clients(void)
{
	static const char *const client_names[] = { "client A", "client B" };
	unsigned int i;

	for (i = 0; i < CLIENTS_MAX; i++) {
		explore_name(&s.clients[i].task, "%s's state",
			     client_names[i]);
		explore_name(&s.met[i], "what it waits for");
		share_slot(i);
		if (*plan->calls[i])
			explore_role(client_names[i], client_run,
				     &s.clients[i]);
	}
	explore_role("F's interrupt", front_interrupt, NULL);
}

static void begin_workers(void)
{
	static const char *const worker_names[] = {
		"worker 1", "worker 2", "worker 3",
	};
	unsigned int i;

	for (i = 0; i < plan->nr_workers; i++) {
		explore_name(&s.workers[i].task, "%s's state",
			     worker_names[i]);
		explore_name(&s.workers[i].listed, "%s listed",
			     worker_names[i]);
		explore_name(&s.workers[i].stop, "%s stop", worker_names[i]);
		explore_role(worker_names[i], worker_serve, &s.workers[i]);
		if (plan->stops)
			explore_role("SIGKILL", worker_kill, &s.workers[i]);
	}
	explore_role("B's interrupt", back_interrupt, NULL);
}

static void channel_share(void)
{
	unsigned int i;

	share_rest();
	for (i = 0; i <= plan->two_rings; i++)
		share_ring(i);
	begin_clients();
	begin_workers();
}

/* Nobody can go on: what is left undone? */
static const char *channel_rests(void)
{
	unsigned int i;

	for (i = 0; i < CLIENTS_MAX; i++)
		if (s.clients[i].nr_answered != strlen(plan->calls[i]))
			return "a client waits for ever";
	for (i = 0; i <= plan->two_rings; i++)
		if (heads[i].server != VSYS_SERVER_ASLEEP)
			return "nobody polls, and it is not announced";
	if (s.nr_idle > plan->nr_idle)
		return "more workers follow than may";
	if (s.leader == NOBODY || !s.asleep ||
	    s.workers[s.leader - 1].task != TASK_INTERRUPTIBLE)
		return "nobody leads";
	if (s.nr_workers != s.nr_idle + 1)
		return "a worker sleeps that nobody will wake";
	return NULL;
}

bool channel_explore(const struct channel_plan *to_explore)
{
	plan = to_explore;
	return explore(plan->name, channel_share, channel_rests);
}
