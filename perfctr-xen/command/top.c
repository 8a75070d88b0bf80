// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen top: what programs cost now, by domain. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/memory.h"
#include "base/screen.h"
#include "base/seconds.h"
#include "base/table.h"
#include "base/text.h"
#include "commands.h"
#include "local.h"
#include "options.h"
#include "session.h"
#include "watch.h"

#define PIDS_MAX 64u

struct top_options {
	struct events events;
	double delay;
	unsigned long long iterations;
	bool threads;
	unsigned int nr_pids;
	pid_t pid[PIDS_MAX];
};

static const struct option top_list[] = {
	{ "event", required_argument, NULL, 'e' },
	{ "delay", required_argument, NULL, 'd' },
	{ "number", required_argument, NULL, 'n' },
	{ "pid", required_argument, NULL, 'p' },
	{ "threads", no_argument, NULL, 't' },
	{ 0 },
};

/* A process that is named twice is one. */
static int top_pid(struct top_options *o)
{
	unsigned int i;
	pid_t pid;
	int status = option_pid(&pid);

	for (i = 0; i < o->nr_pids && o->pid[i] != pid; i++)
		;
	if (status || i < o->nr_pids)
		return status;
	if (o->nr_pids == PIDS_MAX)
		return say_usage("top: at most %u processes", PIDS_MAX);
	o->pid[o->nr_pids++] = pid;
	return 0;
}

static int top_option(int option, void *arg)
{
	struct top_options *o = arg;

	switch (option) {
	case 'e':
		return option_event(&o->events);
	case 'd':
		return option_seconds(0.01, &o->delay);
	case 'n':
		return option_number("number of times", 1, ~0ull,
				     &o->iterations);
	case 'p':
		return top_pid(o);
	case 't':
		o->threads = true;
		return 0;
	}
	return 0;
}

/* ---- Lines -------------------------------------------------------------------- */

struct line {
	pid_t pid, tid;
	const char *name;
	double rate[DOMAINS_MAX], calls[DOMAINS_MAX], sum;
};

struct lines {
	unsigned int nr;
	struct line *line;
};

static struct line *lines_get(struct lines *l, const struct watched *t,
			      bool threads)
{
	struct line *line;
	unsigned int i;

	for (i = 0; i < l->nr; i++) {
		line = &l->line[i];
		if (line->pid == t->pid && (!threads || line->tid == t->tid))
			return line;
	}
	l->line = xgrow(l->line, l->nr, sizeof(*l->line));
	line = &l->line[l->nr++];
	*line = (struct line){ .pid = t->pid, .tid = t->tid, .name = t->name };
	return line;
}

static void lines_add(struct lines *l, const struct watch *w,
		      const struct watched *t, double seconds)
{
	struct line *line = lines_get(l, t, w->threads);
	unsigned int d;
	double rate;

	for (d = 0; d < w->nr_domains; d++) {
		rate = (t->value[d] - t->before[d]) / seconds;
		line->rate[d] += rate;
		line->sum += rate;
		line->calls[d] += (t->calls[d] - t->calls_before[d]) / seconds;
	}
}

static int busiest_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum > y->sum ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void add_rate(struct table *t, const struct watch *w, double rate)
{
	char text[48];

	if (event_is_time(w->event))
		table_add(t, "%.1f%%", rate / 1e7);
	else
		table_add(t, "%s", text_thousands(rate, text));
}

static void lines_table(const struct lines *l, const struct watch *w,
			struct table *t)
{
	unsigned int i, d;

	table_init(t, 2 + w->nr_domains * 2, "lr");
	table_add(t, w->threads ? "thread" : "process");
	table_add(t, "number");
	for (d = 0; d < w->nr_domains; d++) {
		table_add(t, "%s", w->domain[d]);
		if (d)
			table_add(t, "calls/s");
	}
	table_add(t, "sum");
	for (i = 0; i < l->nr; i++) {
		const struct line *line = &l->line[i];

		table_add(t, "%s", line->name);
		table_add(t, "%d", w->threads ? line->tid : line->pid);
		for (d = 0; d < w->nr_domains; d++) {
			add_rate(t, w, line->rate[d]);
			if (d)
				table_add(t, "%.0f", line->calls[d]);
		}
		add_rate(t, w, line->sum);
	}
}

