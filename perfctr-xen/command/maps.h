/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps: which file a process's addresses are from, as time goes on. */
#ifndef PERFCTR_MAPS_H
#define PERFCTR_MAPS_H

#include <stdint.h>

struct map {
	uint64_t address, length, offset;
	const char *path;
};

struct maps {
	unsigned int nr;
	struct process {
		uint32_t pid;
		unsigned int nr;
		struct map *map; /* newer ones behind older ones */
	} * process;
};

void maps_free(struct maps *maps);
void maps_add(struct maps *maps, uint32_t pid, const struct map *map);
/* It executes another program. */
void maps_clear(struct maps *maps, uint32_t pid);
void maps_fork(struct maps *maps, uint32_t pid, uint32_t parent);
/* NULL: nothing is known of that address. */
const struct map *maps_find(const struct maps *maps, uint32_t pid,
			    uint64_t address);

#endif /* PERFCTR_MAPS_H */
