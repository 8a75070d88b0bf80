// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what a call costs, without a clock.  A program makes calls under the
 * library, another process is the service, and this one plays vsysfront and
 * looks at every instruction.  What is counted, and what not: README.md.
 *
 *	count LIBRARY ROUTES		lines: host NAME MEASURE NUMBER
 *	count --functions NAME LIBRARY ROUTES
 *
 * Beside it lie the two, program and service.
 */
#include <err.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "steps.h"
#include "turns.h"

static struct traced program, service;
static char here[PATH_MAX], library[PATH_MAX], routes[PATH_MAX];
static void (*serve)(void);
static const char *wanted;		/* --functions: of this one */
static struct symbols symbols;

/* ---- processes ---------------------------------------------------------- */

static long crossings;

static void serve_at_once(void)
{
	traced_run(&service, NULL);
	if (service.mark != MARK_IDLE)
		errx(1, "the service has ended");
	crossings++;
}

static void program_calls(struct traced *t, struct traced_call *call)
{
	device_call(t, call, serve);
}

static void start_service(char *what)
{
	static char file[PATH_MAX + 16];
	char *const argv[] = { file, what, NULL }, *const env[] = { NULL };

	device_clear();
	snprintf(file, sizeof(file), "%s/service", here);
	service = (struct traced){ 0 };
	traced_start(&service, argv, env);
	traced_run(&service, NULL);
	traced_object(&service, "/service");
}

static void start_program(void)
{
	static char file[PATH_MAX + 16], preload[PATH_MAX + 16],
		    way[PATH_MAX + 16];
	char *const argv[] = { file, NULL };
	char *const env[] = { preload, way, NULL };

	snprintf(file, sizeof(file), "%s/program", here);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library);
	snprintf(way, sizeof(way), "VIRTUOS_ROUTES=%s", routes);
	program = (struct traced){
		.call = program_calls,
		.called = device_called,
	};
	serve = serve_at_once;
	traced_start(&program, argv, env);
	traced_run(&program, NULL);
	if (program.mark != MARK_READY)
		errx(1, "the program has ended");
	traced_object(&program, strrchr(library, '/'));
}

/* ---- counts ------------------------------------------------------------- */

/*
 * Of a name, what was counted the last time and the time before.  They are the
 * same, or the count says nothing.
 */
struct last {
	char name[64];
	struct counts counts, before;
	struct lines lines, lines_before;
	int made;		/* calls that vsysfront has submitted */
};

static void print(const struct last *last, const char *measure, long count)
{
	if (!wanted)
		printf("host %s %s %ld\n", last->name, measure, count);
}

static void print_part(const struct last *last)
{
	if (memcmp(&last->counts, &last->before, sizeof(last->counts)))
		errx(1, "%s: %ld instructions, and then %ld", last->name,
		     last->before.instructions, last->counts.instructions);
	print(last, "instructions", last->counts.instructions);
	print(last, "locked", last->counts.locked);
	if (wanted && !strcmp(last->name, wanted))
		symbols_print(&symbols);
}

static void print_call(const struct last *last)
{
	print_part(last);
	print(last, "leaves", last->counts.leaves);
	print(last, "traps", last->counts.traps);
	print(last, "crossings", last->counts.crossings);
}

/*
 * What vsysfront does with the lines is not seen: calls that it submits, all of
 * them or a close, are left out, and those that do not cross.
 */
static void print_lines(const struct last *last)
{
	if (last->made || !last->lines.transfers)
		return;
	if (memcmp(&last->lines, &last->lines_before, sizeof(last->lines)))
		errx(1, "%s: %ld transfers, and then %ld", last->name,
		     last->lines_before.transfers, last->lines.transfers);
	print(last, "transfers", last->lines.transfers);
	print(last, "upgrades", last->lines.upgrades);
}

static void count_steps(struct traced *t, struct last *last)
{
	struct symbols *breakdown = NULL;

	if (wanted && !strcmp(last->name, wanted))
		breakdown = &symbols;
	symbols_clear(&symbols);
	crossings = 0;
	last->before = last->counts;
	last->counts = steps_count(t, serve, breakdown);
	last->counts.crossings = crossings;
}

static void count_turns(struct traced *t, struct last *last)
{
	(void)t;
	device_made = 0;
	last->lines_before = last->lines;
	last->lines = turns_count();
	last->made = device_made;
}

/* Each name's rounds, to the end of the process. */
static void count_all(struct traced *t,
		      void (*count)(struct traced *t, struct last *last),
		      void (*print)(const struct last *last))
{
	struct last last = { 0 };
	char name[64] = "";

	for (;;) {
		traced_run(t, NULL);
		if (t->mark != MARK_GONE)
			traced_string(t, t->name, name, sizeof(name));
		if (last.name[0] &&
		    (t->mark == MARK_GONE || strcmp(name, last.name)))
			print(&last);
		if (t->mark == MARK_GONE)
			return;
		strcpy(last.name, name);
		count(t, &last);
	}
}

static void count_calls(void)
{
	start_service("answer");
	start_program();
	count_all(&program, count_steps, print_call);
	traced_end(&service);
}

static void count_lines(void)
{
	start_service("answer");
	start_program();
	turns_begin(&program, &service);
	serve = turns_serve;
	count_all(&program, count_turns, print_lines);
	traced_end(&service);
}

static void count_parts(void)
{
	start_service("parts");
	serve = NULL;
	count_all(&service, count_steps, print_part);
}

static bool is_part(const char *name)
{
	return !strncmp(name, "ring-", 5) || !strncmp(name, "check-", 6) ||
	       !strcmp(name, "known");
}

static void break_down(void)
{
	char file[PATH_MAX + 16];

	snprintf(file, sizeof(file), "%s/service", here);
	symbols_read(&symbols, is_part(wanted) ? file : library);
	if (is_part(wanted))
		count_parts();
	else
		count_calls();
	if (!symbols.printed)
		errx(1, "nothing is called %s", wanted);
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "--functions"))
		wanted = argv[2];
	if (argc != (wanted ? 5 : 3))
		errx(2, "usage: count [--functions NAME] LIBRARY ROUTES");
	if (!realpath(argv[argc - 2], library))
		err(1, "%s", argv[argc - 2]);
	if (!realpath(argv[argc - 1], routes))
		err(1, "%s", argv[argc - 1]);
	if (!realpath(argv[0], here))
		err(1, "%s", argv[0]);
	dirname(here);
	device_begin();
	if (wanted) {
		break_down();
		return 0;
	}
	count_calls();
	count_lines();
	count_parts();
	return 0;
}
