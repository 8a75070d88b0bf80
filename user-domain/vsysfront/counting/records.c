// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: samples and time lines, from the rings that service domains fill to
 * whoever reads the session's file.
 *
 * A ring has two users: the accounts, as long as its pages are granted, and the
 * session, until it has been read to its end.
 */
#include "records.h"
#include "accounts.h"
#include "entry.h"
#include "pages.h"
#include "session.h"
#include "tally.h"
#include "../device.h"
#include <linux/uaccess.h>

/* Rings of this many pages of records. */
#define FRONT_RING_PAGES	32u

static struct vsys_records *front_records_index(struct front_records *r)
{
	return page_address(r->pages->at[0].page);
}

static u32 front_records_size(const struct front_records *r)
{
	return (r->pages->nr - 1) * VSYS_RECORDS_PER_PAGE;
}

/* How many there are, as B says. */
static u32 front_records_waiting(struct front_records *r)
{
	/* Acquire: partner is B's store of prod, after the record. */
	return virt_load_acquire(&front_records_index(r)->prod) -
	       READ_ONCE(r->cons);
}

/* ---- Rings ----------------------------------------------------------------------- */

static void front_records_free(struct kref *kref)
{
	struct front_records *r = container_of(kref, struct front_records,
					       kref);

	/* The channel's interrupt may still look at the ring. */
	front_pages_free(r->pages);
	kfree_rcu(r, rcu);
}

struct front_records *front_records_make(struct front_accounts *a,
					 domid_t domid)
{
	struct front_records *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	kref_init(&r->kref);
	kref_get(&r->kref);		/* the accounts', and the session's */
	r->accounts = a;
	r->belled = ~0u;		/* not where the reader begins */
	r->pages = front_pages_make(domid, 1 + FRONT_RING_PAGES);
	err = PTR_ERR_OR_ZERO(r->pages);
	if (err)
		goto free;
	err = xa_insert(&a->session->rings, a->number, r, GFP_KERNEL_ACCOUNT);
	if (!err)
		return r;
	front_pages_revoke(r->pages);
	front_pages_free(r->pages);
free:
	kfree(r);
	return ERR_PTR(err);
}

/* B appends no more, or it is not asked for. */
void front_records_end(struct front_records *r)
{
	front_pages_revoke(r->pages);
	/* Release: what there is now is all; partner is front_records_reap(). */
	smp_store_release(&r->done, true);
	kref_put(&r->kref, front_records_free);
}

/* session->reading held. */
static void front_records_drop(struct front_session *s, struct front_records *r)
{
	xa_erase(&s->rings, r->accounts->number);
	if (smp_load_acquire(&r->done))
		front_accounts_forget(r->accounts);
	kref_put(&r->kref, front_records_free);
}

/* Those that have been read to the end go; if somebody reads now, the next time. */
void front_records_reap(struct front_session *s)
{
	struct front_records *r;
	unsigned long i;

	if (!mutex_trylock(&s->reading))
		return;
	xa_for_each(&s->rings, i, r)
		if (smp_load_acquire(&r->done) && !front_records_waiting(r))
			front_records_drop(s, r);
	mutex_unlock(&s->reading);
}

/* The session's file is closed. */
void front_records_close(struct front_session *s)
{
	struct front_records *r;
	unsigned long i;

	mutex_lock(&s->reading);
	xa_for_each(&s->rings, i, r)
		front_records_drop(s, r);
	mutex_unlock(&s->reading);
}

/*
 * irq: has the ring filled to half, as the doorbell may say?  That is news once:
 * until the reader has moved, a bell is one too many, see front_ring_eoi().
 */
bool front_records_bell(struct front_records *r)
{
	u32 cons = READ_ONCE(r->cons);

	if (cons == r->belled ||
	    front_records_waiting(r) < front_records_size(r) / 2)
		return false;
	r->belled = cons;
	return true;
}

bool front_records_any(struct front_session *s)
{
	struct front_records *r;
	bool any = false;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&s->rings, i, r)
		if (front_records_waiting(r)) {
			any = true;
			break;
		}
	rcu_read_unlock();
	return any;
}

/* ---- Reading ---------------------------------------------------------------------- */

/* session->reading held.  False: the ring is empty. */
static bool front_records_take(struct front_records *r,
			       struct vsys_session_record *out)
{
	struct vsys_records *index = front_records_index(r);
	u32 waiting = front_records_waiting(r);
	u32 size = front_records_size(r), at = r->cons % size;
	struct front_accounts *a = r->accounts;
	struct front_entry *e = NULL;
	struct vsys_record *from;
	u32 account;

	if (waiting > size) {		/* makes no sense: begin anew */
		WRITE_ONCE(r->cons, r->cons + waiting);
		virt_store_release(&index->cons, r->cons);
		return false;
	}
	if (!waiting)
		return false;
	from = page_address(r->pages->at[1 + at / VSYS_RECORDS_PER_PAGE].page);
	memset(out, 0, sizeof(*out));
	out->record = from[at % VSYS_RECORDS_PER_PAGE];
	/*
	 * Release: it is copied, then its place is B's.  And a barrier to the
	 * compiler: what is looked at from here on is the copy, not B's page again.
	 */
	WRITE_ONCE(r->cons, r->cons + 1);
	virt_store_release(&index->cons, r->cons);
	strscpy(out->service, a->tally->dev->service, sizeof(out->service));
	out->channel = a->number;
	account = out->record.account;
	if (account != VSYS_ACCOUNT_OTHER && account < FRONT_THREADS)
		e = xa_load(&a->entries, account);
	out->tgid = e ? pid_vnr(e->tgid) : 0;
	out->tid = e ? pid_vnr(e->tid) : 0;
	return true;
}

/* Copies whole records of one ring; how many bytes, or -EFAULT. */
static ssize_t front_records_copy(struct front_records *r, char __user *to,
				  size_t bytes)
{
	struct vsys_session_record record;
	size_t done = 0;

	while (bytes - done >= sizeof(record) &&
	       front_records_take(r, &record)) {
		if (copy_to_user(to + done, &record, sizeof(record)))
			return -EFAULT;
		done += sizeof(record);
	}
	return done;
}

/* What there is, from one ring after the other: none starves another. */
ssize_t front_records_read(struct front_session *s, char __user *to,
			   size_t bytes)
{
	struct front_records *r;
	ssize_t done = 0, n;
	unsigned long i;
	int round;

	if (mutex_lock_interruptible(&s->reading))
		return -ERESTARTSYS;
	for (round = 0; round < 2; round++) {
		xa_for_each_start(&s->rings, i, r, round ? 0 : s->next_ring) {
			if (bytes - done < sizeof(struct vsys_session_record))
				break;
			n = front_records_copy(r, to + done, bytes - done);
			if (n < 0) {
				done = done ?: n;
				goto out;
			}
			done += n;
			s->next_ring = i + 1;
		}
	}
out:
	mutex_unlock(&s->reading);
	return done;
}
