/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process under ptrace: run from mark to mark, or by single instructions.
 * Whatever fails ends the counter.
 */
#ifndef COUNTS_TRACED_H
#define COUNTS_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#include "mark.h"

/* A system call that it is about to make. */
struct traced_call {
	long nr;
	uint64_t args[6];
	bool answered;		/* it is not made: the result is this */
	long result;
	/* The result will be: of /dev/vsys, or a service's placeholder; -1. */
	bool device;
	int made;
};

/* The longest instruction, rounded up. */
#define TRACED_CODE 16

struct traced {
	const char *what;
	pid_t pid;
	struct user_regs_struct regs;
	/* Looks at each system call before and after; NULL: nobody. */
	void (*call)(struct traced *t, struct traced_call *call);
	void (*called)(const struct traced_call *call, long result);
	/* The object that is counted. */
	uint64_t base, text, text_end;
	uint64_t gate;
	/* Pages of code that have been read: they do not change. */
	struct traced_page {
		uint64_t at;
		uint8_t code[4096 + TRACED_CODE];
	} *pages;
	/* The last mark. */
	enum mark mark;
	uint64_t name;
};

/* Why it has stopped. */
enum stop {
	STOP_STEP,		/* one instruction is done */
	STOP_MARK,
	STOP_FAULT,		/* one could not be: the address is in *fault */
};

/* Start a program; it stands before its first instruction. */
void traced_start(struct traced *t, char *const argv[], char *const env[]);
/* Go on to the next mark; or to a fault, where fault is not NULL. */
enum stop traced_run(struct traced *t, uint64_t *fault);
/* One instruction, before which the registers are in t->regs, and after. */
enum stop traced_step(struct traced *t, uint64_t *fault);
/* Where the mapped object with this name is. */
void traced_object(struct traced *t, const char *name);
/* Make it make a system call, and be as before. */
void traced_inject(struct traced *t, long nr, uint64_t a, uint64_t b,
		   uint64_t c);
void traced_end(struct traced *t);

void traced_read(struct traced *t, uint64_t at, void *to, size_t n);
/* TRACED_CODE bytes of code. */
const uint8_t *traced_code(struct traced *t, uint64_t at);
void traced_write(struct traced *t, uint64_t at, const void *from, size_t n);
void traced_string(struct traced *t, uint64_t at, char *to, size_t size);

#endif /* COUNTS_TRACED_H */
