// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accounts: what one channel's service domain counts for one session, and whose
 * it is.
 *
 * The pages are this domain's.  They stay readable when the grants have ended:
 * at STOP, at the channel's end, at the service domain's death.  What stands in
 * them is a number to show; a thread's account is known by a table of our own.
 */
#include "vsysfront.h"
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <xen/page.h>

/* Rings of this many pages of records. */
#define FRONT_RING_PAGES	32u

/* ---- Pages --------------------------------------------------------------------- */

static int front_shared_grant(struct front_shared *shared, domid_t domid)
{
	struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	int ref;

	if (!page)
		return -ENOMEM;
	ref = front_page_grant(domid, page);
	if (ref < 0) {
		put_page(page);
		return ref;
	}
	get_page(page);			/* ours; the first is the grant's */
	shared->page = page;
	shared->ref = ref;
	return 0;
}

/* The grant's reference goes with it, as soon as B has let go of the page. */
static void front_shared_revoke(struct front_shared *shared, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		gnttab_end_foreign_access(shared[i].ref, shared[i].page);
}

static void front_shared_put(struct front_shared *shared, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		put_page(shared[i].page);
}

static int front_accounts_grant(struct front_accounts *a)
{
	domid_t domid = a->ch->dev->domid;
	u32 accounts = FRONT_THREADS, ring = 0;
	int err = 0;

	if (a->session->flags & VSYS_COUNT_BY_CALL)
		accounts += VSYS_NR_SYSCALLS + 1;
	if (a->session->flags & VSYS_SESSION_RECORDS)
		ring = 1 + FRONT_RING_PAGES;
	a->granted = true;
	while (!err && a->nr_pages < DIV_ROUND_UP(accounts,
						  VSYS_ACCOUNTS_PER_PAGE)) {
		err = front_shared_grant(&a->pages[a->nr_pages], domid);
		a->nr_pages += !err;
	}
	while (!err && a->nr_ring < ring) {
		err = front_shared_grant(&a->ring[a->nr_ring], domid);
		a->nr_ring += !err;
	}
	return err;
}

/* a->lock held, or nobody else knows it. */
static void front_accounts_revoke(struct front_accounts *a)
{
	if (!a->granted)
		return;
	a->granted = false;
	front_shared_revoke(a->pages, a->nr_pages);
	front_shared_revoke(a->ring, a->nr_ring);
}

static struct vsys_account *front_accounts_at(struct front_accounts *a,
					      u32 index)
{
	void *page = page_address(a->pages[index / VSYS_ACCOUNTS_PER_PAGE].page);

	return page + index % VSYS_ACCOUNTS_PER_PAGE *
	       sizeof(struct vsys_account);
}

/* Acquire: what begin() did before it said so.  From then on pages stay. */
static bool front_accounts_there(struct front_accounts *a)
{
	return smp_load_acquire(&a->counting);
}

/* A page of a session's mapping, or NULL. */
struct page *front_accounts_page(struct front_session *s, unsigned long pgoff)
{
	struct front_accounts *a = xa_load(&s->channels,
					   pgoff / VSYS_COUNT_PAGES);
	u32 page = pgoff % VSYS_COUNT_PAGES;

	if (pgoff == VSYS_MAP_SESSION >> PAGE_SHIFT)
		return virt_to_page(s->page);
	return a && front_accounts_there(a) && page < a->nr_pages ?
		       a->pages[page].page : NULL;
}

/* ---- References --------------------------------------------------------------------- */

static void front_accounts_free(struct rcu_head *rcu)
{
	struct front_accounts *a = container_of(rcu, struct front_accounts,
						rcu);

	front_shared_put(a->pages, a->nr_pages);
	front_shared_put(a->ring, a->nr_ring);
	kfree(a);
}

static void front_accounts_release(struct kref *kref)
{
	struct front_accounts *a = container_of(kref, struct front_accounts,
						kref);

	front_accounts_revoke(a);
	xa_destroy(&a->threads);
	put_pid(a->owner);
	mutex_destroy(&a->lock);
	front_channel_put(a->ch);
	front_session_put(a->session);
	/* The channel's interrupt may still look at the ring. */
	call_rcu(&a->rcu, front_accounts_free);
}

/* May sleep. */
void front_accounts_put(struct front_accounts *a)
{
	kref_put(&a->kref, front_accounts_release);
}

/* Those in force on a channel, with a reference, or NULL. */
static struct front_accounts *front_accounts_of(struct front_channel *ch)
{
	struct front_accounts *a;

