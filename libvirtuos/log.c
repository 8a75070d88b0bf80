// SPDX-License-Identifier: MIT
/* Log: where $VIRTUOS_LOG says, or nowhere; a program's output is its own. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

bool virtuos_silent;

static char to[PATH_MAX];

/* Remembered: some programs empty their environment. */
void virtuos_log_init(void)
{
	const char *name = secure_getenv("VIRTUOS_LOG");

	if (name && strlen(name) < sizeof(to))
		strcpy(to, name);
}

void virtuos_log(const char *format, ...)
{
	char line[512];
	va_list args;
	long fd;
	int n, m;

	if (!to[0] || virtuos_silent)
		return;
	n = snprintf(line, sizeof(line), "virtuos[%ld]: ", sys0(SYS_getpid));
	va_start(args, format);
	m = vsnprintf(line + n, sizeof(line) - n - 1, format, args);
	va_end(args);
	if (m < 0)
		return;
	n += m;
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (!strcmp(to, "stderr")) {
		sys3(SYS_write, 2, line, n);
		return;
	}
	fd = sys4(SYS_openat, AT_FDCWD, to,
		  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	sys3(SYS_write, fd, line, n);
	sys1(SYS_close, fd);
}
