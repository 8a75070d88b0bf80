// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/text.h"
#include "addresses.h"
#include "callname.h"
#include "clock.h"
#include "dso.h"
#include "intern.h"
#include "maps.h"
#include "samples.h"
#include "tasks.h"

#define UNKNOWN "[unknown]"

/* A record that has a place in time. */
struct moment {
	uint64_t ns;
	const struct file_record *record;
};

struct reader {
	struct samples_info info;
	struct clock clock;
	unsigned int nr;
	struct moment *moment;
	struct tasks tasks;
	struct maps maps;
	struct addresses addresses;	   /* with symbols */
	const struct file_symbol **symbol; /* by index in them */
	struct sample sample;
	void (*use)(const struct sample *sample, void *arg);
	void *arg;
};

/* ---- What the file says of itself -------------------------------------------- */

static void info_record(struct samples_info *info, const struct file_record *r)
{
	const struct file_domain *domain = (const void *)r;
	const struct file_event *event = (const void *)r;
	const struct file_lost *lost = (const void *)r;
	const struct file_text *text = (const void *)r;
	const struct file_end *end = (const void *)r;
	size_t n = strlen(info->command);

	switch (r->kind) {
	case FILE_COMMAND:
		snprintf(info->command + n, sizeof(info->command) - n, "%s%s",
			 n ? " " : "", text->text);
		break;
	case FILE_EVENT:
		info->event = intern(event->name);
		info->period = event->period;
		info->frequency = event->frequency;
		break;
	case FILE_DOMAIN:
		info->domain[info->nr_domains++] = intern(domain->name);
		break;
	case FILE_LOST:
		info->lost += lost->samples;
		info->lost_of[lost->domain] += lost->samples;
		break;
	case FILE_END:
		info->samples = end->samples;
		break;
	}
}

void samples_info(const struct file *f, struct samples_info *info)
{
	const struct file_record *r = NULL;

	memset(info, 0, sizeof(*info));
	while ((r = file_next(f, r)))
		info_record(info, r);
	text_clean(info->command);
}

/* ---- The order of time ----------------------------------------------------------- */

static void reader_clock(struct reader *reader, const struct file *f)
{
	const struct file_record *r = NULL;
	const struct file_clock *c;

	while ((r = file_next(f, r)))
		if (r->kind == FILE_CLOCK) {
			c = (const void *)r;
			clock_add(&reader->clock,
				  (struct clock_pair){ c->tsc, c->ns });
		}
}

static void add_symbol(struct reader *reader, const struct file_symbol *symbol)
{
	bool is_new;
	unsigned int i = addresses_add(&reader->addresses, symbol->domain,
				       symbol->address, &is_new);

	if (!is_new)
		return;
	reader->symbol = xgrow(reader->symbol, i, sizeof(*reader->symbol));
	reader->symbol[i] = symbol;
}

static bool record_time(struct reader *reader, const struct file_record *r,
			uint64_t *ns)
{
	const struct file_sample *sample = (const void *)r;

	switch (r->kind) {
	case FILE_MAP:
		*ns = ((const struct file_map *)r)->ns;
		return true;
	case FILE_COMM:
		*ns = ((const struct file_comm *)r)->ns;
		return true;
	case FILE_FORK:
		*ns = ((const struct file_fork *)r)->ns;
		return true;
	case FILE_SAMPLE:
		*ns = sample->domain ? clock_ns(&reader->clock, sample->time) :
				       sample->time;
		return true;
	}
	return false;
}

