// SPDX-License-Identifier: GPL-2.0-only
/* Lines that go between program and service: see turns.h. */
#include "turns.h"

#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "device.h"

/* Memory that both have mapped, for one of them. */
struct range {
	uint64_t start, size, offset;
	int service;
};

#define RANGES (2 * DEVICE_SERVICES)	/* ring and arena */

static struct traced *program, *service;
static struct range ranges[2][RANGES];
static bool looked;		/* in vain, since something is pending */

static int service_of(unsigned long inode)
{
	struct stat st;
	int i;

	for (i = 0; i < DEVICE_SERVICES; i++)
		if (!fstat(DEVICE_MEMORY + i, &st) && st.st_ino == inode)
			return i;
	return -1;
}

/* Of a line of /proc/PID/maps.  False: it is none of these. */
static bool range_read(const char *line, struct range *range)
{
	unsigned long start, end, offset, inode;

	if (sscanf(line, "%lx-%lx %*s %lx %*s %lu", &start, &end, &offset,
		   &inode) != 4)
		return false;
	range->service = service_of(inode);
	range->start = start;
	range->size = end - start;
	range->offset = offset;
	/* One slot has data, and no more of it than it is granted first. */
	if (offset == VSYS_MAP_ARENA)
		range->size = VSYS_SLOT_ARENA_INITIAL;
	return range->service >= 0 && offset != VSYS_MAP_LOCAL;
}

static void ranges_find(enum side side, struct traced *t)
{
	char path[64], line[512];
	FILE *maps;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	maps = fopen(path, "r");
	while (maps && n < RANGES && fgets(line, sizeof(line), maps))
		n += range_read(line, &ranges[side][n]);
	if (maps)
		fclose(maps);
	if (n != RANGES)
		errx(1, "%s does not have all of the shared memory", t->what);
}

static void ranges_protect(enum side side, struct traced *t, int protection)
{
	const struct range *range;
	int i;

	for (i = 0; i < RANGES; i++) {
		range = &ranges[side][i];
		traced_inject(t, SYS_mprotect, range->start, range->size,
			      protection);
	}
}

static const struct range *range_of(enum side side, uint64_t at)
{
	const struct range *range;
	int i;

	for (i = 0; i < RANGES; i++) {
		range = &ranges[side][i];
		if (at >= range->start && at < range->start + range->size)
			return range;
	}
	errx(1, "a fault at %#lx, which is not shared", at);
}

/* The ring's come first, then the arena's; then the other service's. */
static uint32_t line_of(const struct range *range, uint64_t at)
{
	uint64_t line = (at - range->start) / 64;

	if (range->offset == VSYS_MAP_ARENA)
		line += DEVICE_RING_SIZE / 64;
	return range->service * (LINES / DEVICE_SERVICES) + line;
}

/* The instruction wants shared memory: it gets it for this once. */
static void touch(enum side side, struct traced *t, uint64_t at)
{
	const struct range *range = range_of(side, at);
	uint64_t page = at & ~0xfffull, again;
	bool writes = false;

	traced_inject(t, SYS_mprotect, page, 4096, PROT_READ);
	if (traced_step(t, &again) == STOP_FAULT) {
		writes = true;
		traced_inject(t, SYS_mprotect, page, 4096,
			      PROT_READ | PROT_WRITE);
		if (traced_step(t, &again) != STOP_STEP)
			errx(1, "%s: two accesses by one instruction", t->what);
	}
	traced_inject(t, SYS_mprotect, page, 4096, PROT_NONE);
	lines_access(side, line_of(range, at), writes);
	/* The program looks at a slot. */
	looked |= side == SIDE_PROGRAM && !writes && !range->offset &&
		  at >= range->start + sizeof(struct vsys_head) &&
		  device_pending();
}

/* To the next mark. */
static void turn(enum side side, struct traced *t, void (*after)(void))
{
	uint64_t fault;

	while (traced_run(t, &fault) == STOP_FAULT) {
		touch(side, t, fault);
		after();
	}
}

static void go_on(void)
{
}

void turns_serve(void)
{
	turn(SIDE_SERVICE, service, go_on);
	looked = false;
}

static void looked_serve(void)
{
	if (looked)
		turns_serve();
}

void turns_begin(struct traced *of_program, struct traced *of_service)
{
	program = of_program;
	service = of_service;
	ranges_find(SIDE_PROGRAM, program);
	ranges_find(SIDE_SERVICE, service);
	ranges_protect(SIDE_SERVICE, service, PROT_NONE);
	lines_clear();
}

struct lines turns_count(void)
{
	struct lines before = lines;

	ranges_protect(SIDE_PROGRAM, program, PROT_NONE);
	turn(SIDE_PROGRAM, program, looked_serve);
	ranges_protect(SIDE_PROGRAM, program, PROT_READ | PROT_WRITE);
	return (struct lines){ lines.transfers - before.transfers,
			       lines.upgrades - before.upgrades };
}
