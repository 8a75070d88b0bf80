// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "event.h"

static const struct {
	const char *name;
	unsigned long config;
} events[] = {
	{ "instructions", PERF_COUNT_HW_INSTRUCTIONS },
	{ "cycles", PERF_COUNT_HW_CPU_CYCLES },
	{ "ref-cycles", PERF_COUNT_HW_REF_CPU_CYCLES },
	{ "branches", PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ "branch-misses", PERF_COUNT_HW_BRANCH_MISSES },
	{ "cache-references", PERF_COUNT_HW_CACHE_REFERENCES },
	{ "cache-misses", PERF_COUNT_HW_CACHE_MISSES },
};

/* rUUEE: a number of at most four hexadecimal digits. */
static int event_raw(const char *name, size_t length, struct perf_event_attr *attr)
{
	char digits[5] = "", *end;

	if (length < 2 || length > 5 || name[0] != 'r')
		return -1;
	memcpy(digits, name + 1, length - 1);
	attr->type = PERF_TYPE_RAW;
	attr->config = strtoul(digits, &end, 16);
	return *end ? -1 : 0;
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

	attr->type = PERF_TYPE_HARDWARE;
	for (i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (strlen(events[i].name) == length &&
		    !memcmp(events[i].name, name, length)) {
			attr->config = events[i].config;
			return 0;
		}
	return event_raw(name, length, attr);
}