	if (!rcu_access_pointer(ch->accounts))
		return NULL;
	rcu_read_lock();
	a = rcu_dereference(ch->accounts);
	if (a && !kref_get_unless_zero(&a->kref))
		a = NULL;
	rcu_read_unlock();
	return a;
}

struct front_accounts *front_accounts_make(struct front_session *s,
					   struct front_channel *ch)
{
	struct front_accounts *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	kref_init(&a->kref);
	kref_get(&s->kref);
	a->session = s;
	front_channel_get(ch);
	a->ch = ch;
	mutex_init(&a->lock);
	xa_init(&a->threads);
	atomic_set(&a->used, 1);	/* the first is OTHER */
	a->belled = ~0u;		/* not where the reader begins */
	return a;
}

/* ---- Whose they are -------------------------------------------------------------------- */

static void front_entry_name(struct front_entry *e)
{
	struct task_struct *task;

	rcu_read_lock();
	task = e->tid ? pid_task(e->tid, PIDTYPE_PID) :
			pid_task(e->tgid, PIDTYPE_TGID);
	if (task)
		strscpy_pad(e->comm, task->comm, sizeof(e->comm));
	rcu_read_unlock();
}

void front_entry_free(struct front_entry *e)
{
	put_pid(e->tgid);
	put_pid(e->tid);
	kfree(e);
}

/* The references to tgid and tid pass to the entry, or are dropped. */
static struct front_entry *front_entry_make(struct front_accounts *a, u32 index,
					    u32 flags, struct pid *tgid,
					    struct pid *tid)
{
	struct front_entry *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	u32 number;

	if (!e) {
		put_pid(tgid);
		put_pid(tid);
		return NULL;
	}
	e->accounts = a;
	e->index = index;
	e->flags = flags;
	e->tgid = tgid;
	e->tid = tid;
	if (flags & VSYS_ENTRY_CALL)
		e->nr = index - FRONT_THREADS;
	front_entry_name(e);
	/* The lowest free number: they rise, for none is given back. */
	if (!xa_alloc(&a->session->entries, &number, e, xa_limit_31b,
		      GFP_KERNEL_ACCOUNT))
		return e;
	front_entry_free(e);
	return NULL;
}

/* The current thread has none yet. */
static u32 front_accounts_take(struct front_accounts *a)
{
	struct front_entry *e;
	int index;

	/* None is given back: no need to ask whose it is, at each call. */
	if (atomic_read(&a->used) == FRONT_THREADS)
		return VSYS_ACCOUNT_OTHER;
	/* Another's process, which inherited a descriptor. */
	if (!front_session_member(a->session, task_tgid(current)))
		return VSYS_ACCOUNT_OTHER;
	index = atomic_fetch_add_unless(&a->used, 1, FRONT_THREADS);
	if (index == FRONT_THREADS)
		return VSYS_ACCOUNT_OTHER;
	e = front_entry_make(a, index, 0, get_pid(task_tgid(current)),
			     get_pid(task_pid(current)));
	if (!e)
		return VSYS_ACCOUNT_OTHER;
	/* Release: the entry before it is seen by who reads records. */
	smp_store_release(&a->owners[index], e);
	xa_store(&a->threads, pid_nr(e->tid), e, GFP_KERNEL_ACCOUNT);
	front_session_changed(a->session);
	return index;
}

/*
 * The current thread's account on a channel; the first is made at its first
 * call.  counting, if wanted: as in struct vsys_local.
 */
u32 front_accounts_mine(struct front_channel *ch, u32 *counting)
{
	struct front_accounts *a = front_accounts_of(ch);
	u32 index = VSYS_ACCOUNT_OTHER;
	struct front_entry *e;

	if (counting)
		*counting = a ? a->counting : 0;
	if (!a)
		return index;
	if (a->counting && !(current->flags & PF_KTHREAD)) {
		e = xa_load(&a->threads, pid_nr(task_pid(current)));
		/* The number may have been another's before. */
		index = e && e->tid == task_pid(current) ?
				e->index : front_accounts_take(a);
	}
	front_accounts_put(a);
	return index;
}

/* Entries for the numbers that have been called by now. */
void front_accounts_calls(struct front_accounts *a)
{
	u32 nr;

	if (!(a->session->flags & VSYS_COUNT_BY_CALL) ||
	    !front_accounts_there(a))
		return;
	for (nr = 0; nr <= VSYS_NR_SYSCALLS; nr++)
		if (READ_ONCE(front_accounts_at(a, FRONT_THREADS + nr)->calls) &&
		    !test_and_set_bit(nr, a->calls))
			front_entry_make(a, FRONT_THREADS + nr, VSYS_ENTRY_CALL,
					 get_pid(a->owner), NULL);
}

