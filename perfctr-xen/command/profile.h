/* SPDX-License-Identifier: GPL-2.0-only */
/* Profile: samples counted by what they have in common. */
#ifndef PERFCTR_PROFILE_H
#define PERFCTR_PROFILE_H

#include <stdbool.h>
#include <stdio.h>
#include "samples.h"
#include "stacks.h"

#define FIELDS_MAX 9u

struct profile {
	unsigned int nr_fields;
	unsigned int field[FIELDS_MAX]; /* what makes two samples alike */
	bool chains;
	void *tree; /* the rows, by their texts */
	uint64_t events; /* of all rows */
	unsigned int nr;
	struct profile_row {
		const char *text[FIELDS_MAX];
		uint64_t samples;
		uint64_t events; /* that these stand for */
		struct stack
			callers; /* with chains: from the callee outwards */
	} * *row;
};

/* The names of fields, from a list; false: said that there is no such. */
bool profile_sort(struct profile *p, const char *list);
void profile_sample(const struct sample *sample, void *profile);
void profile_table(struct profile *p, const struct samples_info *info,
		   FILE *out);
void profile_json(struct profile *p, const struct samples_info *info,
		  FILE *out);
void profile_free(struct profile *p);

#endif /* PERFCTR_PROFILE_H */
