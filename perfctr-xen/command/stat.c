// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen stat: what a program costs, by domain. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/command.h"
#include "base/memory.h"
#include "base/seconds.h"
#include "base/text.h"
#include "commands.h"
#include "local.h"
#include "options.h"
#include "program.h"
#include "session.h"
#include "show.h"
#include "threads.h"
#include "trial.h"

struct stat_options {
	struct events events;
	bool chosen; /* events were named */
	pid_t pid;   /* 0: the command is what is measured */
	pid_t tid;   /* of that process this thread alone; 0: all of it */
	bool by_thread, by_call;
	unsigned long long repeat;
	enum { FORM_TABLE, FORM_JSON, FORM_CSV } form;
	const char *file;
	char **command; /* NULL: there is none */
};

enum { OPTION_THREAD = 256, OPTION_CALL, OPTION_JSON, OPTION_CSV };

static const struct option stat_list[] = {
	{ "event", required_argument, NULL, 'e' },
	{ "pid", required_argument, NULL, 'p' },
	{ "tid", required_argument, NULL, 't' },
	{ "per-thread", no_argument, NULL, OPTION_THREAD },
	{ "by-call", no_argument, NULL, OPTION_CALL },
	{ "repeat", required_argument, NULL, 'r' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "csv", no_argument, NULL, OPTION_CSV },
	{ "output", required_argument, NULL, 'o' },
	{ 0 },
};

static int stat_option(int option, void *arg)
{
	struct stat_options *o = arg;

	switch (option) {
	case 'e':
		o->chosen = true;
		return events_parse(&o->events, optarg) ? 0 : COMMAND_USAGE;
	case 'p':
		return option_pid(&o->pid);
	case 't':
		return option_pid(&o->tid);
	case 'r':
		return option_number("number of runs", 1, 10000, &o->repeat);
	case 'o':
		o->file = optarg;
		return 0;
	case OPTION_THREAD:
		o->by_thread = true;
		return 0;
	case OPTION_CALL:
		o->by_call = true;
		return 0;
	case OPTION_JSON:
		o->form = FORM_JSON;
		return 0;
	case OPTION_CSV:
		o->form = FORM_CSV;
		return 0;
	}
	return 0;
}

/* Options that make no sense together. */
static int stat_together(struct stat_options *o)
{
	if (o->pid && o->tid)
		return say_usage("stat: -p or -t, not both");
	if ((o->pid || o->tid) && o->repeat > 1)
		return say_usage(
			"stat: -r runs a command again and again, it does not go with -p or -t");
	if (o->by_thread && o->repeat > 1)
		return say_usage(
			"stat: --per-thread does not go with -r: no two runs have the same threads");
	if (o->tid && (o->by_thread || o->by_call))
		return say_usage(
			"stat: --per-thread and --by-call are of processes, they do not go with -t");
	return 0;
}

static int stat_parse(int argc, char **argv, struct stat_options *o)
{
	int status = options_parse(argc, argv, "+e:p:t:r:o:", stat_list,
				   stat_option, o);

	if (status)
		return status;
	o->command = optind < argc ? argv + optind : NULL;
	if (!o->command && !o->pid && !o->tid)
		return say_usage("stat: want a command, -p PID or -t TID");
	status = stat_together(o);
	if (status || !o->tid)
		return status;
	o->pid = tasks_process(o->tid);
	return o->pid ? 0 :
			say_exit(COMMAND_FAILED, "there is no thread %d",
				 o->tid);
}

/* ---- One run ---------------------------------------------------------------- */

struct stat_run {
	const struct stat_options *options;
	struct program program;
	struct session session;
	struct local local;
	struct family family; /* with --per-thread or -t */
	struct threads threads;
	double begin;
	struct result *result;
};

static bool stat_session(struct stat_run *run)
{
	const struct stat_options *o = run->options;

	return session_count(&run->session, run->result->events,
			     (o->tid ? 0 : VSYS_SESSION_INHERIT) |
				     (o->by_call ? VSYS_COUNT_BY_CALL : 0),
			     0, run->program.subject);
}

static int stat_thread(pid_t pid, pid_t tid, void *arg)
{
	struct stat_run *run = arg;
	const struct stat_options *o = run->options;
	int err = 0;

	/*
	 * In this order: what it makes meanwhile may be in the whole alone, but
	 * never in a count of its own alone.
	 */
	if (!local_add(&run->local, tid))
		return -EIO;
	if (o->by_thread)
		err = threads_add(&run->threads, pid, tid);
	if (!err && (o->by_thread || o->tid))
		err = family_add(&run->family, pid, tid, !o->tid);
	if (!err || err == -ESRCH)
		return 0; /* or it has just ended */
	say("thread %d: %s", tid, local_why(err));
	return err;
}

static bool stat_local(struct stat_run *run)
{
	const struct stat_options *o = run->options;
	pid_t pid = run->program.subject;
	int err;

	local_init(&run->local, run->result->events,
		   (o->pid ? 0 : COUNT_FROM_EXEC) |
			   (o->tid ? 0 : COUNT_CHILDREN));
	if (o->by_thread)
		threads_init(&run->threads, &run->local, &run->family,
			     run->result);
	if (o->pid && !o->tid)
		err = tasks_each(pid, stat_thread, run);
	else
		err = stat_thread(pid, o->tid ?: pid, run);
	if (err == -ESRCH)
		say("there is no process %d", pid);
	return !err;
}

