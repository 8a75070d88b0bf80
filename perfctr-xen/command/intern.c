// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/text.h"
#include "intern.h"

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *intern(const char *text)
{
	static void *texts;
	void *found = tfind(text, &texts, compare);
	char *copy;

	if (found)
		return *(const char **)found; /* and so it was clean */
	copy = xprintf("%s", text);
	text_clean(copy);
	found = tsearch(copy, &texts, compare);
	if (!found)
		xalloc(NULL, SIZE_MAX); /* says it, and ends */
	if (*(char **)found != copy)
		free(copy);
	return *(const char **)found;
}