/* Of the same time: as they are in the file. */
static int moment_compare(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static void reader_sort(struct reader *reader, const struct file *f)
{
	const struct file_record *r = NULL;
	uint64_t ns;

	while ((r = file_next(f, r))) {
		if (r->kind == FILE_SYMBOL)
			add_symbol(reader, (const void *)r);
		if (!record_time(reader, r, &ns))
			continue;
		reader->moment = xgrow(reader->moment, reader->nr,
				       sizeof(*reader->moment));
		reader->moment[reader->nr++] = (struct moment){ ns, r };
	}
	if (reader->nr)
		qsort(reader->moment, reader->nr, sizeof(*reader->moment),
		      moment_compare);
}

/* ---- Names ----------------------------------------------------------------------- */

/* "symbol [module]" taken apart; a kernel's own symbols name none. */
static void frame_name_kernel(struct frame *frame, const char *name)
{
	const char *module = strstr(name, " [");
	char *symbol;

	if (!module) {
		frame->symbol = intern(name);
		return;
	}
	symbol = xprintf("%.*s", (int)(module - name), name);
	frame->symbol = intern(symbol);
	free(symbol);
	frame->dso = intern(module + 1);
}

static void frame_kernel(struct reader *reader, const struct file_sample *s,
			 struct frame *frame)
{
	const struct file_symbol *symbol;
	unsigned int i;
	bool is_new;

	frame->dso = "[kernel]";
	i = addresses_add(&reader->addresses, s->domain, frame->address,
			  &is_new);
	if (is_new) { /* not asked again */
		reader->symbol =
			xgrow(reader->symbol, i, sizeof(*reader->symbol));
		reader->symbol[i] = NULL;
	}
	symbol = reader->symbol[i];
	if (!symbol)
		return;
	frame_name_kernel(frame, symbol->name);
	frame->offset = symbol->offset;
}

static void frame_program(struct reader *reader, const struct file_sample *s,
			  struct frame *frame, bool caller)
{
	/* A caller's address is behind its call, which may be its last one. */
	uint64_t at = frame->address - caller;
	const struct map *map = maps_find(&reader->maps, s->pid, at);
	struct dso *dso;
	const char *symbol;

	if (!map)
		return;
	dso = dso_get(map->path);
	frame->dso = intern(dso_name(dso));
	symbol = dso_symbol(dso, at - map->address + map->offset,
			    &frame->offset);
	if (!symbol)
		return;
	frame->symbol = intern(symbol);
	frame->offset += caller;
}

const char *frame_name(const struct frame *frame, char *text, size_t size)
{
	if (strcmp(frame->symbol, UNKNOWN) || !strcmp(frame->dso, UNKNOWN))
		return frame->symbol;
	snprintf(text, size, frame->dso[0] == '[' ? "%s" : "[%s]", frame->dso);
	return text;
}

static void reader_sample(struct reader *reader, const struct moment *moment)
{
	const struct file_sample *s = (const void *)moment->record;
	struct sample *sample = &reader->sample;
	struct frame *frame;
	unsigned int i;

	sample->ns = moment->ns - reader->clock.first.ns;
	sample->period = s->period;
	sample->domain = reader->info.domain[s->domain];
	sample->domain_nr = s->domain;
	sample->pid = s->pid;
	sample->tid = s->tid;
	sample->cpu = s->cpu;
	sample->comm = s->tid ? tasks_name(&reader->tasks, s->tid) : "(nobody)";
	sample->call[0] = 0;
	if (s->call != FILE_NO_CALL)
		call_name(s->call, sample->call, sizeof(sample->call));
	sample->nr = s->nr;
	for (i = 0; i < s->nr; i++) {
		frame = &sample->frame[i];
		*frame = (struct frame){ s->address[i], 0, UNKNOWN, UNKNOWN };
		if (i < s->nr_kernel)
			frame_kernel(reader, s, frame);
		else
			frame_program(reader, s, frame, i > 0);
	}
	reader->use(sample, reader->arg);
}

static void reader_record(struct reader *reader, const struct moment *moment)
{
	const struct file_map *map = (const void *)moment->record;
	const struct file_comm *comm = (const void *)moment->record;
	const struct file_fork *fork = (const void *)moment->record;

	switch (moment->record->kind) {
	case FILE_MAP:
		maps_add(&reader->maps, map->pid,
			 &(struct map){ map->address, map->length, map->offset,
					map->path });
		break;
	case FILE_COMM:
		if (comm->exec)
			maps_clear(&reader->maps, comm->pid);
		tasks_named(&reader->tasks, comm->pid, comm->tid, comm->name);
		break;
	case FILE_FORK:
		maps_fork(&reader->maps, fork->pid, fork->ppid);
		tasks_forked(&reader->tasks, fork->pid, fork->tid, fork->ptid);
		break;
	case FILE_SAMPLE:
		reader_sample(reader, moment);
		break;
	}
}

void samples_each(const struct file *f,
		  void (*use)(const struct sample *, void *), void *arg)
{
	struct reader *reader = xalloc(NULL, sizeof(*reader));
	unsigned int i;

	memset(reader, 0, sizeof(*reader));
	reader->use = use;
	reader->arg = arg;
	samples_info(f, &reader->info);
	reader_clock(reader, f);
	reader_sort(reader, f);
	for (i = 0; i < reader->nr; i++)
		reader_record(reader, &reader->moment[i]);
	free(reader->moment);
	free(reader->symbol);
	addresses_free(&reader->addresses);
	tasks_free(&reader->tasks);
	maps_free(&reader->maps);
	free(reader);
}
