// SPDX-License-Identifier: GPL-2.0-only
/* perfctr-xen report: what a recording shows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/text.h"
#include "commands.h"
#include "flame.h"
#include "options.h"
#include "profile.h"
#include "samples.h"
#include "stacks.h"

struct report_options {
	const char *file;
	enum { AS_TABLE, AS_FOLDED, AS_SCRIPT, AS_FLAME, AS_JSON } as;
	const char *picture;
	bool chains;
	const char *comms, *domains; /* lists of names; NULL: all */
	struct profile profile;
};

enum {
	OPTION_SORT = 256,
	OPTION_COMMS,
	OPTION_DOMAINS,
	OPTION_FOLDED,
	OPTION_SCRIPT,
	OPTION_FLAME,
	OPTION_JSON
};

static const struct option report_list[] = {
	{ "input", required_argument, NULL, 'i' },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "comms", required_argument, NULL, OPTION_COMMS },
	{ "domains", required_argument, NULL, OPTION_DOMAINS },
	{ "call-graph", no_argument, NULL, 'g' },
	{ "folded", no_argument, NULL, OPTION_FOLDED },
	{ "script", no_argument, NULL, OPTION_SCRIPT },
	{ "flamegraph", required_argument, NULL, OPTION_FLAME },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ 0 },
};

static int report_option(int option, void *arg)
{
	struct report_options *o = arg;

	switch (option) {
	case 'i':
		o->file = optarg;
		return 0;
	case 'g':
		o->chains = true;
		return 0;
	case OPTION_SORT:
		return profile_sort(&o->profile, optarg) ? 0 : COMMAND_USAGE;
	case OPTION_COMMS:
		o->comms = optarg;
		return 0;
	case OPTION_DOMAINS:
		o->domains = optarg;
		return 0;
	case OPTION_FOLDED:
		o->as = AS_FOLDED;
		return 0;
	case OPTION_SCRIPT:
		o->as = AS_SCRIPT;
		return 0;
	case OPTION_FLAME:
		o->as = AS_FLAME;
		o->picture = optarg;
		return 0;
	case OPTION_JSON:
		o->as = AS_JSON;
		return 0;
	}
	return 0;
}

/* ---- Which samples ------------------------------------------------------------- */

struct choice {
	const struct report_options *o;
	void (*use)(const struct sample *sample, void *arg);
	void *arg;
	uint64_t samples;
};

static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name), n;

	for (; list; list = list[n] ? list + n + 1 : NULL) {
		n = strcspn(list, ",");
		if (n == length && !memcmp(list, name, n))
			return true;
	}
	return false;
}

static void choose(const struct sample *sample, void *arg)
{
	struct choice *c = arg;

	if ((c->o->comms && !listed(c->o->comms, sample->comm)) ||
	    (c->o->domains && !listed(c->o->domains, sample->domain)))
		return;
	c->samples++;
	c->use(sample, c->arg);
}

/* False: said that there are none.  info: speaks of those that are shown. */
static bool chosen_each(const struct report_options *o, const struct file *f,
			struct samples_info *info,
			void (*use)(const struct sample *, void *), void *arg)
{
	struct choice choice = { o, use, arg, 0 };
	size_t n = strlen(info->command);

	samples_each(f, choose, &choice);
	if (!o->comms && !o->domains)
		return true;
	if (!choice.samples) {
		say("report: no sample is of %s%s%s", o->comms ? o->comms : "",
		    o->comms && o->domains ? " in " : "",
		    o->domains ? o->domains : "");
		return false;
	}
	info->samples = choice.samples;
	snprintf(info->command + n, sizeof(info->command) - n,
		 " (of these, %s%s%s)", o->comms ? o->comms : "",
		 o->comms && o->domains ? " in " : "",
		 o->domains ? o->domains : "");
	text_clean(info->command);
	return true;
}

/* ---- As perf script --------------------------------------------------------------- */

struct script {
	const struct samples_info *info;
};

