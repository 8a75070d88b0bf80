// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>
#include <string.h>
#include "command.h"
#include "intern.h"

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *intern(const char *text)
{
	static void *texts;
	void *found = tfind(text, &texts, compare);

	if (!found) {
		found = tsearch(xprintf("%s", text), &texts, compare);
		if (!found)
			xalloc(NULL, SIZE_MAX); /* says it, and ends */
	}
	return *(const char **)found;
}
