// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen record: samples of all domains into one file. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/command.h"
#include "clock.h"
#include "commands.h"
#include "kallsyms.h"
#include "local.h"
#include "options.h"
#include "pace.h"
#include "program.h"
#include "sampler.h"
#include "session.h"
#include "trial.h"

#define DRAIN_MS 50

struct record_options {
	struct events events;		      /* one */
	unsigned long long period, frequency; /* one of these, or neither */
	struct pace pace;
	pid_t pid;
	bool chains;
	const char *file;
	char **command;
};

struct recording {
	const struct record_options *options;
	struct program program;
	struct session session;
	struct sampler sampler;
	struct file_writer out;
	struct addresses seen; /* of kernels */
	unsigned int nr_domains;
	struct record_domain {
		char name[VSYS_SERVICE_NAME_MAX];
		uint64_t lost;
		bool silent; /* it does not answer, or is gone */
	} domain[DOMAINS_MAX];
};

/* ---- Options ------------------------------------------------------------------ */

static const struct option record_list[] = {
	{ "event", required_argument, NULL, 'e' },
	{ "count", required_argument, NULL, 'c' },
	{ "freq", required_argument, NULL, 'F' },
	{ "pid", required_argument, NULL, 'p' },
	{ "call-graph", no_argument, NULL, 'g' },
	{ "output", required_argument, NULL, 'o' },
	{ 0 },
};

static int record_option(int option, void *arg)
{
	struct record_options *o = arg;

	switch (option) {
	case 'e':
		return option_event(&o->events);
	case 'c':
		return option_number("period", VSYS_PERIOD_MIN, INT64_MAX,
				     &o->period);
	case 'F':
		return option_number("number of samples a second", 1, ~0ull,
				     &o->frequency);
	case 'p':
		return option_pid(&o->pid);
	case 'g':
		o->chains = true;
		return 0;
	case 'o':
		o->file = optarg;
		return 0;
	}
	return 0;
}

static int record_parse(int argc, char **argv, struct record_options *o)
{
	int status = options_parse(argc, argv, "+e:c:F:p:go:", record_list,
				   record_option, o);

	if (status)
		return status;
	o->command = optind < argc ? argv + optind : NULL;
	if (!o->command && !o->pid)
		return say_usage("record: want a command or -p PID");
	if (o->period && o->frequency)
		return say_usage("record: -c or -F, not both");
	if (!o->events.nr)
		default_sampling(&o->events);
	if (o->period)
		o->pace.period = o->period;
	else
		pace_choose(&o->pace, &o->events.event[0], o->frequency);
	return 0;
}

/* ---- Service domains ------------------------------------------------------------ */

/* Index of a domain in the file; DOMAINS_MAX: there are too many. */
static unsigned int recording_domain(struct recording *r, const char *name)
{
	struct file_domain record = { 0 };
	unsigned int i;

	for (i = r->nr_domains ? 1 : 0; i < r->nr_domains; i++)
		if (!strncmp(r->domain[i].name, name,
			     sizeof(r->domain[i].name)))
			return i;
	if (i == DOMAINS_MAX)
		return i;
	snprintf(r->domain[i].name, sizeof(r->domain[i].name), "%.*s",
		 VSYS_SERVICE_NAME_MAX - 1, name);
	record.domain = i;
	file_put_text(&r->out, FILE_DOMAIN, &record, sizeof(record),
		      r->domain[i].name);
	return r->nr_domains++;
}

/* A service domain's kernel wrote it: nothing in it is to be relied on. */
static unsigned int service_chain(const struct vsys_record *record, bool chains,
				  uint64_t *chain)
{
	unsigned int i, nr = 0;

	chain[nr++] = record->ip;
	for (i = 0; chains && i < record->nr_ips && i < VSYS_RECORD_IPS; i++)
		if (i || record->ips[i] != record->ip)
			chain[nr++] = record->ips[i];
	return nr;
}

static void service_record(const struct vsys_session_record *s, void *arg)
{
	uint64_t chain[VSYS_RECORD_IPS + 1];
	struct recording *r = arg;
	struct file_sample sample = {
		.time = s->record.tsc,
		.period = r->options->pace.period,
		.domain = recording_domain(r, s->service),
		.pid = s->tgid,
		.tid = s->tid,
		.cpu = s->record.cpu,
		.call = s->record.nr,
	};
	unsigned int i;
	bool is_new;

	if (sample.domain == DOMAINS_MAX)
		return;
	r->domain[sample.domain].lost += s->record.lost;
	if (s->record.kind != VSYS_RECORD_SAMPLE)
		return;
	sample.nr = service_chain(&s->record, r->options->chains, chain);
	sample.nr_kernel = sample.nr;
	for (i = 0; i < sample.nr; i++)
		addresses_add(&r->seen, sample.domain, chain[i], &is_new);
	file_put(&r->out, FILE_SAMPLE, &sample, sizeof(sample), chain,
		 sample.nr * sizeof(*chain));
}

/* ---- Symbols ---------------------------------------------------------------------- */

static void put_symbol(struct recording *r, const struct address *a,
		       uint64_t offset, const char *name)
{
	struct file_symbol symbol = { .address = a->address,
				      .offset = offset,
				      .domain = a->domain };

	file_put_text(&r->out, FILE_SYMBOL, &symbol, sizeof(symbol), name);
}

/* A domain that let us wait once, for seconds, is not asked for the rest. */
static void put_service_symbol(struct recording *r, const struct address *a)
{
	struct record_domain *domain = &r->domain[a->domain];
	struct vsys_symbol symbol;
	int err;

	if (domain->silent)
		return;
	err = session_symbol(&r->session, domain->name, a->address, &symbol);
	if (!err)
		put_symbol(r, a, symbol.offset, (const char *)symbol.name);
	domain->silent = err && err != -ENXIO;
}

