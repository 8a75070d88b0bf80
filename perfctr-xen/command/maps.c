// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include "base/memory.h"
#include "maps.h"

void maps_free(struct maps *maps)
{
	unsigned int i;

	for (i = 0; i < maps->nr; i++)
		free(maps->process[i].map);
	free(maps->process);
	*maps = (struct maps){ 0 };
}

static struct process *process_find(const struct maps *maps, uint32_t pid)
{
	unsigned int i;

	for (i = 0; i < maps->nr; i++)
		if (maps->process[i].pid == pid)
			return &maps->process[i];
	return NULL;
}

static struct process *process_make(struct maps *maps, uint32_t pid)
{
	struct process *process = process_find(maps, pid);

	if (process)
		return process;
	maps->process = xgrow(maps->process, maps->nr, sizeof(*maps->process));
	process = &maps->process[maps->nr++];
	*process = (struct process){ .pid = pid };
	return process;
}

void maps_add(struct maps *maps, uint32_t pid, const struct map *map)
{
	struct process *p = process_make(maps, pid);

	p->map = xgrow(p->map, p->nr, sizeof(*p->map));
	p->map[p->nr++] = *map;
}

void maps_clear(struct maps *maps, uint32_t pid)
{
	struct process *p = process_make(maps, pid);

	free(p->map);
	p->map = NULL;
	p->nr = 0;
}

void maps_fork(struct maps *maps, uint32_t pid, uint32_t parent)
{
	const struct process *from;
	unsigned int i, nr;

	if (pid == parent)
		return; /* a thread */
	maps_clear(maps, pid);
	from = process_find(maps, parent);
	nr = from ? from->nr : 0;
	for (i = 0; i < nr; i++)
		maps_add(maps, pid, &process_find(maps, parent)->map[i]);
}

const struct map *maps_find(const struct maps *maps, uint32_t pid,
			    uint64_t address)
{
	const struct process *p = process_find(maps, pid);
	unsigned int i;

	for (i = p ? p->nr : 0; i > 0; i--)
		if (address - p->map[i - 1].address < p->map[i - 1].length)
			return &p->map[i - 1];
	return NULL;
}
