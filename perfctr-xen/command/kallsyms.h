/* SPDX-License-Identifier: GPL-2.0-only */
/* Kallsyms: the symbols of the kernel that runs here. */
#ifndef PERFCTR_KALLSYMS_H
#define PERFCTR_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kallsyms {
	size_t nr;
	struct kallsym {
		uint64_t address;
		char *name; /* "symbol" or "symbol [module]" */
	} * symbol;	    /* by address */
};

/* false: they cannot be read, or addresses are hidden from this user. */
bool kallsyms_load(struct kallsyms *k, const char *path);
/* NULL: no symbol there. */
const char *kallsyms_find(const struct kallsyms *k, uint64_t address,
			  uint64_t *offset);
void kallsyms_free(struct kallsyms *k);

#endif /* PERFCTR_KALLSYMS_H */