static void show(const struct watch *w, struct table *t, const char *note)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		table_free(t);
		return;
	}
	fprintf(out, "%s, %s of %u %s%s%s\n", w->event->name,
		event_is_time(w->event) ? "percent of a processor" : "a second",
		w->nr, w->nr == 1 ? "thread" : "threads", note ? "; " : "",
		note ? note : "");
	table_print(t, out);
	fclose(out);
	screen_show(text, 1, false); /* the busiest come first */
}

/* ---- The command ------------------------------------------------------------------ */

static void top_once(const struct top_options *o, struct watch *w,
		     double *before, const char *note)
{
	struct lines lines = { 0 };
	struct table table;
	double now;
	unsigned int i;

	for (i = 0; i < o->nr_pids; i++)
		watch_process(w, o->pid[i]);
	if (!o->nr_pids)
		watch_all(w);
	watch_read(w);
	now = now_seconds();
	if (*before) {
		for (i = 0; i < w->nr; i++)
			lines_add(&lines, w, &w->thread[i], now - *before);
		if (lines.nr)
			qsort(lines.line, lines.nr, sizeof(*lines.line),
			      busiest_first);
		lines_table(&lines, w, &table);
		if (!w->nr && !note)
			note = "no process has a channel to a service domain";
		show(w, &table, note);
		free(lines.line);
	}
	*before = now;
}

static int top_no_screen(void)
{
	const char *term = getenv("TERM");

	if (!term)
		return say_exit(COMMAND_FAILED,
				"top: TERM is not set; it names the terminal");
	return say_exit(COMMAND_FAILED,
			"top: \"%s\", by TERM, is no terminal to draw on",
			term);
}

static int top_run(const struct top_options *o, struct watch *w,
		   const char *note)
{
	unsigned long long i;
	double before = 0;

	if (!screen_open(false)) {
		screen_close();
		return top_no_screen();
	}
	top_once(o, w, &before, note);
	for (i = 0; i < o->iterations && screen_wait(o->delay) &&
		    (w->nr || !o->nr_pids);
	     i++)
		top_once(o, w, &before, note);
	screen_close();
	return COMMAND_OK;
}

/* Whoever is named must be there, and nobody else's to count. */
static int top_join(const struct top_options *o, struct session *s)
{
	unsigned int i;
	int err;

	for (i = 0; i < o->nr_pids; i++) {
		if (kill(o->pid[i], 0) && errno == ESRCH)
			return say_exit(COMMAND_FAILED, "no process %d",
					o->pid[i]);
		err = s ? session_add(s, o->pid[i]) : 0;
		if (err && err != -ESRCH)
			return say_exit(COMMAND_FAILED, "process %d: %s",
					o->pid[i], session_why(err));
	}
	return COMMAND_OK;
}

int cmd_top(int argc, char **argv)
{
	struct top_options o = { .delay = 2, .iterations = ~0ull };
	struct watch watch = { 0 };
	struct session session;
	int status = options_parse(argc, argv, "e:d:n:p:t", top_list,
				   top_option, &o);
	int err;

	if (status)
		return status;
	if (optind < argc)
		return say_usage("top: what is \"%s\"?", argv[optind]);
	if (!o.events.nr)
		events_parse(&o.events, "task-clock");
	err = session_begin(&session, &o.events, VSYS_SESSION_INHERIT, 0);
	if (err && !o.nr_pids)
		return say_exit(COMMAND_FAILED, "%s", session_why(err));
	watch.event = &o.events.event[0];
	watch.threads = o.threads;
	watch.session = err ? NULL : &session;
	status = top_join(&o, watch.session);
	if (status == COMMAND_OK)
		status = top_run(&o, &watch, err ? "this domain alone" : NULL);
	watch_free(&watch);
	session_close(&session);
	return status;
}
