// SPDX-License-Identifier: GPL-2.0-only
/* Taking a command from a link. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

static char *next_string(char **at, char *end)
{
	char *s = *at;
	char *nul = s < end ? memchr(s, 0, (size_t)(end - s)) : NULL;

	if (!nul)
		return NULL;
	*at = nul + 1;
	return s;
}

void command_free(struct command *c)
{
	free(c->strings);
	free(c->argv);
	free(c->envp);
	memset(c, 0, sizeof(*c));
}

static bool command_parse(struct command *c, const struct frame *f)
{
	char *at, *end;
	uint32_t i;

	memset(c, 0, sizeof(*c));
	if (f->type != FRAME_EXEC || f->len < sizeof(c->head))
		return false;
	memcpy(&c->head, f->payload, sizeof(c->head));
	if (!c->head.argc || c->head.argc > FRAME_MAX || c->head.envc > FRAME_MAX)
		return false;

	c->strings = malloc(f->len);
	c->argv = calloc(c->head.argc + 1, sizeof(char *));
	c->envp = calloc(c->head.envc + 1, sizeof(char *));
	if (!c->strings || !c->argv || !c->envp)
		goto bad;
	memcpy(c->strings, f->payload + sizeof(c->head), f->len - sizeof(c->head));
	at = c->strings;
	end = at + (f->len - sizeof(c->head));

	c->domain = next_string(&at, end);
	c->directory = next_string(&at, end);
	if (!c->domain || !c->directory)
		goto bad;
	for (i = 0; i < c->head.argc; i++)
		if (!(c->argv[i] = next_string(&at, end)))
			goto bad;
	for (i = 0; i < c->head.envc; i++)
		if (!(c->envp[i] = next_string(&at, end)))
			goto bad;
	return true;
bad:
	command_free(c);
	return false;
}

/* A header's worth of it tells it from every frame. */
static bool sync_begins(const struct buffer *b)
{
	return buffer_used(b) >= FRAME_HEADER &&
	       !memcmp(b->data + b->start, SYNC_MAGIC, FRAME_HEADER);
}

static bool answer_sync(struct link *l, unsigned char sync[SYNC_LEN], int sync_ms)
{
	if (!link_sync(l, NULL, sync, sync_ms))
		return false;
	buffer_add(&l->out, sync, SYNC_LEN);
	return true;
}

/*
 * Instead of a command there may be another synchronisation: the same client
 * asks again, or it is gone and this is the next one.
 */
bool command_await(struct command *c, struct link *l, unsigned char sync[SYNC_LEN],
		   int sync_ms, int silence_ms)
{
	struct frame f;
	int got;

	if (!answer_sync(l, sync, sync_ms))
		return false;
	while ((got = frame_peek(&l->in, &f)) <= 0 && !l->closed) {
		struct pollfd p;

		if (got < 0) {
			if (!sync_begins(&l->in) || !answer_sync(l, sync, sync_ms))
				return false;
			continue;
		}
		link_push(l);
		link_pull(l, FRAME_MAX + FRAME_HEADER);
		if (frame_peek(&l->in, &f))
			continue;
		link_poll(l, &p, true);
		if (poll(&p, 1, silence_ms) == 0)
			return false;
		link_polled(l, &p);
	}
	return got == 1 && command_parse(c, &f);
}
