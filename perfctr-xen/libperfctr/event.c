// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "event.h"

#define CACHE(cache, op, result) \
	(PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_##op << 8 | \
	 PERF_COUNT_HW_CACHE_RESULT_##result << 16)

static const struct {
	const char *name;
	unsigned int type;
	unsigned long config;
} events[] = {
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES },
	{ "branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ "cache-references", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES },
	{ "cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "L1-dcache-loads", PERF_TYPE_HW_CACHE, CACHE(L1D, READ, ACCESS) },
	{ "L1-dcache-load-misses", PERF_TYPE_HW_CACHE, CACHE(L1D, READ, MISS) },
	{ "L1-icache-load-misses", PERF_TYPE_HW_CACHE, CACHE(L1I, READ, MISS) },
	{ "LLC-loads", PERF_TYPE_HW_CACHE, CACHE(LL, READ, ACCESS) },
	{ "LLC-load-misses", PERF_TYPE_HW_CACHE, CACHE(LL, READ, MISS) },
	{ "dTLB-load-misses", PERF_TYPE_HW_CACHE, CACHE(DTLB, READ, MISS) },
	{ "dTLB-store-misses", PERF_TYPE_HW_CACHE, CACHE(DTLB, WRITE, MISS) },
	{ "iTLB-load-misses", PERF_TYPE_HW_CACHE, CACHE(ITLB, READ, MISS) },
	{ "task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ "context-switches", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
};

#define NR_EVENTS (sizeof(events) / sizeof(*events))

const char *event_known(size_t index)
{
	return index < NR_EVENTS ? events[index].name : NULL;
}

/* rN: at most eight hexadecimal digits. */
static int event_raw(const char *name, size_t length, struct perf_event_attr *attr)
{
	char digits[9] = "";

	if (length < 2 || length > sizeof(digits) || name[0] != 'r')
		return -1;
	memcpy(digits, name + 1, length - 1);
	if (strspn(digits, "0123456789abcdefABCDEF") != length - 1)
		return -1;
	attr->type = PERF_TYPE_RAW;
	attr->config = strtoul(digits, NULL, 16);
	return 0;
}

int event_parse(const char *name, size_t length, struct perf_event_attr *attr)
{
	size_t i;

	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->exclude_hv = 1;

	if (length > 2 && name[length - 2] == ':') {
		switch (name[length - 1]) {
		case 'u':
			attr->exclude_kernel = 1;
			break;
		case 'k':
			attr->exclude_user = 1;
			break;
		default:
			return -1;
		}
		length -= 2;
	}

	for (i = 0; i < NR_EVENTS; i++)
		if (strlen(events[i].name) == length &&
		    !memcmp(events[i].name, name, length)) {
			attr->type = events[i].type;
			attr->config = events[i].config;
			return 0;
		}
	return event_raw(name, length, attr);
}
