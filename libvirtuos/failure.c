// SPDX-License-Identifier: MIT
/* What a program hears of a call that failed on the way: see failure.h. */
#include <time.h>

#include <virtuos/death.h>

#include "failure.h"

bool virtuos_failure_lacking(long err)
{
	switch (err) {
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -EUSERS:
	case -EDQUOT:
	case -ENOSPC:
	case -EAGAIN:
		return true;
	}
	return false;
}

/*
 * Of the calls that make a socket accept() is the one that names a descriptor.
 * For it this is an error that accept(2) says to treat like EAGAIN; a dead
 * listening socket is always ready, so event loops come back at once, and a
 * short sleep keeps them from taking the processor that the service needs to
 * come back.
 */
long virtuos_failure_dead(uint32_t nr, bool on_socket)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	long err = vsys_death_errno(nr, on_socket);

	if (err == -ENETDOWN && vsys_calls[nr].fds)
		sys2(SYS_nanosleep, &pause, 0);
	return err;
}

/*
 * When there is too little of something, here or there, the program hears what
 * it would hear of a kernel's own tables and memory; what helps stands in the
 * log.
 */
long virtuos_failure_unopened(int service, bool on_socket, uint32_t nr,
			      long err)
{
	if (virtuos_given_up(service))
		return -ENOSYS;
	if (!virtuos_failure_lacking(err))
		return virtuos_failure_dead(nr, on_socket);
	if (nr >= VSYS_NR_SYSCALLS || !vsys_call_makes_fd(&vsys_calls[nr]))
		return -ENOMEM;
	return err == -EMFILE || err == -ENOMEM ? err : -ENFILE;
}