static u64 front_accounts_offset(const struct front_accounts *a, u32 index)
{
	return ((u64)a->number * VSYS_COUNT_PAGES +
		index / VSYS_ACCOUNTS_PER_PAGE) * PAGE_SIZE +
	       index % VSYS_ACCOUNTS_PER_PAGE * sizeof(struct vsys_account);
}

static u32 front_accounts_flags(struct front_accounts *a)
{
	bool lost = false;
	u32 flags = 0;

	if (READ_ONCE(a->error))
		return VSYS_ENTRY_REFUSED;
	if (front_channel_use(a->ch)) {
		lost = !front_channel_alive(a->ch);
		front_channel_unuse(a->ch);
	} else {
		flags |= VSYS_ENTRY_CLOSED;
	}
	return lost || READ_ONCE(a->lost) ? flags | VSYS_ENTRY_LOST : flags;
}

void front_entry_show(struct front_entry *e, struct vsys_account_entry *out)
{
	struct front_accounts *a = e->accounts;

	memset(out, 0, sizeof(*out));
	strscpy(out->service, a->ch->dev->service, sizeof(out->service));
	out->domain = a->ch->dev->domid;
	out->channel = a->number;
	out->tgid = pid_vnr(e->tgid);
	out->tid = pid_vnr(e->tid);
	out->nr = e->nr;
	front_entry_name(e);
	memcpy(out->comm, e->comm, sizeof(out->comm));
	out->flags = e->flags | front_accounts_flags(a);
	out->error = READ_ONCE(a->error);
	out->offset = ~0ull;
	if (!front_accounts_there(a))
		return;
	out->offset = front_accounts_offset(a, e->index);
	memcpy(&out->account, front_accounts_at(a, e->index),
	       sizeof(out->account));
}

/* ---- Beginning ------------------------------------------------------------------------- */

static int front_accounts_request(struct front_accounts *a)
{
	const u64 args[4] = { a->ch->id };
	struct front_session *s = a->session;
	struct vsys_count *count = kzalloc(sizeof(*count), GFP_KERNEL);
	s64 ret;
	u32 i;

	if (!count)
		return -ENOMEM;
	count->nr_counters = s->nr;
	count->flags = s->flags & (VSYS_COUNT_BY_CALL | VSYS_COUNT_TRACE);
	count->nr_threads = FRONT_THREADS;
	count->nr_account_pages = a->nr_pages;
	count->nr_ring_pages = a->nr_ring;
	memcpy(count->counters, s->counters, sizeof(count->counters));
	for (i = 0; i < a->nr_pages; i++)
		count->account_refs[i] = a->pages[i].ref;
	for (i = 0; i < a->nr_ring; i++)
		count->ring_refs[i] = a->ring[i].ref;
	ret = front_control_request(a->ch->dev, VSYS_CONTROL_COUNT, args, count,
				    sizeof(*count), FRONT_PATIENCE);
	kfree(count);
	return ret > 0 ? -EPROTO : ret;
}

/* The channel knows them until they are detached, or it is closed. */
static void front_accounts_attach(struct front_accounts *a)
{
	kref_get(&a->kref);
	rcu_assign_pointer(a->ch->accounts, a);
}

/* B counts from now on. */
static void front_accounts_publish(struct front_accounts *a)
{
	static atomic_t last;
	u32 number;

	do
		number = atomic_inc_return(&last);
	while (!number);
	smp_store_release(&a->counting, number);
	a->in_force = true;
	front_accounts_attach(a);
	WRITE_ONCE(a->ch->local->counting, number);
}

static int front_accounts_ask(struct front_accounts *a)
{
	int err = front_accounts_grant(a);

	if (err)
		return err;
	front_tally_begin(a->session, a->ch->dev);
	err = front_accounts_request(a);
	if (err)
		front_tally_end(a->session, a->ch->dev);
	return err;
}

/*
 * Without an answer B may still map the pages, now or later: the grants stay, for
 * else their numbers could be other pages' by then, and with them the channel.
 */
