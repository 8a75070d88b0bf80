/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting, seen from inside.
 *
 *	session		one open file of /dev/vsys-counters
 *	member		a process that it is about
 *	accounts	what is counted of one channel for it
 *	entry		whose one of these accounts is, and what it came to
 *	records		a channel's ring of samples and time lines
 *	tally		what a service domain did in all meanwhile
 *	counting	what a channel keeps for all sessions
 *
 * Who keeps whom alive:
 *
 *	profiler's file --> session --> accounts --> session
 *	channel <-> accounts, as long as they are in force
 *	session, accounts --> ring of records
 *	session --> tally --> device
 *
 * Every arrow is a reference.  A member names its session without one, and goes
 * before it does; an entry is its session's; a channel's counting is freed with
 * the channel.
 *
 * Locks, outermost first.  The forwarder enters with its chardev_file.lock at
 * most, or from an interrupt or with device.lock held, and then no lock is
 * taken here.
 *
 *	session.reading (mutex)		readers of records
 *	mmap_lock
 *	session.lock (mutex)		which channels a session has
 *	front_fork_lock (mutex)		the probe of forks
 *	accounts.lock (mutex)		beginning and end of counting
 *	accounts.entries_lock (mutex)	whose they are
 *	tally.lock (mutex)		what a service domain did in all
 *	front_members_lock		which session a process is in
 *	the forwarder's, from front_users_lock on
 */
#ifndef FRONT_WING_H
#define FRONT_WING_H

#include "../vsysfront.h"
#include <virtuos/front-counters.h>

#endif /* FRONT_WING_H */
