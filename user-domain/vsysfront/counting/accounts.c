// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accounts: what one channel's service domain counts for one session, and whose
 * it is.
 *
 * The pages are this domain's.  When the service domain counts no more, because
 * of STOP, the channel's end, or its own, the numbers go to the entries, and the
 * pages with their grants are given back: a session sees many channels come and
 * go.  What stands there is a number to show; a thread's account is known by a
 * table of our own.
 */
#include "accounts.h"
#include "entry.h"
#include "pages.h"
#include "records.h"
#include "session.h"
#include "tally.h"
#include "../channel.h"
#include "../control.h"
#include "../device.h"
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <virtuos/calls.h>

/* ---- Pages --------------------------------------------------------------------- */

/*
 * RCU.  NULL: nothing is counted yet, or no more, and entries have the numbers.
 * Acquire: what begin() did before it said so, or fold().
 */
static struct front_pages *front_accounts_pages(struct front_accounts *a)
{
	return smp_load_acquire(&a->counting) ? smp_load_acquire(&a->pages) :
						NULL;
}

static struct vsys_account *front_account(const struct front_pages *pages,
					  u32 index)
{
	struct page *page = pages->at[index / VSYS_ACCOUNTS_PER_PAGE].page;

	return page_address(page) + index % VSYS_ACCOUNTS_PER_PAGE *
					    sizeof(struct vsys_account);
}

/* RCU.  NULL: the entry has the numbers. */
const struct vsys_account *front_accounts_at(struct front_accounts *a,
					     u32 index)
{
	struct front_pages *pages = front_accounts_pages(a);

	return pages ? front_account(pages, index) : NULL;
}

/* Where that is in a mapping. */
u64 front_accounts_offset(const struct front_accounts *a, u32 index)
{
	return ((u64)a->number * VSYS_COUNT_PAGES +
		index / VSYS_ACCOUNTS_PER_PAGE) * PAGE_SIZE +
	       index % VSYS_ACCOUNTS_PER_PAGE * sizeof(struct vsys_account);
}

/* A page of a session's mapping, with a reference, or NULL. */
struct page *front_accounts_page(struct front_session *s, unsigned long pgoff)
{
	u32 nr = pgoff % VSYS_COUNT_PAGES;
	struct front_pages *pages;
	struct front_accounts *a;
	struct page *page = NULL;

	rcu_read_lock();
	a = xa_load(&s->channels, pgoff / VSYS_COUNT_PAGES);
	pages = a ? front_accounts_pages(a) : NULL;
	if (pgoff == VSYS_MAP_SESSION >> PAGE_SHIFT)
		page = virt_to_page(s->page);
	else if (pages && nr < pages->nr)
		page = pages->at[nr].page;
	if (page)
		get_page(page);
	rcu_read_unlock();
	return page;
}

/* ---- References --------------------------------------------------------------------- */

/* Nobody asks any more whose an account is; more than once does not hurt. */
void front_accounts_forget(struct front_accounts *a)
{
	xa_destroy(&a->threads);
	xa_destroy(&a->entries);
}

static void front_accounts_release(struct kref *kref)
{
	struct front_accounts *a = container_of(kref, struct front_accounts,
						kref);

	front_accounts_forget(a);
	put_pid(a->owner);
	mutex_destroy(&a->lock);
	mutex_destroy(&a->entries_lock);
	if (a->ch)
		front_channel_put(a->ch);
	front_session_put(a->session);
	/* The channel's interrupt may still look at them. */
	kfree_rcu(a, rcu);
}

/* May sleep. */
void front_accounts_put(struct front_accounts *a)
{
	kref_put(&a->kref, front_accounts_release);
}

/* session.lock held.  NULL: no memory. */
struct front_accounts *front_accounts_make(struct front_session *s,
					   struct front_channel *ch)
{
	struct front_accounts *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	a->tally = front_tally_of(s, ch->dev);
	if (!a->tally) {
		kfree(a);
		return NULL;
	}
	kref_init(&a->kref);
	kref_get(&s->kref);
	a->session = s;
	front_channel_get(ch);
	a->ch = ch;
	mutex_init(&a->lock);
	mutex_init(&a->entries_lock);
	xa_init(&a->threads);
	xa_init(&a->entries);
	a->used = 1;			/* the first is OTHER */
	if (!xa_alloc(&s->channels, &a->number, a, xa_limit_31b,
		      GFP_KERNEL_ACCOUNT))
		return a;
	front_accounts_put(a);
	return NULL;
}

