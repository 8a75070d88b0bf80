// SPDX-License-Identifier: GPL-2.0-only
/* Messages, time, and memory that is there or the program is not. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "ctl.h"

static void report_va(const char *fmt, va_list args)
{
	fputs("virtuosctl: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_va(fmt, args);
	va_end(args);
}

int report_exit(enum ctl_exit status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_va(fmt, args);
	va_end(args);
	return status;
}

double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void sleep_seconds(double seconds)
{
	struct timespec ts = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (time_t)seconds) * 1e9),
	};

	nanosleep(&ts, NULL);
}

void *xalloc(void *old, size_t size)
{
	void *mem = realloc(old, size ? size : 1);

	if (!mem) {
		report("out of memory");
		exit(CTL_FAILED);
	}
	return mem;
}

bool parse_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	return end != text && !*end && *seconds >= 0 && *seconds <= 86400;
}
