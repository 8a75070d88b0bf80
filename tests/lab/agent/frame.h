/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's command channel.
 *
 * A connection opens with a synchronisation: the client sends SYNC_MAGIC and a
 * nonce, the agent answers with the same 32 bytes, and each side drops whatever
 * came before them.  So what an earlier, interrupted client left in the pipe
 * does no harm.  A client that gets no answer asks again, with another nonce; the
 * agent answers each that comes before the first frame.  From then on both send frames: a header of two little-endian
 * 32-bit words (type, length) and that many bytes.
 */
#ifndef LAB_FRAME_H
#define LAB_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define SYNC_MAGIC "\x93virtuos-lab-01\n"	/* 16 bytes without the NUL */
#define SYNC_MAGIC_LEN 16
#define SYNC_LEN 32

#define FRAME_HEADER 8
#define FRAME_MAX (256u * 1024)		/* of one frame's payload */
#define FRAME_CHUNK (16u * 1024)	/* of stream data in one frame */
#define STDIN_WINDOW (64u * 1024)	/* unacknowledged bytes of input */

enum frame_type {
	/* client to agent */
	FRAME_EXEC = 1,		/* struct exec_head, then its strings */
	FRAME_STDIN,		/* bytes */
	FRAME_STDIN_EOF,
	FRAME_SIGNAL,		/* u32: sent to the command's process group */
	FRAME_WINCH,		/* u32 rows, u32 columns */
	/* agent to client */
	FRAME_STDOUT,		/* bytes */
	FRAME_STDERR,		/* bytes */
	FRAME_STDIN_ACK,	/* u32: bytes of input taken */
	FRAME_EXIT,		/* struct exit_info, then a message */
};

#define EXEC_PTY 1u

/* Followed by argc + envc + 2 NUL-terminated strings: domain, directory,
 * arguments, environment. */
struct exec_head {
	uint32_t flags;
	uint32_t rows;
	uint32_t columns;
	uint32_t argc;
	uint32_t envc;
};

enum exit_kind {
	EXIT_STATUS = 0,	/* value is the exit status */
	EXIT_SIGNAL,		/* value is the signal that killed it */
	EXIT_ERROR,		/* the command was not run, or its domain is lost */
};

struct exit_info {
	uint32_t kind;
	uint32_t value;
};

/* Bytes on their way in or out. */
struct buffer {
	unsigned char *data;
	size_t start, end, size;
};

void *buffer_room(struct buffer *b, size_t want);
size_t buffer_used(const struct buffer *b);
void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_drop(struct buffer *b, size_t len);
void buffer_reset(struct buffer *b);

struct frame {
	uint32_t type;
	uint32_t len;
	const unsigned char *payload;	/* valid until the buffer changes */
};

void frame_put(struct buffer *b, uint32_t type, const void *payload, size_t len);
void frame_put_exit(struct buffer *b, uint32_t kind, uint32_t value, const char *text);
/* 1: a frame, 0: not all of it is there yet, -1: not a frame. */
int frame_peek(const struct buffer *b, struct frame *f);
void frame_drop(struct buffer *b, const struct frame *f);

/* Drop everything before SYNC_MAGIC and copy what was found, nonce included, to
 * sync.  1: found and consumed, 0: needs more bytes. */
int sync_find(struct buffer *b, unsigned char sync[SYNC_LEN]);

#endif
