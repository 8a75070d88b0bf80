/* SPDX-License-Identifier: GPL-2.0-only */
/* Control channel: requests to the other kernel. */
#ifndef FRONT_CONTROL_H
#define FRONT_CONTROL_H

#include "vsysfront.h"
#include "ring.h"
#include <virtuos/control.h>

struct front_channel;
struct front_device;

struct front_control {
	struct front_ring ring;
	struct page *pages[VSYS_CONTROL_SLOTS];
	grant_ref_t refs[VSYS_CONTROL_SLOTS];
	u32 nr_pages;			/* allocated and granted so far */
	u32 nr[VSYS_CONTROL_SLOTS];	/* what each slot was asked */
	/*
	 * ring.lock; whose OPEN or CLOSE was given up in each slot: B may still
	 * map what it names, so the channel stays until there is an answer.
	 */
	struct front_channel *lost[VSYS_CONTROL_SLOTS];
};

int front_control_init(struct front_device *dev);
void front_control_kill(struct front_device *dev);
void front_control_free(struct front_device *dev);
s64 front_control_request(struct front_device *dev, u32 nr, const u64 args[4],
			  const void *message, size_t bytes, long timeout);
s64 front_control_channel(struct front_channel *ch, u32 nr,
			  const u64 args[4], const void *message, size_t bytes,
			  bool *lost);
s64 front_control_exchange(struct front_device *dev, u32 nr, void *message,
			   size_t bytes, long timeout);

#endif /* FRONT_CONTROL_H */
