// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting of a channel: what the forwarder says of its life, and asks.
 *
 * A channel that no session has ever counted has nothing here, and each of these
 * ends at once.
 */
#include "accounts.h"
#include "counting.h"
#include "entry.h"
#include "member.h"
#include "records.h"
#include "session.h"
#include "tally.h"
#include "../channel.h"

/* NULL: no memory.  It stays as long as the channel. */
struct front_counting *front_counting_of(struct front_channel *ch)
{
	struct front_counting *made, *c = READ_ONCE(ch->counting);

	if (c)
		return c;
	made = kzalloc(sizeof(*made), GFP_KERNEL_ACCOUNT);
	if (!made)
		return NULL;
	c = cmpxchg(&ch->counting, NULL, made);
	if (!c)
		return made;
	kfree(made);			/* another session's was faster */
	return c;
}

void front_counting_free(struct front_channel *ch)
{
	kfree(ch->counting);
}

/* RCU: the accounts in force, or NULL. */
static struct front_accounts *front_counting_look(struct front_channel *ch)
{
	/* Pairs with the cmpxchg() in front_counting_of(). */
	struct front_counting *c = READ_ONCE(ch->counting);

	return c ? rcu_dereference(c->accounts) : NULL;
}

/* The same, with a reference. */
static struct front_accounts *front_counting_get(struct front_channel *ch)
{
	struct front_accounts *a;

	/* As a rule nobody has ever counted it. */
	if (!READ_ONCE(ch->counting))
		return NULL;
	rcu_read_lock();
	a = front_counting_look(ch);
	if (a && !kref_get_unless_zero(&a->kref))
		a = NULL;
	rcu_read_unlock();
	return a;
}

u32 front_counting_account(struct front_channel *ch, u32 *counting)
{
	struct front_accounts *a = front_counting_get(ch);
	u32 index = VSYS_ACCOUNT_OTHER;

	if (counting)
		*counting = a ? a->counting : 0;
	if (!a)
		return index;
	if (a->counting && !(current->flags & PF_KTHREAD))
		index = front_entry_mine(a);
	front_accounts_put(a);
	return index;
}

void front_counting_opened(struct front_channel *ch)
{
	struct front_session *s = front_member_session(task_tgid(current));

	if (!s)
		return;
	front_session_count(s, ch);
	front_session_put(s);
}

void front_counting_closing(struct front_channel *ch)
{
	struct front_accounts *a = front_counting_get(ch);

	if (!a)
		return;
	mutex_lock(&a->lock);
	if (a->in_force) {
		if (!front_channel_alive(ch))
			WRITE_ONCE(a->lost, true);
		/* What ends from now on is not lost. */
		WRITE_ONCE(a->closing, true);
		front_tally_end(a->tally, FRONT_PATIENCE);
	}
	mutex_unlock(&a->lock);
	front_accounts_put(a);
}

void front_counting_closed(struct front_channel *ch)
{
	struct front_accounts *a = front_counting_get(ch);

	if (!a)
		return;
	mutex_lock(&a->lock);
	front_accounts_detach(a);
	front_accounts_finish(a);
	smp_store_release(&a->closed, true);
	mutex_unlock(&a->lock);
	front_session_changed(a->session);
	front_accounts_put(a);
}

void front_counting_died(struct front_channel *ch)
{
	struct front_accounts *a;

	/* Partner is front_accounts_start(). */
	smp_mb();
	rcu_read_lock();
	a = front_counting_look(ch);
	if (a && !READ_ONCE(a->closing) && !xchg(&a->lost, true))
		front_session_changed(a->session);
	rcu_read_unlock();
}

bool front_counting_bell(struct front_channel *ch)
{
	struct front_records *records;
	struct front_accounts *a;
	bool useful = false;

	rcu_read_lock();
	a = front_counting_look(ch);
	records = a ? rcu_dereference(a->records) : NULL;
	if (records)
		useful = front_records_bell(records);
	if (useful)
		wake_up(&a->session->wait);
	rcu_read_unlock();
	return useful;
}
