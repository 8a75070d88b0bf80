// SPDX-License-Identifier: GPL-2.0-only
/* Buffers, frames and synchronisation of the command channel. */
#include "frame.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

size_t buffer_used(const struct buffer *b)
{
	return b->end - b->start;
}

void *buffer_room(struct buffer *b, size_t want)
{
	if (b->start == b->end)
		b->start = b->end = 0;
	if (b->size - b->end >= want)
		return b->data + b->end;
	if (b->start > 0) {
		memmove(b->data, b->data + b->start, buffer_used(b));
		b->end -= b->start;
		b->start = 0;
	}
	if (b->size - b->end < want) {
		b->size = b->end + want;
		b->data = realloc(b->data, b->size);
		if (!b->data)
			err(125, "memory");
	}
	return b->data + b->end;
}

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (!len)
		return;
	memcpy(buffer_room(b, len), data, len);
	b->end += len;
}

void buffer_drop(struct buffer *b, size_t len)
{
	b->start += len;
}

void buffer_reset(struct buffer *b)
{
	b->start = b->end = 0;
}

void frame_put(struct buffer *b, uint32_t type, const void *payload, size_t len)
{
	uint32_t head[2] = { type, (uint32_t)len };

	buffer_add(b, head, sizeof(head));
	buffer_add(b, payload, len);
}

void frame_put_exit(struct buffer *b, uint32_t kind, uint32_t value, const char *text)
{
	struct exit_info info = { kind, value };
	uint32_t head[2] = { FRAME_EXIT, (uint32_t)(sizeof(info) + strlen(text)) };

	buffer_add(b, head, sizeof(head));
	buffer_add(b, &info, sizeof(info));
	buffer_add(b, text, strlen(text));
}

int frame_peek(const struct buffer *b, struct frame *f)
{
	uint32_t head[2];

	if (buffer_used(b) < FRAME_HEADER)
		return 0;
	memcpy(head, b->data + b->start, sizeof(head));
	if (head[0] < FRAME_EXEC || head[0] > FRAME_EXIT || head[1] > FRAME_MAX)
		return -1;
	if (buffer_used(b) < FRAME_HEADER + head[1])
		return 0;
	f->type = head[0];
	f->len = head[1];
	f->payload = b->data + b->start + FRAME_HEADER;
	return 1;
}

void frame_drop(struct buffer *b, const struct frame *f)
{
	buffer_drop(b, FRAME_HEADER + f->len);
}

int sync_find(struct buffer *b, unsigned char sync[SYNC_LEN])
{
	while (buffer_used(b) >= SYNC_MAGIC_LEN) {
		unsigned char *at = b->data + b->start;
		unsigned char *found = memmem(at, buffer_used(b), SYNC_MAGIC, SYNC_MAGIC_LEN);

		if (!found) {
			buffer_drop(b, buffer_used(b) - (SYNC_MAGIC_LEN - 1));
			return 0;
		}
		buffer_drop(b, (size_t)(found - at));
		if (buffer_used(b) < SYNC_LEN)
			return 0;
		memcpy(sync, found, SYNC_LEN);
		buffer_drop(b, SYNC_LEN);
		return 1;
	}
	return 0;
}
