// SPDX-License-Identifier: MIT
/* Sockets with a time-out: see timed.h. */
#include <sys/socket.h>
#include <sys/time.h>

#include "timed.h"

/* The word that has the descriptor's bit; NULL: it is too high. */
static uint64_t *timed_word(struct virtuos_channel *ch, uint64_t fd,
			    uint64_t *bit)
{
	*bit = 1ull << (fd % 64);
	return fd / 64 < sizeof(ch->timed) / sizeof(ch->timed[0]) ?
		       &ch->timed[fd / 64] : NULL;
}

bool virtuos_timed_get(struct virtuos_channel *ch, uint64_t fd)
{
	uint64_t bit, *word = timed_word(ch, fd, &bit);

	return word && (__atomic_load_n(word, __ATOMIC_RELAXED) & bit);
}

void virtuos_timed_set(struct virtuos_channel *ch, uint64_t fd, bool timed)
{
	uint64_t bit, *word = timed_word(ch, fd, &bit);

	if (!word)
		return;
	if (timed)
		__atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
	else if (__atomic_load_n(word, __ATOMIC_RELAXED) & bit)
		__atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED);
}

void virtuos_timed_note(struct virtuos_channel *ch, const uint64_t args[6])
{
	struct timeval tv;

	if (args[1] != SOL_SOCKET ||
	    (args[2] != SO_RCVTIMEO && args[2] != SO_SNDTIMEO))
		return;
	if (!virtuos_copy(&tv, (void *)(uintptr_t)args[3], sizeof(tv)))
		virtuos_timed_set(ch, args[0], tv.tv_sec || tv.tv_usec);
}
