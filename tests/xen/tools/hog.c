// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that takes all it can get of a service's memory, or of its channels,
 * by /dev/vsys and without libvirtuos.
 *
 *	hog SERVICE memory	one channel; its regions grow until no page more
 *				is to be had
 *	hog SERVICE channels N	N channels, or as many as there are
 *
 * It writes "N KiB, then ERROR" or "N channels, then ERROR", and "full", and
 * holds everything until the end of its standard input.
 */
#include <sys/ioctl.h>
#include "virtuos/front.h"
#include "../transcript.h"

static int channel(const char *service, uint32_t nr_slots, uint32_t *slots)
{
	struct vsys_front_open open_service = { .nr_slots = nr_slots };
	int fd = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	snprintf(open_service.service, sizeof(open_service.service), "%s",
		 service);
	if (ioctl(fd, VSYS_IOC_OPEN, &open_service)) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	if (slots)
		*slots = open_service.nr_slots;
	return fd;
}

/* In steps that get smaller, so that nothing is left. */
static int memory(const char *service)
{
	struct vsys_front_arena arena = { .slot = 0 };
	uint32_t nr, step = VSYS_SLOT_ARENA_MAX;
	long kib = 0;
	int fd = channel(service, VSYS_SLOTS_MAX, &nr), e = 0;

	if (fd < 0) {
		say("no channel: %s", strerrorname_np(errno));
		return 1;
	}
	while (step && arena.slot < nr) {
		arena.bytes = step;
		if (!ioctl(fd, VSYS_IOC_ARENA, &arena)) {
			kib += step / 1024;
			arena.slot++;
			continue;
		}
		e = errno;
		step = step > VSYS_PAGE_SIZE ? step / 4 : 0;
	}
	say("%ld KiB, then %s", kib, e ? strerrorname_np(e) : "no slot");
	return 0;
}

static int channels(const char *service, int wanted)
{
	int n = 0, e = 0;

	while (n < wanted && channel(service, VSYS_SLOTS_MIN, NULL) >= 0)
		n++;
	if (n < wanted)
		e = errno;
	say("%d channels, then %s", n, e ? strerrorname_np(e) : "enough");
	return 0;
}

int main(int argc, char **argv)
{
	char c;

	if (argc == 3 && !strcmp(argv[2], "memory")) {
		if (memory(argv[1]))
			return 1;
	} else if (argc == 4 && !strcmp(argv[2], "channels")) {
		channels(argv[1], atoi(argv[3]));
	} else {
		fprintf(stderr, "usage: %s SERVICE memory | channels N\n",
			argv[0]);
		return 2;
	}
	say("full");
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