/* ---- What they tell ------------------------------------------------------------------ */

/* Entries for the numbers that have been called by now. */
void front_accounts_calls(struct front_accounts *a)
{
	/* Those that are closed have theirs. */
	if (!front_accounts_pages(a))
		return;
	mutex_lock(&a->entries_lock);
	if (a->pages)
		front_entry_calls(a);
	mutex_unlock(&a->entries_lock);
}

u32 front_accounts_flags(struct front_accounts *a)
{
	u32 flags = 0;

	if (READ_ONCE(a->error))
		return VSYS_ENTRY_REFUSED;
	/* Acquire: partner is front_counting_closed(), after it folded them. */
	if (smp_load_acquire(&a->closed))
		flags |= VSYS_ENTRY_CLOSED;
	return READ_ONCE(a->lost) ? flags | VSYS_ENTRY_LOST : flags;
}

/* ---- Giving back -------------------------------------------------------------------------- */

/* lock held: B counts no more, or whatever it does is not asked for. */
void front_accounts_finish(struct front_accounts *a)
{
	struct front_records *records = rcu_dereference_protected(
		a->records, lockdep_is_held(&a->lock));
	struct front_pages *pages;
	struct front_entry *e;
	unsigned long index;

	/* The numbers go to the entries, all that there will be. */
	mutex_lock(&a->entries_lock);
	pages = a->pages;
	if (pages && a->counting) {
		front_entry_calls(a);
		xa_for_each(&a->entries, index, e)
			front_entry_fold(e, front_account(pages, index));
	}
	/* Release: who finds no pages finds the numbers. */
	smp_store_release(&a->pages, NULL);
	mutex_unlock(&a->entries_lock);
	if (pages) {
		front_pages_revoke(pages);
		front_pages_free(pages);
	}
	/* Of records that nobody has read yet it is asked whose they are. */
	if (records)
		front_records_end(records);
	else
		front_accounts_forget(a);
	RCU_INIT_POINTER(a->records, NULL);
	front_channel_put(a->ch);
	a->ch = NULL;
}

/* ---- Beginning ------------------------------------------------------------------------- */

static int front_accounts_grant(struct front_accounts *a)
{
	domid_t domid = a->tally->dev->domid;
	u32 accounts = FRONT_THREADS;
	struct front_records *records;
	struct front_pages *pages;

	if (a->session->flags & VSYS_COUNT_BY_CALL)
		accounts += VSYS_NR_SYSCALLS + 1;
	pages = front_pages_make(domid, DIV_ROUND_UP(accounts,
						      VSYS_ACCOUNTS_PER_PAGE));
	if (IS_ERR(pages))
		return PTR_ERR(pages);
	WRITE_ONCE(a->pages, pages);
	if (!(a->session->flags & VSYS_SESSION_RECORDS))
		return 0;
	records = front_records_make(a, domid);
	if (IS_ERR(records))
		return PTR_ERR(records);
	rcu_assign_pointer(a->records, records);
	return 0;
}

static int front_accounts_request(struct front_accounts *a)
{
	struct front_records *records = rcu_dereference_protected(
		a->records, lockdep_is_held(&a->lock));
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
	memcpy(count->counters, s->counters, sizeof(count->counters));
	count->nr_account_pages = a->pages->nr;
	for (i = 0; i < a->pages->nr; i++)
		count->account_refs[i] = a->pages->at[i].ref;
	count->nr_ring_pages = records ? records->pages->nr : 0;
	for (i = 0; i < count->nr_ring_pages; i++)
		count->ring_refs[i] = records->pages->at[i].ref;
	ret = front_control_request(a->ch->dev, VSYS_CONTROL_COUNT, args, count,
				    sizeof(*count), FRONT_PATIENCE);
	kfree(count);
	if (ret == FRONT_DEAD)
		return -EIO;		/* shown to the profiler */
	return ret > 0 ? -EPROTO : ret;
}