static void script_sample(const struct sample *s, void *arg)
{
	const struct script *script = arg;
	const struct frame *frame;
	unsigned int i;

	/* The tools know one kind of thread: the domain goes to its name. */
	printf("%s/%s %u/%u [%03u] %llu.%06llu: %llu %s:\n", s->domain, s->comm,
	       s->pid, s->tid, s->cpu, (unsigned long long)(s->ns / 1000000000),
	       (unsigned long long)(s->ns / 1000 % 1000000),
	       (unsigned long long)s->period, script->info->event);
	for (i = 0; i < s->nr; i++) {
		frame = &s->frame[i];
		printf("\t%16llx %s+0x%llx (%s)\n",
		       (unsigned long long)frame->address, frame->symbol,
		       (unsigned long long)frame->offset, frame->dso);
	}
	putchar('\n');
}

/* ---- Stacks ------------------------------------------------------------------------ */

static void stack_use(const struct sample *sample, void *arg)
{
	stack_sample(arg, sample);
}

static bool report_flame(const struct stack *root, const char *title,
			 const char *name)
{
	FILE *out = fopen(name, "we");
	bool ok = out;

	if (out) {
		flame_draw(root, title, out);
		ok = !ferror(out);
		ok &= !fclose(out);
	}
	if (!ok)
		say("%s: %s", name, strerror(errno));
	return ok;
}

static int report_stacks(const struct report_options *o, const struct file *f,
			 struct samples_info *info)
{
	struct stack root = { .name = "all" };
	char title[400];
	bool ok;

	ok = chosen_each(o, f, info, stack_use, &root);
	snprintf(title, sizeof(title), "%s: %llu samples of %s", info->command,
		 (unsigned long long)info->samples, info->event);
	text_clean(title); /* it may be cut within a letter */
	if (ok && o->as == AS_FOLDED)
		stack_fold(&root, stdout);
	else if (ok)
		ok = report_flame(&root, title, o->picture);
	stack_free(&root);
	return ok ? COMMAND_OK : COMMAND_FAILED;
}

/* ---- The command --------------------------------------------------------------------- */

static int report_table(struct report_options *o, const struct file *f,
			struct samples_info *info)
{
	bool ok;

	o->profile.chains = o->chains;
	ok = chosen_each(o, f, info, profile_sample, &o->profile);
	if (ok && o->as == AS_JSON)
		profile_json(&o->profile, info, stdout);
	else if (ok)
		profile_table(&o->profile, info, stdout);
	profile_free(&o->profile);
	return ok ? COMMAND_OK : COMMAND_FAILED;
}

static int report_file(struct report_options *o, const struct file *f)
{
	struct samples_info info;
	struct script script = { &info };

	samples_info(f, &info);
	switch (o->as) {
	case AS_FOLDED:
	case AS_FLAME:
		return report_stacks(o, f, &info);
	case AS_SCRIPT:
		return chosen_each(o, f, &info, script_sample, &script) ?
			       COMMAND_OK :
			       COMMAND_FAILED;
	default:
		return report_table(o, f, &info);
	}
}

int cmd_report(int argc, char **argv)
{
	struct report_options o = { .file = FILE_DEFAULT };
	struct file f;
	int status = options_parse(argc, argv, "i:g", report_list,
				   report_option, &o);

	if (status)
		return status;
	if (optind < argc)
		return say_usage(
			"report: what is \"%s\"? (a recording is named by -i)",
			argv[optind]);
	if (!o.profile.nr_fields)
		profile_sort(&o.profile, "domain,comm,dso,symbol");
	if (!file_load(&f, o.file)) {
		say("%s", f.error);
		status = COMMAND_FAILED;
	} else {
		status = report_file(&o, &f);
	}
	file_free(&f);
	if (fflush(stdout) || ferror(stdout))
		return say_exit(COMMAND_FAILED, "output: %s", strerror(errno));
	return status;
}
