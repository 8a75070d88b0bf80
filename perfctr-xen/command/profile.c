// SPDX-License-Identifier: GPL-2.0-only
#include <json.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/say.h"
#include "base/table.h"
#include "base/text.h"
#include "intern.h"
#include "profile.h"

#define CHAIN_LEAST 5 /* percent of a row that a chain is shown for */

enum field {
	FIELD_DOMAIN,
	FIELD_COMM,
	FIELD_PID,
	FIELD_TID,
	FIELD_THREAD,
	FIELD_CALL,
	FIELD_DSO,
	FIELD_SYMBOL,
	FIELD_CPU,
	NR_FIELDS
};

static const char *const names[NR_FIELDS] = {
	"domain", "comm", "pid",    "tid", "thread",
	"call",	  "dso",  "symbol", "cpu",
};

bool profile_sort(struct profile *p, const char *list)
{
	size_t n;
	unsigned int i;

	for (p->nr_fields = 0;; list += n + 1) {
		n = strcspn(list, ",");
		for (i = 0; i < NR_FIELDS; i++)
			if (strlen(names[i]) == n &&
			    !strncmp(names[i], list, n))
				break;
		if (i == NR_FIELDS || p->nr_fields == FIELDS_MAX) {
			say("--sort: there is no \"%.*s\"; there are domain, comm, pid, tid, thread, call, dso, symbol, cpu",
			    (int)n, list);
			return false;
		}
		p->field[p->nr_fields++] = i;
		if (!list[n])
			return true;
	}
}

static const char *field_text(const struct sample *s, enum field field)
{
	char text[64];

	switch (field) {
	case FIELD_DOMAIN:
		return intern(s->domain);
	case FIELD_COMM:
		return intern(s->comm);
	case FIELD_PID:
		snprintf(text, sizeof(text), "%u", s->pid);
		break;
	case FIELD_TID:
		snprintf(text, sizeof(text), "%u", s->tid);
		break;
	case FIELD_THREAD:
		snprintf(text, sizeof(text), "%s/%u", s->comm, s->tid);
		break;
	case FIELD_CALL:
		return intern(*s->call ? s->call : "-");
	case FIELD_DSO:
		return intern(s->frame[0].dso);
	case FIELD_SYMBOL:
		return intern(s->frame[0].symbol);
	default:
		snprintf(text, sizeof(text), "%u", s->cpu);
		break;
	}
	return intern(text);
}

/* Texts are interned: rows are alike when the pointers are. */
static int row_compare(const void *a, const void *b)
{
	const struct profile_row *x = a, *y = b;

	return memcmp(x->text, y->text, sizeof(x->text));
}

static struct profile_row *profile_row(struct profile *p,
				       const struct profile_row *like)
{
	struct profile_row **found = tfind(like, &p->tree, row_compare), *row;

	if (found)
		return *found;
	row = xalloc(NULL, sizeof(*row));
	*row = *like;
	p->row = xgrow(p->row, p->nr, sizeof(*p->row));
	p->row[p->nr++] = row;
	tsearch(row, &p->tree, row_compare);
	return row;
}

void profile_sample(const struct sample *sample, void *profile)
{
	struct profile *p = profile;
	struct profile_row like = { 0 }, *row;
	struct stack *at;
	char name[256];
	unsigned int i;

	for (i = 0; i < p->nr_fields; i++)
		like.text[i] = field_text(sample, p->field[i]);
	row = profile_row(p, &like);
	row->samples++;
	row->events += sample->period;
	p->events += sample->period;
	if (!p->chains)
		return;
	at = &row->callers;
	for (i = 1; i < sample->nr; i++)
		at = stack_child(
			at, frame_name(&sample->frame[i], name, sizeof(name)));
	stack_add(at, sample->period);
}

static int most_first(const void *a, const void *b)
{
	const struct profile_row *x = *(struct profile_row *const *)a;
	const struct profile_row *y = *(struct profile_row *const *)b;
	unsigned int i;
	int order;

	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	for (i = 0; i < FIELDS_MAX && x->text[i]; i++) {
		order = strcmp(x->text[i], y->text[i]);
		if (order)
			return order;
	}
	return 0;
}

