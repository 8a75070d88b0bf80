/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that is counted says to the one that counts: where it is.  A
 * mark is a breakpoint with a word and a name in registers, and changes nothing
 * else.
 */
#ifndef COUNTS_MARK_H
#define COUNTS_MARK_H

enum mark {
	MARK_READY,		/* name: of an instruction "syscall" to use */
	MARK_BEGIN,		/* what is named comes now */
	MARK_END,		/* and is done */
	MARK_IDLE,		/* the service has seen that nothing is there */
	MARK_GONE,		/* said for it: it has ended */
};

static inline void mark(enum mark what, const void *name)
{
	__asm__ volatile("int3" : : "a"(what), "D"(name) : "memory");
}

/* A system call for the counter's own use, in the program's place. */
__asm__(
"	.text\n"
"mark_gate:\n"
"	syscall\n");

extern const char mark_gate[] __attribute__((visibility("hidden")));

#endif /* COUNTS_MARK_H */
