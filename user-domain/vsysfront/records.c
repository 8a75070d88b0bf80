// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: samples and time lines, from the rings that service domains fill to
 * whoever reads the session's file.
 */
#include "vsysfront.h"
#include <linux/uaccess.h>

static struct vsys_records *front_records_index(struct front_accounts *a)
{
	return page_address(a->ring[0].page);
}

static u32 front_records_size(const struct front_accounts *a)
{
	return (a->nr_ring - 1) * VSYS_RECORDS_PER_PAGE;
}

/* How many there are, as B says; a ring is there. */
u32 front_records_waiting(struct front_accounts *a)
{
	/* Acquire: partner is B's store of prod, after the record. */
	return virt_load_acquire(&front_records_index(a)->prod) -
	       READ_ONCE(a->cons);
}

static bool front_records_ring(struct front_accounts *a)
{
	/* Acquire: what was made before it counted. */
	return smp_load_acquire(&a->counting) && a->nr_ring;
}

bool front_records_any(struct front_session *s)
{
	struct front_accounts *a;
	unsigned long i;

	xa_for_each(&s->channels, i, a)
		if (front_records_ring(a) && front_records_waiting(a))
			return true;
	return false;
}

static void front_records_owner(struct front_accounts *a,
				struct vsys_session_record *out)
{
	struct front_entry *e = NULL;

	if (out->record.account < FRONT_THREADS)
		e = smp_load_acquire(&a->owners[out->record.account]);
	out->tgid = e ? pid_vnr(e->tgid) : 0;
	out->tid = e ? pid_vnr(e->tid) : 0;
}

/* session->reading held.  False: the ring is empty. */
static bool front_records_take(struct front_accounts *a,
			       struct vsys_session_record *out)
{
	struct vsys_records *index = front_records_index(a);
	u32 waiting = front_records_waiting(a);
	u32 size = front_records_size(a), at = a->cons % size;
	struct vsys_record *from;

	if (waiting > size) {		/* makes no sense: begin anew */
		WRITE_ONCE(a->cons, a->cons + waiting);
		virt_store_release(&index->cons, a->cons);
		return false;
	}
	if (!waiting)
		return false;
	from = page_address(a->ring[1 + at / VSYS_RECORDS_PER_PAGE].page);
	memset(out, 0, sizeof(*out));
	out->record = from[at % VSYS_RECORDS_PER_PAGE];
	/* Release: it is copied, then its place is B's. */
	WRITE_ONCE(a->cons, a->cons + 1);
	virt_store_release(&index->cons, a->cons);
	strscpy(out->service, a->ch->dev->service, sizeof(out->service));
	out->channel = a->number;
	front_records_owner(a, out);
	return true;
}

/* Copies whole records of one ring; how many bytes, or -EFAULT. */
static ssize_t front_records_copy(struct front_accounts *a, char __user *to,
				  size_t bytes)
{
	struct vsys_session_record record;
	size_t done = 0;

	while (bytes - done >= sizeof(record) &&
	       front_records_take(a, &record)) {
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
	struct front_accounts *a;
	ssize_t done = 0, n;
	unsigned long i;
	int round;

	if (mutex_lock_interruptible(&s->reading))
		return -ERESTARTSYS;
	for (round = 0; round < 2; round++) {
		xa_for_each_start(&s->channels, i, a,
				  round ? 0 : s->next_ring) {
			if (bytes - done < sizeof(struct vsys_session_record))
				break;
			if (!front_records_ring(a))
				continue;
			n = front_records_copy(a, to + done, bytes - done);
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
