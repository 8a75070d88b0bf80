// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "failure.h"

_Thread_local char perfctr_failure[PERFCTR_FAILURE_MAX];

void perfctr_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(perfctr_failure, sizeof(perfctr_failure), format, args);
	va_end(args);
}
