// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <virtuos/calls.h>
#include <virtuos/front.h>
#include "channel.h"
#include "services.h"

#define SPINS 20000

int channel_open(struct channel *c, const char *service)
{
	struct vsys_front_open open_ = { 0 };
	char *p;
	int err;

	memset(c, 0, sizeof(*c));
	c->fd = service_channel(service, &open_);
	if (c->fd < 0)
		return c->fd;
	c->size = (1 + open_.nr_slots / VSYS_SLOTS_PER_PAGE) * VSYS_PAGE_SIZE;
	p = mmap(NULL, c->size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
		 VSYS_MAP_RING);
	if (p == MAP_FAILED) {
		err = -errno;
		close(c->fd);
		return err;
	}
	c->ring.head = (void *)p;
	c->ring.slots = (void *)(p + VSYS_PAGE_SIZE);
	c->ring.nr_slots = open_.nr_slots;
	return 0;
}

void channel_close(struct channel *c)
{
	munmap(c->ring.head, c->size);
	close(c->fd);
}

int channel_nop(struct channel *c)
{
	struct vsys_slot *slot = &c->ring.slots[0];
	struct vsys_front_wait wait = { .slot = 0 };
	long spins = 0;

	memset(slot->args, 0, sizeof(slot->args));
	slot->nr = VSYS_NR_NOP;
	if (vsys_slot_submit(&c->ring, 0) && ioctl(c->fd, VSYS_IOC_DOORBELL))
		return -errno;
	while (!vsys_slot_done(slot)) {
		vsys_relax();
		if (++spins > SPINS && ioctl(c->fd, VSYS_IOC_WAIT, &wait) &&
		    errno != EINTR)
			return -errno;
	}
	return vsys_slot_finish(slot);
}
