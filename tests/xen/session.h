/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profiler in a nutshell: sessions of /dev/vsys-counters, for tests that run
 * forwarded and count themselves.
 */
#ifndef TESTS_SESSION_H
#define TESTS_SESSION_H

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <virtuos/front-counters.h>

#define SESSION_ENTRIES	1024

static int session_failed;

__attribute__((format(printf, 2, 3)))
static inline int check(int good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s ", good ? "ok  " : "FAIL");
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	va_end(args);
	if (!good)
		session_failed = 1;
	return good;
}

__attribute__((noreturn))
static inline void die(const char *what)
{
	printf("FAIL %s: %s\n", what, strerror(errno));
	exit(1);
}

static const struct vsys_counter session_clock = {
	.type = PERF_TYPE_SOFTWARE,
	.config = PERF_COUNT_SW_TASK_CLOCK,
};

static inline int session_open(void)
{
	int fd = open(VSYS_COUNTERS_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(VSYS_COUNTERS_PATH);
	return fd;
}

/* 0, or the errno. */
static inline int session_start(int fd, uint32_t flags, uint32_t nr,
				const struct vsys_counter *counters)
{
	struct vsys_counters_start start = { .nr_counters = nr, .flags = flags };
	uint32_t i;

	for (i = 0; i < nr && i < VSYS_COUNTERS_MAX; i++)
		start.counters[i] = counters[i];
	return ioctl(fd, VSYS_COUNTERS_START, &start) ? errno : 0;
}

static inline int session_add(int fd, uint32_t tgid)
{
	return ioctl(fd, VSYS_COUNTERS_ADD, &tgid) ? errno : 0;
}

/* One that counts this process. */
static inline int session_begin(uint32_t flags, uint32_t nr,
				const struct vsys_counter *counters)
{
	int fd = session_open();

	errno = session_start(fd, flags, nr, counters);
	if (errno)
		die("VSYS_COUNTERS_START");
	errno = session_add(fd, getpid());
	if (errno)
		die("VSYS_COUNTERS_ADD");
	return fd;
}

static struct vsys_account_entry session_entries[SESSION_ENTRIES];

/* All entries, a few at a time, into session_entries; how many. */
static inline uint32_t session_accounts(int fd)
{
	struct vsys_counters_accounts want = { .room = 7 };
	uint32_t nr = 0;

	do {
		want.first = nr;
		want.entries = (uintptr_t)&session_entries[nr];
		if (ioctl(fd, VSYS_COUNTERS_ACCOUNTS, &want))
			die("VSYS_COUNTERS_ACCOUNTS");
		nr += want.count;
	} while (want.count && nr + want.room <= SESSION_ENTRIES);
	return nr;
}

/* The last entry of a thread (0: of the others) at a service, or NULL. */
static inline struct vsys_account_entry *
session_find(int fd, const char *service, uint32_t tgid, uint32_t tid)
{
	struct vsys_account_entry *found = NULL;
	uint32_t i, nr = session_accounts(fd);

	for (i = 0; i < nr; i++) {
		struct vsys_account_entry *e = &session_entries[i];

		if (!strcmp(e->service, service) && e->tgid == tgid &&
		    e->tid == tid && !(e->flags & VSYS_ENTRY_CALL))
			found = e;
	}
	return found;
}

/* A counter's sum over all threads' entries of a service. */
static inline __u64 session_sum(int fd, const char *service, int counter)
{
	uint32_t i, nr = session_accounts(fd);
	__u64 sum = 0;

	for (i = 0; i < nr; i++)
		if (!strcmp(session_entries[i].service, service) &&
		    !(session_entries[i].flags & VSYS_ENTRY_CALL))
			sum += session_entries[i].account.value[counter];
	return sum;
}

/* 0, or the errno. */
static inline int session_totals(int fd, const char *service,
				 struct vsys_totals *totals)
{
	struct vsys_counters_totals t = { 0 };

	strncpy(t.service, service, sizeof(t.service) - 1);
	if (ioctl(fd, VSYS_COUNTERS_TOTALS, &t))
		return errno;
	*totals = t.totals;
	return 0;
}

/* A name of a service domain's kernel, or "".  It is asked for once. */
static inline const char *session_symbol(int fd, const char *service,
					 __u64 address)
{
	static struct vsys_counters_symbol known[4096];
	struct vsys_counters_symbol *s = &known[address * 2654435761u % 4096];

	if (s->symbol.address == address && !strcmp(s->service, service))
		return (const char *)s->symbol.name;
	memset(s, 0, sizeof(*s));
	strncpy(s->service, service, sizeof(s->service) - 1);
	s->symbol.address = address;
	if (ioctl(fd, VSYS_COUNTERS_SYMBOL, s))
		s->symbol.name[0] = 0;
	return (const char *)s->symbol.name;
}

/* ---- Work: a thread that makes so many calls on a remote file ---------------- */

struct work {
	pthread_t thread;
	int fd;
	__u64 calls;
	pid_t tid;
};

static inline void work_calls(int fd, __u64 calls)
{
	char c;

	while (calls--)
		if (pread(fd, &c, 1, 0) < 0)
			die("pread");
}

static inline void *work_run(void *arg)
{
	struct work *w = arg;

	w->tid = syscall(SYS_gettid);
	work_calls(w->fd, w->calls);
	return NULL;
}

static inline void work_start(struct work *w, int fd, __u64 calls)
{
	w->fd = fd;
	w->calls = calls;
	if (pthread_create(&w->thread, NULL, work_run, w))
		die("pthread_create");
}

#endif /* TESTS_SESSION_H */
