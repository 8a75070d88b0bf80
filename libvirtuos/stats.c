// SPDX-License-Identifier: MIT
/*
 * Statistics, for tests and for the curious: with VIRTUOS_STATS=FILE a process
 * appends, when it ends, a line per service and call that crossed:
 *
 *	PID PROGRAM SERVICE CALL COUNT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* The last column: the protocol's own calls. */
static uint32_t counts[VIRTUOS_SERVICES_MAX][VSYS_NR_SYSCALLS + 1];
static char file[PATH_MAX];
static char program[16];

void virtuos_stats_count(int service, uint32_t nr)
{
	if (!file[0])
		return;
	if (nr > VSYS_NR_SYSCALLS)
		nr = VSYS_NR_SYSCALLS;
	__atomic_fetch_add(&counts[service][nr], 1, __ATOMIC_RELAXED);
}

void virtuos_stats_init(void)
{
	const char *name = secure_getenv("VIRTUOS_STATS");

	if (name && name[0] == '/' && strlen(name) < sizeof(file))
		strcpy(file, name);
	/* Kept: some programs write their state over argv. */
	snprintf(program, sizeof(program), "%s",
		 program_invocation_short_name);
}

void virtuos_stats_fork_child(void)
{
	memset(counts, 0, sizeof(counts));
}

__attribute__((destructor)) void virtuos_stats_write(void)
{
	char line[256];
	unsigned int s, nr;
	long fd, n;

	if (!file[0] || virtuos_silent)
		return;
	fd = sys4(SYS_openat, AT_FDCWD, file,
		  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	for (s = 0; s < virtuos_routes.nr_services; s++) {
		for (nr = 0; nr <= VSYS_NR_SYSCALLS; nr++) {
			if (!counts[s][nr])
				continue;
			n = snprintf(line, sizeof(line), "%ld %s %s %s %u\n",
				     sys0(SYS_getpid),
				     program,
				     virtuos_routes.services[s],
				     nr < VSYS_NR_SYSCALLS ?
					     vsys_calls[nr].name : "(own)",
				     counts[s][nr]);
			sys3(SYS_write, fd, line, n);
			counts[s][nr] = 0;
		}
	}
	sys1(SYS_close, fd);
}
