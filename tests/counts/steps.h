/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting by single steps, from one mark to the next: instructions of the
 * object that is counted, from the function that is called to its return.
 */
#ifndef COUNTS_STEPS_H
#define COUNTS_STEPS_H

#include "symbols.h"
#include "traced.h"

struct counts {
	long instructions;
	long locked;		/* of them: a locked operation each */
	long leaves;		/* calls of functions outside: libc's */
	long traps;		/* system calls */
	long crossings;		/* calls that the service has answered */
};

/*
 * serve: what is submitted is answered, before the next instruction; or NULL.
 * breakdown: counted in there by function, too; or NULL.
 */
struct counts steps_count(struct traced *t, void (*serve)(void),
			  struct symbols *breakdown);

#endif /* COUNTS_STEPS_H */
