// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/say.h"
#include "services.h"
#include "session.h"

#define ENTRIES 64
#define RECORDS 64
#define READS 4096 /* of so many records at a time, then others have their turn */

int session_open(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = open(VSYS_COUNTERS_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return s->fd < 0 ? -errno : 0;
}

const char *session_why(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return "there is no " VSYS_COUNTERS_PATH
		       " (vsysfront is not loaded, too old, or built without counting)";
	case -EOPNOTSUPP:
		return "this kernel has no tracepoints, by which vsysfront follows children (CONFIG_TRACEPOINTS)";
	case -EBUSY:
		return "somebody else counts this process already";
	case -EPERM:
	case -EACCES:
		return "not permitted: it takes root, or CAP_PERFMON and the right to open " VSYS_COUNTERS_PATH;
	}
	return strerror(-err);
}

void session_close(struct session *s)
{
	unsigned int i;

	if (s->fd < 0)
		return;
	session_stop(s);
	for (i = 0; i < s->nr_anchors; i++)
		close(s->anchor[i].fd);
	close(s->fd);
	s->fd = -1;
}

static int session_ioctl(struct session *s, unsigned long request, void *arg)
{
	return ioctl(s->fd, request, arg) < 0 ? -errno : 0;
}

int session_start(struct session *s, const struct events *events,
		  uint32_t flags, uint64_t period)
{
	struct vsys_counters_start start = {
		.nr_counters = events->nr,
		.flags = flags,
	};
	unsigned int i;
	int err;

	for (i = 0; i < events->nr; i++)
		start.counters[i] =
			event_counter(&events->event[i], i ? 0 : period);
	err = session_ioctl(s, VSYS_COUNTERS_START, &start);
	s->started = !err;
	return err;
}

int session_add(struct session *s, pid_t pid)
{
	uint32_t tgid = pid;

	return session_ioctl(s, VSYS_COUNTERS_ADD, &tgid);
}

int session_stop(struct session *s)
{
	if (!s->started)
		return 0;
	s->started = false;
	return session_ioctl(s, VSYS_COUNTERS_STOP, NULL);
}

int session_each(struct session *s,
		 void (*use)(const struct vsys_account_entry *, void *),
		 void *arg)
{
	struct vsys_account_entry entries[ENTRIES];
	struct vsys_counters_accounts accounts = {
		.room = ENTRIES,
		.entries = (uintptr_t)entries,
	};
	unsigned int i;
	int err;

	do {
		err = session_ioctl(s, VSYS_COUNTERS_ACCOUNTS, &accounts);
		if (err)
			return err;
		for (i = 0; i < accounts.count && i < ENTRIES; i++)
			use(&entries[i], arg);
		accounts.first += accounts.count;
	} while (accounts.count);
	return 0;
}

bool session_records(struct session *s,
		     void (*use)(const struct vsys_session_record *, void *),
		     void *arg)
{
	struct vsys_session_record records[RECORDS];
	unsigned int reads = 0;
	ssize_t n = 0;
	size_t i;

	while (reads++ < READS &&
	       (n = read(s->fd, records, sizeof(records))) > 0)
		for (i = 0; i < n / sizeof(*records); i++)
			use(&records[i], arg);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

int session_symbol(struct session *s, const char *service, uint64_t address,
		   struct vsys_symbol *symbol)
{
	struct vsys_counters_symbol ask = { .symbol.address = address };
	int err;

	snprintf(ask.service, sizeof(ask.service), "%s", service);
	err = session_ioctl(s, VSYS_COUNTERS_SYMBOL, &ask);
	*symbol = ask.symbol;
	symbol->name[sizeof(symbol->name) - 1] = 0;
	return err;
}

/* ---- Our own channels ---------------------------------------------------- */

int session_anchor(struct session *s)
{
	struct vsys_front_open got;
	const char *name;
	unsigned int i;
	int fd;

	for (i = 0; (name = service_name(i)) && s->nr_anchors < SERVICES_MAX;
	     i++) {
		fd = service_channel(name, &got);
		if (fd < 0)
			continue;
		strcpy(s->anchor[s->nr_anchors].service, name);
		s->anchor[s->nr_anchors++].fd = fd;
	}
	if (!s->nr_anchors)
		return 0;
	return session_add(s, getpid());
}

int session_begin(struct session *s, const struct events *events,
		  uint32_t flags, uint64_t period)
{
	int err = session_open(s);

	if (err)
		return err;
	err = session_start(s, events, flags, period);
	if (!err)
		err = session_anchor(s);
	if (err)
		session_close(s);
	return err;
}

bool session_count(struct session *s, const struct events *events,
		   uint32_t flags, uint64_t period, pid_t pid)
{
	int err = session_begin(s, events, flags, period);

	s->error = err;
	if (err)
		return true;
	err = session_add(s, pid);
	if (err)
		say("process %d: %s", pid, session_why(err));
	return !err;
}

/* ---- Results -------------------------------------------------------------- */

static void result_entry(const struct vsys_account_entry *entry, void *arg)
{
	/* Of our own channels only whether their domains count at all. */
	if (entry->tgid != (uint32_t)getpid() ||
	    entry->flags & VSYS_ENTRY_REFUSED)
		result_account(arg, entry);
}

/* Of polling it is not said how long it lasted: as long as its best counter ran. */
static uint64_t polling_enabled(const struct vsys_totals *t, unsigned int nr)
{
	uint64_t most = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (t->polling_running[i] > most)
			most = t->polling_running[i];
	return most;
}

static void result_totals(struct session *s, struct result *r, struct domain *d)
{
	unsigned int i, nr = r->events->nr;
	struct vsys_counters_totals ask = { 0 };
	const struct vsys_totals *t = &ask.totals;
	uint64_t polling;

	memcpy(ask.service, d->name, sizeof(ask.service));
	d->totals_error = -session_ioctl(s, VSYS_COUNTERS_TOTALS, &ask);
	polling = polling_enabled(t, nr);
	for (i = 0; i < nr; i++) {
		d->total[i] = (struct measure){ t->value[i], t->enabled,
						t->running[i] };
		d->polling[i] = (struct measure){ t->polling[i], polling,
						  t->polling_running[i] };
	}
}

int session_result(struct session *s, struct result *r)
{
	unsigned int i, d;
	int err;

	err = session_each(s, result_entry, r);
	for (i = 0; i < s->nr_anchors; i++) {
		d = result_domain(r, s->anchor[i].service);
		if (d < DOMAINS_MAX && !r->domain[d].refused)
			r->row[0]->cost[d].known = true;
	}
	for (d = USER_DOMAIN + 1; !err && d < r->nr_domains; d++)
		if (!r->domain[d].refused)
			result_totals(s, r, &r->domain[d]);
	return err;
}