/*
 * lock held.  B is asked to count, and does from then on.  Without an answer it
 * may still map the pages, now or later: the grants stay, for else their numbers
 * could be other pages' by then, and with them the channel.
 */
static int front_accounts_start(struct front_accounts *a)
{
	struct front_channel *ch = a->ch;
	struct front_counting *c = ch->counting;
	static atomic_t last;
	u32 number;
	int err;

	if (!(ch->dev->features & VSYS_FEATURE_COUNTERS))
		return -EOPNOTSUPP;
	/* Two processes that share memory share it, and may be in two sessions. */
	if (xchg(&c->counted, true))
		return -EBUSY;
	err = front_accounts_grant(a);
	if (!err) {
		front_tally_begin(a->tally);
		err = front_accounts_request(a);
		if (err)
			front_tally_end(a->tally, FRONT_PATIENCE);
	}
	if (err && err != -ETIMEDOUT) {
		smp_store_release(&c->counted, false);
		return err;
	}
	if (!err) {
		do
			number = atomic_inc_return(&last);
		while (!number);
		smp_store_release(&a->counting, number);
		a->in_force = true;
	}
	/* The channel knows them until they are detached, or it is closed. */
	kref_get(&a->kref);
	rcu_assign_pointer(c->accounts, a);
	if (err)
		return err;
	/*
	 * Partner is front_counting_died(): it finds them, or they see that it
	 * was there.
	 */
	smp_mb();
	if (!front_channel_alive(ch))
		WRITE_ONCE(a->lost, true);
	WRITE_ONCE(ch->local->counting, number);
	return 0;
}

/* The caller uses the channel. */
void front_accounts_begin(struct front_accounts *a)
{
	rcu_read_lock();
	a->owner = get_pid(find_pid_ns(a->ch->tgid, &init_pid_ns));
	rcu_read_unlock();
	mutex_lock(&a->entries_lock);
	front_entry_make(a, VSYS_ACCOUNT_OTHER, VSYS_ENTRY_OTHER, a->owner,
			 NULL);
	mutex_unlock(&a->entries_lock);
	mutex_lock(&a->lock);
	if (!READ_ONCE(a->session->stopped))
		WRITE_ONCE(a->error, front_accounts_start(a));
	if (rcu_access_pointer(a->ch->counting->accounts) != a)
		front_accounts_finish(a);
	mutex_unlock(&a->lock);
	front_session_changed(a->session);
}

/* ---- End ---------------------------------------------------------------------------------- */

/* lock held. */
void front_accounts_detach(struct front_accounts *a)
{
	a->in_force = false;
	if (rcu_access_pointer(a->ch->counting->accounts) != a)
		return;
	RCU_INIT_POINTER(a->ch->counting->accounts, NULL);
	smp_store_release(&a->ch->counting->counted, false);
	front_accounts_put(a);		/* the channel's; not the last */
}

/* How long until then. */
static long front_accounts_left(unsigned long until)
{
	return time_before(jiffies, until) ? until - jiffies : 0;
}

/*
 * Nobody wants to know any more.  B is told, but after until its answer is not
 * waited for.  A B that is silent so long that no slot of the control channel is
 * free is not told at all: what it goes on counting until the channel ends, or
 * is counted anew, costs its own time alone.  A channel that is closing does it
 * itself.
 */
void front_accounts_end(struct front_accounts *a, unsigned long until)
{
	struct front_channel *ch;
	struct vsys_count *none;
	u64 args[4] = { };

	mutex_lock(&a->lock);
	ch = a->ch;
	if (!a->in_force || !front_channel_use(ch))
		goto out;
	WRITE_ONCE(ch->local->counting, 0);
	if (!front_channel_alive(ch))
		WRITE_ONCE(a->lost, true);
	front_tally_end(a->tally, front_accounts_left(until));
	/* Without memory the grants end when the channel does. */
	none = kzalloc(sizeof(*none), GFP_KERNEL);
	args[0] = ch->id;
	if (none)
		front_control_request(ch->dev, VSYS_CONTROL_COUNT, args, none,
				      sizeof(*none),
				      front_accounts_left(until));
	kfree(none);
	front_accounts_detach(a);
	front_accounts_finish(a);
	front_session_changed(a->session);
	front_channel_unuse(ch);
out:
	mutex_unlock(&a->lock);
}
