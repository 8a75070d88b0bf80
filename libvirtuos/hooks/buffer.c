// SPDX-License-Identifier: MIT
/*
 * Buffers for calls that gather, scatter or pass data on.  A few stay mapped;
 * who finds them all in use (threads, a handler in the middle of a call) maps
 * one for the while.
 */
#include "hook.h"

#define KEPT 8

static struct {
	bool busy;	/* atomic: taken with acquire, put with release */
	void *memory;		/* of the one who has it */
} kept[KEPT];

static void *buffer_map(void)
{
	return sys_map(0, HOOK_BUFFER,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void *hook_buffer_get(void)
{
	int i;

	for (i = 0; i < KEPT; i++) {
		if (__atomic_exchange_n(&kept[i].busy, true, __ATOMIC_ACQUIRE))
			continue;
		if (!kept[i].memory)
			kept[i].memory = buffer_map();
		if (kept[i].memory)
			return kept[i].memory;
		__atomic_store_n(&kept[i].busy, false, __ATOMIC_RELEASE);
		return NULL;
	}
	return buffer_map();
}

void hook_buffer_put(void *buffer)
{
	int i;

	if (!buffer)
		return;
	for (i = 0; i < KEPT; i++) {
		if (kept[i].memory == buffer) {
			__atomic_store_n(&kept[i].busy, false,
					 __ATOMIC_RELEASE);
			return;
		}
	}
	sys2(SYS_munmap, buffer, HOOK_BUFFER);
}