static void stat_wait(struct stat_run *run)
{
	const struct stat_options *o = run->options;
	struct family *family = &run->family;

	if (o->pid) {
		local_enable(&run->local);
		threads_enable(&run->threads);
	}
	while (program_wait(&run->program, family->poll, family->nr, -1))
		if (!family_drain(family) && o->tid && !o->command)
			break; /* the thread has ended, its process goes on */
	run->result->seconds = now_seconds() - run->begin;
	if (run->program.signal)
		program_settle(&run->program);
	run->result->status = run->program.status;
}

static void drop_threads(struct result *r)
{
	unsigned int i, kept = 0;

	for (i = 0; i < r->nr_rows; i++)
		if (r->row[i]->kind == ROW_THREAD)
			free(r->row[i]);
		else
			r->row[kept++] = r->row[i];
	r->nr_rows = kept;
}

static void stat_collect(struct stat_run *run)
{
	bool by_thread = run->options->by_thread;
	int err;

	/* Threads first: they may run, and none has done more than all. */
	if (by_thread)
		threads_result(&run->threads);
	local_result(&run->local, run->result);
	if (by_thread)
		threads_rest(&run->threads, run->program.subject);
	if (!run->session.error) {
		/* Accounts and totals of the same time. */
		session_stop(&run->session);
		err = session_result(&run->session, run->result);
		if (err)
			say("reading what the service domains counted: %s",
			    strerror(-err));
	}
	if (!by_thread)
		drop_threads(run->result);
	result_sort(run->result);
}

/* Does any domain count any of it? */
static bool stat_counts(const struct stat_run *run)
{
	unsigned int e;

	for (e = 0; e < run->result->events->nr; e++)
		if (!run->local.no_counter[e])
			return true;
	if (run->session.nr_anchors)
		return true;
	say("%s: %s", run->result->events->event[0].name, local_why(-ENOENT));
	return false;
}

static bool stat_once(struct stat_run *run)
{
	const struct stat_options *o = run->options;
	bool ok;

	run->session.fd = -1;
	ok = program_open(&run->program, o->command, o->pid) &&
	     stat_session(run) && stat_local(run) && stat_counts(run);
	run->begin = now_seconds();
	ok = ok && program_go(&run->program);
	if (ok) {
		stat_wait(run);
		stat_collect(run);
	}
	threads_close(&run->threads);
	family_close(&run->family);
	local_close(&run->local);
	session_close(&run->session);
	return ok;
}

/* ---- The command -------------------------------------------------------------- */

static FILE *stat_output(const struct stat_options *o)
{
	FILE *out;

	/* Tables beside the program's own output, as perf has them. */
	if (!o->file)
		return o->form == FORM_TABLE ? stderr : stdout;
	out = fopen(o->file, "we");
	if (!out)
		say("%s: %s", o->file, strerror(errno));
	return out;
}

static bool stat_show(const struct stat_options *o, const struct runs *runs,
		      FILE *out)
{
	bool ok = true;

	if (o->form == FORM_JSON)
		ok = show_json(out, runs);
	else if (o->form == FORM_CSV)
		show_csv(out, runs);
	else
		show_tables(out, runs);
	if (fflush(out) || ferror(out)) {
		say("%s: %s", o->file ? o->file : "output", strerror(errno));
		ok = false;
	}
	return ok;
}

static char *stat_title(const struct stat_options *o)
{
	char *title, *longer;
	char **word;

	if (o->tid)
		return xprintf("thread %d of process %d", o->tid, o->pid);
	if (o->pid)
		return xprintf("process %d", o->pid);
	title = xprintf("%s", o->command[0]);
	for (word = o->command + 1; *word; word++) {
		longer = xprintf("%s %s", title, *word);
		free(title);
		title = longer;
	}
	text_clean(title);
	return title;
}

int cmd_stat(int argc, char **argv)
{
	struct stat_options o = { .repeat = 1 };
	int status = stat_parse(argc, argv, &o);
	struct stat_run run = { .options = &o };
	struct runs runs = { 0 };
	FILE *out;
	unsigned int i;
	bool ok = true;

	if (status)
		return status;
	out = stat_output(&o);
	if (!out)
		return COMMAND_FAILED;
	if (!o.chosen)
		default_events(&o.events, o.by_thread ? 2 : 1);
	runs.title = stat_title(&o);
	for (i = 0; ok && i < o.repeat && !run.program.signal; i++) {
		run.result = result_new(&o.events);
		run.result->tid = o.tid;
		ok = stat_once(&run);
		if (!ok)
			break;
		status = program_end(&run.program);
		runs.run = xgrow(runs.run, runs.nr, sizeof(*runs.run));
		runs.run[runs.nr++] = run.result;
		if (run.session.error)
			runs.no_services = session_why(run.session.error);
	}
	if (!ok && !runs.nr)
		return run.program.failure ?: COMMAND_FAILED;
	if (!stat_show(&o, &runs, out))
		return COMMAND_FAILED;
	return ok ? status : run.program.failure ?: COMMAND_FAILED;
}
