// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "intern.h"
#include "stacks.h"

struct stack *stack_child(struct stack *parent, const char *name)
{
	struct stack **at = &parent->first, *child;
	int order = 1;

	name = intern(name);
	while (*at && (order = strcmp((*at)->name, name)) < 0)
		at = &(*at)->next;
	if (*at && !order)
		return *at;
	child = xalloc(NULL, sizeof(*child));
	*child = (struct stack){ .name = name, .parent = parent, .next = *at };
	*at = child;
	return child;
}

void stack_add(struct stack *at, uint64_t events)
{
	at->own += events;
	for (; at; at = at->parent)
		at->all += events;
}

void stack_sample(struct stack *root, const struct sample *sample)
{
	struct stack *at;
	char call[32], name[256];
	unsigned int i;

	at = stack_child(root, sample->domain);
	at = stack_child(at, sample->comm);
	if (*sample->call) {
		snprintf(call, sizeof(call), "[%s]", sample->call);
		at = stack_child(at, call);
	}
	for (i = sample->nr; i > 0; i--)
		at = stack_child(at, frame_name(&sample->frame[i - 1], name,
						sizeof(name)));
	stack_add(at, sample->period);
}

/* Semicolons part the frames, and the number is behind the last blank. */
static void fold_name(const char *name, FILE *out)
{
	for (; *name; name++)
		fputc(*name == ';' ? ':' : *name, out);
}

static void fold_path(const struct stack *stack, FILE *out)
{
	if (stack->parent && stack->parent->parent) {
		fold_path(stack->parent, out);
		fputc(';', out);
	}
	fold_name(stack->name, out);
}

void stack_fold(const struct stack *root, FILE *out)
{
	const struct stack *child;

	if (root->own) {
		fold_path(root, out);
		fprintf(out, " %llu\n", (unsigned long long)root->own);
	}
	for (child = root->first; child; child = child->next)
		stack_fold(child, out);
}

unsigned int stack_depth(const struct stack *stack)
{
	const struct stack *child;
	unsigned int depth = 0, d;

	for (child = stack->first; child; child = child->next) {
		d = stack_depth(child);
		if (d > depth)
			depth = d;
	}
	return depth + 1;
}

void stack_free(struct stack *root)
{
	struct stack *child, *next;

	for (child = root->first; child; child = next) {
		next = child->next;
		stack_free(child);
		free(child);
	}
	root->first = NULL;
}