/* ---- For people -------------------------------------------------------------------- */

static void print_head(const struct samples_info *info, FILE *out)
{
	char number[48];
	unsigned int i;

	fprintf(out, "%s: %llu samples of %s, ", info->command,
		(unsigned long long)info->samples, info->event);
	if (info->frequency)
		fprintf(out, "%s a second\n",
			text_thousands(info->frequency, number));
	else
		fprintf(out, "one each %s\n",
			text_thousands(info->period, number));
	for (i = 0; i < info->nr_domains; i++)
		if (info->lost_of[i])
			fprintf(out, "%s: %llu more were lost\n",
				info->domain[i],
				(unsigned long long)info->lost_of[i]);
	fputc('\n', out);
}

/* Callers, indented; only those that matter in this row. */
static void print_callers(const struct stack *stack, uint64_t all,
			  unsigned int indent, FILE *out)
{
	const struct stack *caller;

	for (caller = stack->first; caller; caller = caller->next) {
		if (caller->all * 100 < all * CHAIN_LEAST)
			continue;
		fprintf(out, "%*s%5.1f%%  %s\n", indent, "",
			100.0 * caller->all / all, caller->name);
		print_callers(caller, all, indent + 2, out);
	}
}

static void table_row(struct table *t, const struct profile *p,
		      const struct profile_row *row)
{
	unsigned int i;

	table_add(t, "%6.2f%%", 100.0 * row->events / p->events);
	table_add(t, "%llu", (unsigned long long)row->samples);
	for (i = 0; i < p->nr_fields; i++)
		table_add(t, "%s", row->text[i]);
}

void profile_table(struct profile *p, const struct samples_info *info,
		   FILE *out)
{
	struct table t;
	unsigned int i;

	if (p->nr)
		qsort(p->row, p->nr, sizeof(*p->row), most_first);
	print_head(info, out);
	table_init(&t, 2 + p->nr_fields, "lrl");
	table_add(&t, "   part");
	table_add(&t, "samples");
	for (i = 0; i < p->nr_fields; i++)
		table_add(&t, "%s", names[p->field[i]]);
	for (i = 0; i < p->nr; i++)
		table_row(&t, p, p->row[i]);
	if (!p->chains) {
		table_print(&t, out);
		return;
	}
	table_print_line(&t, 0, out);
	for (i = 0; i < p->nr; i++) {
		table_print_line(&t, i + 1, out);
		print_callers(&p->row[i]->callers, p->row[i]->events, 10, out);
	}
	table_free(&t);
}

/* ---- For programs -------------------------------------------------------------------- */

void profile_json(struct profile *p, const struct samples_info *info, FILE *out)
{
	struct json_object *object = json_object_new_object(), *rows, *row;
	unsigned int i, f;

	if (p->nr)
		qsort(p->row, p->nr, sizeof(*p->row), most_first);
	json_object_object_add(object, "command",
			       json_object_new_string(info->command));
	json_object_object_add(object, "event",
			       json_object_new_string(info->event));
	json_object_object_add(object, "period",
			       json_object_new_uint64(info->period));
	json_object_object_add(object, "frequency",
			       json_object_new_uint64(info->frequency));
	json_object_object_add(object, "samples",
			       json_object_new_uint64(info->samples));
	json_object_object_add(object, "lost",
			       json_object_new_uint64(info->lost));
	rows = json_object_new_array();
	for (i = 0; i < p->nr; i++) {
		row = json_object_new_object();
		json_object_object_add(
			row, "samples",
			json_object_new_uint64(p->row[i]->samples));
		json_object_object_add(
			row, "events",
			json_object_new_uint64(p->row[i]->events));
		for (f = 0; f < p->nr_fields; f++)
			json_object_object_add(
				row, names[p->field[f]],
				json_object_new_string(p->row[i]->text[f]));
		json_object_array_add(rows, row);
	}
	json_object_object_add(object, "rows", rows);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY |
					JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void row_free(void *row)
{
	stack_free(&((struct profile_row *)row)->callers);
	free(row);
}

void profile_free(struct profile *p)
{
	tdestroy(p->tree, row_free);
	free(p->row);
}
