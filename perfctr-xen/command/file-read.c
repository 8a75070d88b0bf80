// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"

struct checker {
	struct file *file;
	const char *name;
	size_t at;
	uint32_t nr_domains;
	uint64_t samples;
	bool event, end;
};

__attribute__((format(printf, 2, 3))) static bool broken(struct checker *c,
							 const char *fmt, ...)
{
	size_t size = sizeof(c->file->error);
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(c->file->error, size, "%.80s: %s", c->name, what);
	return false;
}

/* What each kind has at least, and whether a text follows. */
static const struct {
	size_t size;
	bool text;
} kinds[] = {
	[FILE_COMMAND] = { sizeof(struct file_text), true },
	[FILE_EVENT] = { sizeof(struct file_event), true },
	[FILE_DOMAIN] = { sizeof(struct file_domain), true },
	[FILE_CLOCK] = { sizeof(struct file_clock), false },
	[FILE_MAP] = { sizeof(struct file_map), true },
	[FILE_COMM] = { sizeof(struct file_comm), true },
	[FILE_FORK] = { sizeof(struct file_fork), false },
	[FILE_SAMPLE] = { sizeof(struct file_sample), false },
	[FILE_SYMBOL] = { sizeof(struct file_symbol), true },
	[FILE_LOST] = { sizeof(struct file_lost), false },
	[FILE_END] = { sizeof(struct file_end), false },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

static bool check_sample(struct checker *c, const struct file_sample *s)
{
	if (s->nr < 1 || s->nr > FILE_ADDRESSES_MAX || s->nr_kernel > s->nr ||
	    sizeof(*s) + s->nr * sizeof(*s->address) > s->record.size)
		return broken(
			c,
			"the sample at byte %zu has %u addresses in %u bytes",
			c->at, s->nr, s->record.size);
	if (!s->period)
		return broken(c, "the sample at byte %zu stands for nothing",
			      c->at);
	if (s->domain >= c->nr_domains)
		return broken(
			c,
			"the sample at byte %zu is of domain %u, of which nothing is said",
			c->at, s->domain);
	c->samples++;
	return true;
}

static bool check_domain(struct checker *c, const struct file_domain *d)
{
	if (d->domain != c->nr_domains || d->domain >= FILE_DOMAINS_MAX)
		return broken(c, "the domain at byte %zu is number %u, not %u",
			      c->at, d->domain, c->nr_domains);
	c->nr_domains++;
	return true;
}

static bool check_contents(struct checker *c, const struct file_record *r)
{
	const struct file_symbol *symbol = (const void *)r;
	const struct file_end *end = (const void *)r;
	const struct file_lost *lost = (const void *)r;
	uint32_t domain = 0;

	switch (r->kind) {
	case FILE_SAMPLE:
		return check_sample(c, (const void *)r);
	case FILE_DOMAIN:
		return check_domain(c, (const void *)r);
	case FILE_EVENT:
		c->event = true;
		return true;
	case FILE_SYMBOL:
		domain = symbol->domain;
		break;
	case FILE_LOST:
		domain = lost->domain;
		break;
	case FILE_END:
		c->end = true;
		if (end->samples != c->samples)
			return broken(c,
				      "it has %" PRIu64
				      " samples and says %" PRIu64,
				      c->samples, end->samples);
		return true;
	}
	if (domain && domain >= c->nr_domains)
		return broken(
			c,
			"the record at byte %zu is of domain %u, of which nothing is said",
			c->at, domain);
	return true;
}

static bool check_record(struct checker *c, const struct file_record *r)
{
	size_t left = c->file->size - c->at, least;

	if (left < sizeof(*r) || r->size > left)
		return broken(
			c,
			"it ends within the record at byte %zu: the recording was cut off",
			c->at);
	if (r->size < sizeof(*r) || r->size % 8)
		return broken(c, "the record at byte %zu cannot have %u bytes",
			      c->at, r->size);
	if (!r->kind || r->kind >= NR_KINDS)
		return true;
	least = kinds[r->kind].size + kinds[r->kind].text;
	if (r->size < least)
		return broken(
			c,
			"the record at byte %zu (kind %u) has %u bytes, too few",
			c->at, r->kind, r->size);
	if (kinds[r->kind].text && ((const char *)r)[r->size - 1])
		return broken(c,
			      "the text of the record at byte %zu does not end",
			      c->at);
	return check_contents(c, r);
}

static bool check_header(struct checker *c)
{
	struct file_header header;

	if (c->file->size < sizeof(header) ||
	    memcmp(c->file->data, FILE_MAGIC, sizeof(header.magic)))
		return broken(c, "this is no recording of perfctr-xen");
	memcpy(&header, c->file->data, sizeof(header));
	if (header.version != FILE_VERSION)
		return broken(
			c,
			"it is of version %u, and this program reads version %u",
			header.version, FILE_VERSION);
	if (header.size < sizeof(header) || header.size % 8 ||
	    header.size > c->file->size)
		return broken(c, "its header cannot have %u bytes",
			      header.size);
	c->file->first = header.size;
	return true;
}

bool file_check(struct file *f, const char *name, char *data, size_t size)
{
	struct checker c = { .file = f, .name = name };
	const struct file_record *r;

	*f = (struct file){ .data = data, .size = size };
	if (!check_header(&c))
		return false;
	for (c.at = f->first; c.at < size && !c.end; c.at += r->size) {
		r = (const void *)(data + c.at);
		if (!check_record(&c, r))
			return false;
	}
	if (!c.end)
		return broken(&c, "it has no end: the recording was cut off");
	if (c.at != size)
		return broken(&c,
			      "there is something behind its end, at byte %zu",
			      c.at);
	if (!c.event || !c.nr_domains)
		return broken(&c, "it does not say what was recorded");
	return true;
}

bool file_load(struct file *f, const char *name)
{
	size_t size = 0, room = 1 << 16, n;
	FILE *in = fopen(name, "re");
	char *data = in ? malloc(room) : NULL, *more;

	memset(f, 0, sizeof(*f));
	while (data && (n = fread(data + size, 1, room - size, in)) > 0) {
		size += n;
		if (size < room)
			continue;
		more = realloc(data, room *= 2);
		if (!more)
			free(data);
		data = more;
	}
	if (!data || ferror(in)) {
		snprintf(f->error, sizeof(f->error), "%.80s: %s", name,
			 strerror(errno));
		free(data);
		data = NULL;
	}
	if (in)
		fclose(in);
	return data && file_check(f, name, data, size);
}

void file_free(struct file *f)
{
	free(f->data);
	f->data = NULL;
}

const struct file_record *file_next(const struct file *f,
				    const struct file_record *record)
{
	size_t at = f->first;

	if (record)
		at = (const char *)record - f->data + record->size;
	return at < f->size ? (const void *)(f->data + at) : NULL;
}
