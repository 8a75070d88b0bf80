/* SPDX-License-Identifier: GPL-2.0-only */
/* Channel: one of our own to a service domain, over which empty calls go. */
#ifndef PERFCTR_CHANNEL_H
#define PERFCTR_CHANNEL_H

#include <stddef.h>
#include <virtuos/ring.h>

struct channel {
	int fd;
	size_t size;
	struct vsys_ring ring;
};

/* 0 or -errno. */
int channel_open(struct channel *c, const char *service);
void channel_close(struct channel *c);
/* An empty call; 0 or -errno. */
int channel_nop(struct channel *c);

#endif /* PERFCTR_CHANNEL_H */