/* Each address that occurred is looked up once. */
static void put_symbols(struct recording *r)
{
	struct kallsyms kallsyms;
	const struct address *a;
	const char *name;
	uint64_t offset;

	if (!kallsyms_load(&kallsyms, "/proc/kallsyms"))
		say("this kernel's symbols are not shown to this user (see /proc/sys/kernel/kptr_restrict)");
	for (a = r->seen.slot; a < r->seen.slot + r->seen.room; a++) {
		if (!a->index)
			continue;
		if (a->domain) {
			put_service_symbol(r, a);
			continue;
		}
		name = kallsyms_find(&kallsyms, a->address, &offset);
		if (name)
			put_symbol(r, a, offset, name);
	}
	kallsyms_free(&kallsyms);
}

/* ---- The recording ------------------------------------------------------------------ */

static bool recording_session(struct recording *r)
{
	return session_count(&r->session, &r->options->events,
			     VSYS_SESSION_INHERIT | VSYS_SESSION_RECORDS,
			     r->options->pace.period, r->program.subject);
}

static bool recording_sampler(struct recording *r)
{
	const struct record_options *o = r->options;
	struct sampler *s = &r->sampler;
	int err;

	s->event = &o->events.event[0];
	s->pace = o->pace;
	s->chains = o->chains;
	s->on_exec = !o->pid;
	s->out = &r->out;
	s->kernel = &r->seen;
	err = o->pid ? sampler_add_process(s, o->pid) :
		       sampler_add_thread(s, r->program.pid);
	if (!err && !o->pid)
		sampler_name(s, r->program.pid, r->program.pid);
	if (!err)
		return true;
	say("%s: %s", s->event->name,
	    err == -ESRCH ? "there is no such process" : local_why(err));
	/* Service domains may count what this one does not. */
	return err != -ESRCH && r->session.nr_anchors;
}

static void put_clock(struct recording *r)
{
	struct clock_pair now = clock_now();
	struct file_clock clock = { .tsc = now.tsc, .ns = now.ns };

	file_put(&r->out, FILE_CLOCK, &clock, sizeof(clock), NULL, 0);
}

static void recording_begin(struct recording *r)
{
	const struct record_options *o = r->options;
	struct file_event event = { .period = o->period,
				    .frequency = o->pace.frequency };
	struct file_text text;
	char process[32], **word;

	file_put_text(&r->out, FILE_EVENT, &event, sizeof(event),
		      o->events.event[0].name);
	snprintf(process, sizeof(process), "process %d", o->pid);
	if (o->pid)
		file_put_text(&r->out, FILE_COMMAND, &text, sizeof(text),
			      process);
	for (word = o->command; !o->pid && word && *word; word++)
		file_put_text(&r->out, FILE_COMMAND, &text, sizeof(text),
			      *word);
	recording_domain(r, "user");
	put_clock(r);
}

static void recording_drain(struct recording *r)
{
	sampler_drain(&r->sampler);
	if (!r->session.error)
		session_records(&r->session, service_record, r);
}

static void put_lost(struct recording *r)
{
	struct file_lost lost = { 0 };
	unsigned int i;

	r->domain[0].lost = r->sampler.lost;
	for (i = 0; i < r->nr_domains; i++) {
		lost.domain = i;
		lost.samples = r->domain[i].lost;
		if (lost.samples)
			file_put(&r->out, FILE_LOST, &lost, sizeof(lost), NULL,
				 0);
	}
}

static void recording_run(struct recording *r)
{
	struct pollfd records = { .fd = r->session.fd, .events = POLLIN };
	unsigned int nr = !r->session.error;

	if (r->options->pid)
		sampler_enable(&r->sampler);
	while (program_wait(&r->program, &records, nr, DRAIN_MS))
		recording_drain(r);
	if (r->program.signal)
		program_settle(&r->program);
	if (!r->session.error)
		session_stop(&r->session);
	recording_drain(r);
	put_clock(r);
	put_lost(r);
	put_symbols(r);
}

static bool recording_start(struct recording *r)
{
	const struct record_options *o = r->options;

	if (!program_open(&r->program, o->command, o->pid))
		return false;
	if (!file_create(&r->out, o->file)) {
		say("%s: %s", o->file, strerror(errno));
		return false;
	}
	recording_begin(r);
	return recording_session(r) && recording_sampler(r) &&
	       program_go(&r->program);
}

static void say_end(const struct recording *r)
{
	unsigned int i;

	say("%llu samples of %s in %s", (unsigned long long)r->out.samples,
	    r->options->events.event[0].name, r->options->file);
	for (i = 0; i < r->nr_domains; i++)
		if (r->domain[i].lost)
			say("%s: %llu samples were lost, there was no room; fewer help (-F, -c)",
			    r->domain[i].name,
			    (unsigned long long)r->domain[i].lost);
	if (r->session.error)
		say("service domains were not sampled: %s",
		    session_why(r->session.error));
}

int cmd_record(int argc, char **argv)
{
	struct record_options o = { .file = FILE_DEFAULT };
	struct recording r = { .options = &o, .session.fd = -1 };
	int status = record_parse(argc, argv, &o);
	bool ok;

	if (status)
		return status;
	ok = recording_start(&r);
	if (ok)
		recording_run(&r);
	sampler_close(&r.sampler);
	session_close(&r.session);
	addresses_free(&r.seen);
	if (!ok) {
		if (r.out.out)
			unlink(o.file);
		return r.program.failure ?: COMMAND_FAILED;
	}
	if (!file_finish(&r.out))
		return say_exit(COMMAND_FAILED, "%s: %s", o.file,
				strerror(errno));
	say_end(&r);
	return program_end(&r.program);
}
