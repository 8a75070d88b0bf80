// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen trace: calls as they cross, one on each line. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/memory.h"
#include "callname.h"
#include "clock.h"
#include "commands.h"
#include "options.h"
#include "program.h"
#include "session.h"
#include "tasks.h"
#include "timeline.h"

#define READ_MS 50

struct trace {
	struct program program;
	struct session session;
	struct timeline timeline;
	size_t nr;
	struct vsys_session_record *record; /* of one look */
	struct tasks tasks;
	struct clock_pair begin;
	double us_per_tick;
	unsigned long long shown, most;
	FILE *out;
};

static double trace_us(const struct trace *t, uint64_t from, uint64_t to)
{
	return (int64_t)(to - from) * t->us_per_tick;
}

/* The counter's rate, over a while that is long enough for six digits. */
static double ticks_measure(void)
{
	struct clock_pair first = clock_now(), now;

	do
		now = clock_now();
	while (now.ns - first.ns < 20000000);
	return (now.ns - first.ns) / 1e3 / (now.tsc - first.tsc);
}

static void print_result(FILE *out, int64_t result)
{
	const char *name = NULL;

	if (result < 0 && result >= -4095)
		name = strerrorname_np(-result);
	if (name)
		fprintf(out, "-%s", name);
	else
		fprintf(out, "%lld", (long long)result);
}

static void print_call(struct trace *t, const struct call *call)
{
	char name[24], thread[32];
	unsigned int i;

	tasks_look(&t->tasks, call->pid, call->tid);
	snprintf(thread, sizeof(thread), "%s/%u",
		 tasks_name(&t->tasks, call->tid), call->tid);
	fprintf(t->out, "%12.1f  %-20s %-10s %-14s ",
		trace_us(t, t->begin.tsc, call->claimed), thread, call->service,
		call_name(call->nr, name, sizeof(name)));
	if (call->before && call->before <= call->claimed)
		fprintf(t->out, "%10.1f",
			trace_us(t, call->before, call->claimed));
	else
		fprintf(t->out, "%10s", "-");
	fprintf(t->out, " %10.1f  ", trace_us(t, call->claimed, call->done));
	for (i = 0; call->nr_spans > 1 && i < call->nr_spans; i++)
		fprintf(t->out, "%s %.1f%s", i % 2 ? "blocked" : "ran",
			trace_us(t, call->begins[i], call_span_end(call, i)),
			i + 1 < call->nr_spans ? ", " : "  ");
	fputs("= ", t->out);
	print_result(t->out, call->result);
	fputc('\n', t->out);
}

static void trace_gather(const struct vsys_session_record *record, void *arg)
{
	struct trace *t = arg;

	t->record = xgrow(t->record, t->nr, sizeof(*t->record));
	t->record[t->nr++] = *record;
}

static int earlier(const void *a, const void *b)
{
	const struct vsys_session_record *x = a, *y = b;

	return x->record.tsc < y->record.tsc ? -1 :
					       x->record.tsc > y->record.tsc;
}

/* They come one channel after the other, and are wanted as they happened. */
static void trace_read(struct trace *t)
{
	const struct call *call;
	size_t i;

	t->nr = 0;
	session_records(&t->session, trace_gather, t);
	if (t->nr)
		qsort(t->record, t->nr, sizeof(*t->record), earlier);
	for (i = 0; i < t->nr; i++) {
		call = timeline_add(&t->timeline, &t->record[i]);
		if (call && t->shown < t->most) {
			t->shown++;
			print_call(t, call);
		}
	}
}

static bool trace_start(struct trace *t, char **command)
{
	static struct events events;
	int err;

	/* Before there is a session whose members' children are members, too. */
	if (!program_open(&t->program, command, 0))
		return false;
	events_parse(&events, "task-clock"); /* a session counts something */
	err = session_begin(&t->session, &events,
			    VSYS_SESSION_INHERIT | VSYS_SESSION_RECORDS |
				    VSYS_COUNT_TRACE,
			    0);
	if (err) {
		say("nothing to trace: %s", session_why(err));
		return false;
	}
	err = session_add(&t->session, t->program.pid);
	if (err)
		say("the program cannot be traced: %s", strerror(-err));
	return !err;
}

static void trace_run(struct trace *t)
{
	struct pollfd records = { .fd = t->session.fd, .events = POLLIN };

	fprintf(t->out, "%12s  %-20s %-10s %-14s %10s %10s\n", "at, us",
		"thread", "domain", "call", "since, us", "took, us");
	while (program_wait(&t->program, &records, 1, READ_MS))
		trace_read(t);
	if (t->program.signal)
		program_settle(&t->program);
	session_stop(&t->session);
	trace_read(t);
	if (t->timeline.lost)
		say("%llu records were lost, there was no room for them",
		    t->timeline.lost);
	if (!t->timeline.nr)
		say("no call went to a service domain");
}

static int trace_option(int option, void *arg)
{
	struct trace *t = arg;

	if (option == 'n')
		return option_number("number of calls", 1, ~0ull, &t->most);
	t->out = fopen(optarg, "we");
	return t->out ? 0 :
			say_exit(COMMAND_FAILED, "%s: %s", optarg,
				 strerror(errno));
}

int cmd_trace(int argc, char **argv)
{
	static const struct option list[] = {
		{ "number", required_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct trace t = { .session.fd = -1, .most = ~0ull, .out = stderr };
	int status = options_parse(argc, argv, "+n:o:", list, trace_option, &t);
	bool ok;

	if (status)
		return status;
	if (optind == argc)
		return say_usage("trace: want a command");
	t.us_per_tick = ticks_measure();
	ok = trace_start(&t, argv + optind);
	t.begin = clock_now();
	ok = ok && program_go(&t.program);
	if (ok)
		trace_run(&t);
	session_close(&t.session);
	free(t.record);
	timeline_free(&t.timeline);
	tasks_free(&t.tasks);
	if (!ok)
		return t.program.failure ?: COMMAND_FAILED;
	return program_end(&t.program);
}
