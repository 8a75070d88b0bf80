// SPDX-License-Identifier: GPL-2.0-only
/* Messages, time, and memory that is there or the program is not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "command.h"

static void say_va(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("perfctr-xen: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_va(fmt, args);
	va_end(args);
}

int say_exit(enum command_exit status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_va(fmt, args);
	va_end(args);
	return status;
}

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

double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}
