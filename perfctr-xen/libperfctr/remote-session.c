// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "failure.h"
#include "remote-session.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct remote_session *ours;	/* lock */

static const char *why(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "vsysfront is not loaded, too old, or built without counting";
	case EPERM:
	case EACCES:
		return "not permitted: it takes CAP_PERFMON";
	case EBUSY:
		return "somebody else counts this process already";
	}
	return strerror(error);
}

static void session_free(struct remote_session *s)
{
	if (s->page != MAP_FAILED)
		munmap((void *)s->page, VSYS_PAGE_SIZE);
	/* A child may have the file, too. */
	if (s->fd >= 0 && s->process == getpid())
		ioctl(s->fd, VSYS_COUNTERS_STOP);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static int session_begin(struct remote_session *s)
{
	struct vsys_counters_start start = { .nr_counters = s->nr };
	__u32 process = s->process;

	memcpy(start.counters, s->counter, sizeof(start.counters));
	s->fd = open(VSYS_COUNTERS_PATH, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return -1;
	s->page = mmap(NULL, VSYS_PAGE_SIZE, PROT_READ, MAP_SHARED, s->fd,
		       VSYS_MAP_SESSION);
	if (s->page == MAP_FAILED || ioctl(s->fd, VSYS_COUNTERS_START, &start))
		return -1;
	return ioctl(s->fd, VSYS_COUNTERS_ADD, &process);
}

static struct remote_session *session_make(const struct vsys_counter *want,
					   unsigned int nr)
{
	struct remote_session *s = calloc(1, sizeof(*s));

	if (!s) {
		perfctr_fail("no memory");
		return NULL;
	}
	s->fd = -1;
	s->page = MAP_FAILED;
	s->process = getpid();
	s->nr = nr;
	memcpy(s->counter, want, nr * sizeof(*want));
	if (!session_begin(s))
		return s;
	perfctr_fail(VSYS_COUNTERS_PATH ": %s", why(errno));
	session_free(s);
	return NULL;
}

/* lock held. */
static int session_numbers(const struct vsys_counter *want, unsigned int nr,
			   unsigned char *number)
{
	unsigned int i, k;

	for (i = 0; i < nr; i++) {
		for (k = 0; k < ours->nr; k++)
			if (!memcmp(&ours->counter[k], &want[i], sizeof(*want)))
				break;
		if (k == ours->nr) {
			perfctr_fail("this process counts other events already");
			return -1;
		}
		number[i] = k;
	}
	return 0;
}

struct remote_session *remote_session_get(const struct vsys_counter *want,
					  unsigned int nr, unsigned char *number)
{
	struct remote_session *s = NULL;

	pthread_mutex_lock(&lock);
	/* The parent's stays with those who still have it. */
	if (ours && ours->process != getpid())
		ours = NULL;
	if (!ours)
		ours = session_make(want, nr);
	if (ours && !session_numbers(want, nr, number)) {
		s = ours;
		s->users++;
	}
	pthread_mutex_unlock(&lock);
	return s;
}

void remote_session_put(struct remote_session *s)
{
	pthread_mutex_lock(&lock);
	if (!--s->users) {
		if (s == ours)
			ours = NULL;
		session_free(s);
	}
	pthread_mutex_unlock(&lock);
}

int remote_session_entries(struct remote_session *s, unsigned int first,
			   struct vsys_account_entry *entries, unsigned int room)
{
	struct vsys_counters_accounts want = {
		.first = first,
		.room = room,
		.entries = (uintptr_t)entries,
	};

	if (ioctl(s->fd, VSYS_COUNTERS_ACCOUNTS, &want))
		return -1;
	return want.count;
}
