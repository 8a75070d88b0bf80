// SPDX-License-Identifier: GPL-2.0-only
/* Counts, and keeps a processor busy, for so many seconds or until SIGTERM. */
#include <signal.h>
#include <time.h>

#include "test.h"

static volatile sig_atomic_t ended;

static void on_term(int signal)
{
	(void)signal;
	ended = 1;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
	int fd = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 1, -1);

	signal(SIGTERM, on_term);
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	while (time(NULL) < end && !ended)
		loop(1000000);
	printf("%" PRIu64 " instructions\n", event_read(fd));
	return 0;
}
