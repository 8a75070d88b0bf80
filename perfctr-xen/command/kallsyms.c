// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "kallsyms.h"

static void kallsyms_line(struct kallsyms *k, const char *line)
{
	char type, name[512], module[80] = "";
	uint64_t address;

	if (sscanf(line, "%" SCNx64 " %c %511s %79s", &address, &type, name,
		   module) < 3 ||
	    !address || !strchr("tTwW", type))
		return;
	k->symbol = xgrow(k->symbol, k->nr, sizeof(*k->symbol));
	k->symbol[k->nr++] = (struct kallsym){
		.address = address,
		.name = xprintf("%s%s%s", name, *module ? " " : "", module),
	};
}

static int kallsym_compare(const void *a, const void *b)
{
	const struct kallsym *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

bool kallsyms_load(struct kallsyms *k, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];

	*k = (struct kallsyms){ 0 };
	while (file && fgets(line, sizeof(line), file))
		kallsyms_line(k, line);
	if (file)
		fclose(file);
	if (k->nr)
		qsort(k->symbol, k->nr, sizeof(*k->symbol), kallsym_compare);
	return k->nr;
}

const char *kallsyms_find(const struct kallsyms *k, uint64_t address,
			  uint64_t *offset)
{
	size_t low = 0, high = k->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (k->symbol[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*offset = address - k->symbol[low - 1].address;
	return k->symbol[low - 1].name;
}

void kallsyms_free(struct kallsyms *k)
{
	size_t i;

	for (i = 0; i < k->nr; i++)
		free(k->symbol[i].name);
	free(k->symbol);
}
