/* SPDX-License-Identifier: GPL-2.0-only */
/* Call: a system call made by this kernel. */
#ifndef FRONT_CALL_H
#define FRONT_CALL_H

#include "vsysfront.h"
#include <virtuos/calls.h>

struct front_channel;
struct front_region;

enum front_patience {
	FRONT_SIGNAL,	/* a signal cancels the call */
	FRONT_KILL,	/* only a fatal signal ends the wait */
	FRONT_BOUND,	/* nothing does, but time, once B answers nothing */
};

struct front_call {
	struct front_channel *ch;
	u32 slot;
	enum front_patience patience;
	bool lost;
	struct front_region *region;
};

int front_call_begin(struct front_call *call, struct front_channel *ch,
		     u32 bytes, enum front_patience patience);
s64 front_call_make(struct front_call *call, u32 nr, u64 a0, u64 a1, u64 a2,
		    u64 a3, u64 a4, u64 a5);
void front_call_end(struct front_call *call);
u64 front_call_address(const struct front_call *call, u32 offset);
s64 front_call_simple(struct front_channel *ch, enum front_patience patience,
		      u32 nr, u64 a0, u64 a1, u64 a2, u64 a3);
bool front_call_close(struct front_channel *ch, s32 fd);
int front_call_wait(struct front_channel *ch, u32 region,
		    enum front_patience patience);
s64 front_call_error(s64 ret);

#endif /* FRONT_CALL_H */
