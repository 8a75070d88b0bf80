/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks: a tree of who called whom, with the samples in each place. */
#ifndef PERFCTR_STACKS_H
#define PERFCTR_STACKS_H

#include <stdint.h>
#include <stdio.h>
#include "samples.h"

struct stack {
	const char *name;
	uint64_t own, all; /* what samples here stand for; and those below */
	struct stack *parent;
	struct stack *first, *next; /* child; sibling, in the order of names */
};

/* The place below, made if it is not there. */
struct stack *stack_child(struct stack *parent, const char *name);
/* A sample in this place, that stands for so many events. */
void stack_add(struct stack *at, uint64_t events);
/*
 * A sample, from the root: domain, thread, the call in brackets, and functions
 * from the outermost on.
 */
void stack_sample(struct stack *root, const struct sample *sample);
/* A line for each place that has samples of its own: a;b;c and the events */
void stack_fold(const struct stack *root, FILE *out);
unsigned int stack_depth(const struct stack *stack);
void stack_free(struct stack *root);

#endif /* PERFCTR_STACKS_H */