static int front_accounts_try(struct front_accounts *a)
{
	struct front_channel *ch = a->ch;
	int err;

	if (!(ch->dev->features & VSYS_FEATURE_COUNTERS))
		return -EOPNOTSUPP;
	/* Two processes that share memory share it, and may be in two sessions. */
	if (xchg(&ch->counted, true))
		return -EBUSY;
	err = front_accounts_ask(a);
	if (!err) {
		front_accounts_publish(a);
	} else if (err == -ETIMEDOUT) {
		front_accounts_attach(a);
	} else {
		front_accounts_revoke(a);
		smp_store_release(&ch->counted, false);
	}
	return err;
}

/* The caller uses the channel. */
void front_accounts_begin(struct front_accounts *a)
{
	rcu_read_lock();
	a->owner = get_pid(find_pid_ns(a->ch->tgid, &init_pid_ns));
	rcu_read_unlock();
	front_entry_make(a, VSYS_ACCOUNT_OTHER, VSYS_ENTRY_OTHER,
			 get_pid(a->owner), NULL);
	mutex_lock(&a->lock);
	if (!READ_ONCE(a->session->stopped))
		WRITE_ONCE(a->error, front_accounts_try(a));
	mutex_unlock(&a->lock);
	front_session_changed(a->session);
}

/* ---- End ---------------------------------------------------------------------------------- */

/* a->lock held. */
static void front_accounts_detach(struct front_accounts *a)
{
	a->in_force = false;
	if (rcu_access_pointer(a->ch->accounts) != a)
		return;
	RCU_INIT_POINTER(a->ch->accounts, NULL);
	smp_store_release(&a->ch->counted, false);
	front_accounts_put(a);		/* the channel's; not the last */
}

static void front_accounts_withdraw(struct front_accounts *a)
{
	const u64 args[4] = { a->ch->id };
	struct vsys_count *none = kzalloc(sizeof(*none), GFP_KERNEL);

	/* Without memory the grants end when the channel does. */
	if (none)
		front_control_request(a->ch->dev, VSYS_CONTROL_COUNT, args,
				      none, sizeof(*none), FRONT_PATIENCE);
	kfree(none);
}

/* Nobody wants to know any more.  A channel that is closing does it itself. */
void front_accounts_end(struct front_accounts *a)
{
	mutex_lock(&a->lock);
	if (a->in_force && front_channel_use(a->ch)) {
		WRITE_ONCE(a->ch->local->counting, 0);
		WRITE_ONCE(a->lost, !front_channel_alive(a->ch));
		front_tally_end(a->session, a->ch->dev);
		front_accounts_withdraw(a);
		front_accounts_detach(a);
		front_accounts_revoke(a);
		front_channel_unuse(a->ch);
	}
	mutex_unlock(&a->lock);
}

/* The channel is about to be closed. */
void front_accounts_closing(struct front_channel *ch)
{
	struct front_accounts *a = front_accounts_of(ch);

	if (!a)
		return;
	mutex_lock(&a->lock);
	if (a->in_force) {
		WRITE_ONCE(a->lost, !front_channel_alive(ch));
		front_tally_end(a->session, ch->dev);
	}
	mutex_unlock(&a->lock);
	front_accounts_put(a);
}

/* It is closed: B maps nothing any more. */
void front_accounts_closed(struct front_channel *ch)
{
	struct front_accounts *a = front_accounts_of(ch);

	if (!a)
		return;
	mutex_lock(&a->lock);
	front_accounts_detach(a);
	front_accounts_revoke(a);
	mutex_unlock(&a->lock);
	front_session_changed(a->session);
	front_accounts_put(a);
}

/* Atomic: the service domain is gone. */
void front_accounts_died(struct front_channel *ch)
{
	struct front_accounts *a;

	rcu_read_lock();
	a = rcu_dereference(ch->accounts);
	if (a)
		front_session_changed(a->session);
	rcu_read_unlock();
}

/*
 * irq: has the ring of records filled to half, as the doorbell may say?  That is
 * news once: until the reader has moved, a bell is one too many, see
 * front_ring_eoi().
 */
bool front_accounts_bell(struct front_channel *ch)
{
	struct front_accounts *a;
	bool useful = false;
	u32 cons;

	rcu_read_lock();
	a = rcu_dereference(ch->accounts);
	if (a && a->nr_ring) {
		cons = READ_ONCE(a->cons);
		useful = cons != a->belled && front_records_waiting(a) >=
			 FRONT_RING_PAGES * VSYS_RECORDS_PER_PAGE / 2;
		if (useful) {
			a->belled = cons;
			wake_up(&a->session->wait);
		}
	}
	rcu_read_unlock();
	return useful;
}
