/* SPDX-License-Identifier: MIT */
/* The process's session of /dev/vsys-counters, which its threads share. */
#ifndef PERFCTR_REMOTE_SESSION_H
#define PERFCTR_REMOTE_SESSION_H

#include <sys/types.h>
#include <virtuos/front-counters.h>

struct remote_session {
	int fd;
	pid_t process;		/* a child of fork has to have its own */
	unsigned int users;
	unsigned int nr;
	struct vsys_counter counter[VSYS_COUNTERS_MAX];
	const struct vsys_session_page *page;
};

/*
 * The session, begun if there is none, or NULL and perfctr_failure.
 * number[i] becomes the number of want[i] among its counters.
 */
struct remote_session *remote_session_get(const struct vsys_counter *want,
					  unsigned int nr, unsigned char *number);
void remote_session_put(struct remote_session *s);

/* Entries from number `first` on; how many, or -1 with errno. */
int remote_session_entries(struct remote_session *s, unsigned int first,
			   struct vsys_account_entry *entries, unsigned int room);

/* Differs from what it was whenever entries do. */
static inline __u32 remote_session_changes(const struct remote_session *s)
{
	return __atomic_load_n(&s->page->changes, __ATOMIC_ACQUIRE);
}

#endif /* PERFCTR_REMOTE_SESSION_H */
