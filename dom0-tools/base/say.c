// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "base/say.h"

static void say_va(const char *fmt, va_list args)
{
	/* What was printed before stands before. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
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

int say_exit(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say_va(fmt, args);
	va_end(args);
	return status;
}
