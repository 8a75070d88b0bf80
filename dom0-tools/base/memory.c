// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include "base/memory.h"
#include "base/say.h"

static void *checked(void *memory)
{
	if (!memory) {
		say("out of memory");
		exit(COMMAND_FAILED);
	}
	return memory;
}

void *xalloc(void *old, size_t size)
{
	return checked(realloc(old, size ? size : 1));
}

void *xgrow(void *array, size_t nr, size_t size)
{
	/* Doubled at each power of two. */
	if (nr & (nr - 1))
		return array;
	return checked(reallocarray(array, nr ? nr * 2 : 1, size));
}

char *xvprintf(const char *fmt, va_list args)
{
	char *text;
	int n = vasprintf(&text, fmt, args);

	return checked(n < 0 ? NULL : text);
}

char *xprintf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvprintf(fmt, args);
	va_end(args);
	return text;
}
