// SPDX-License-Identifier: GPL-2.0-only
/*
 * PAPI counts in all domains at once: run forwarded, as root, with "domains FILE".
 *
 * One event set of the processor (component perf_event), one of the service
 * domains (component virtuos); file calls cost the storage domain, socket calls
 * the network domain, computing neither.
 */
#include <fcntl.h>
#include <papi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_CALLS	400
#define SOCKET_CALLS	300
#define REGIONS		50

/* In this order in the arrays of values. */
enum { FILE_NR, FILE_TIME, FILE_INSNS, SOCKET_NR, SOCKET_TIME, SOCKET_INSNS, REMOTE };

static const char *const remote_event[REMOTE] = {
	"virtuos:::storage:calls",
	"virtuos:::storage:task-clock",
	"virtuos:::storage:instructions",
	"virtuos:::network:calls",
	"virtuos:::network:task-clock",
	"virtuos:::network:instructions",
};

static int failed;

#define check(good, ...) do { \
	int good_ = !!(good); \
	printf(good_ ? "ok   " : "FAIL "); \
	printf(__VA_ARGS__); \
	putchar('\n'); \
	failed |= !good_; \
} while (0)

static void must(int err, const char *what)
{
	if (err >= 0)
		return;
	printf("FAIL %s: %s\n", what, PAPI_strerror(err));
	exit(1);
}

static int set_make(const char *const *events, int nr)
{
	int set = PAPI_NULL, i;

	must(PAPI_create_eventset(&set), "PAPI_create_eventset");
	for (i = 0; i < nr; i++)
		must(PAPI_add_named_event(set, events[i]), events[i]);
	return set;
}

static void file_calls(int fd)
{
	char c;
	int i;

	for (i = 0; i < FILE_CALLS; i++)
		if (pread(fd, &c, 1, 0) != 1)
			perror("pread");
}

static void socket_calls(int s)
{
	char c;
	int i;

	for (i = 0; i < SOCKET_CALLS; i++)
		if (recv(s, &c, 1, MSG_DONTWAIT) >= 0)
			printf("FAIL who sent this?\n");
}

__attribute__((noinline))
static void compute(void)
{
	volatile unsigned int i;

	for (i = 0; i < 1000000; i++)
		;
}

static void show(const long long *v)
{
	int i;

	for (i = 0; i < REMOTE; i++)
		printf("     %-34s %12lld\n", remote_event[i], v[i]);
}

static void counts(int set, int local, int file, int s)
{
	long long v[REMOTE], w[REMOTE], here[1];

	must(PAPI_start(set), "PAPI_start, virtuos");
	must(PAPI_start(local), "PAPI_start, perf_event");
	file_calls(file);
	must(PAPI_read(set, v), "PAPI_read");
	check(v[FILE_NR] == FILE_CALLS && v[FILE_TIME] > 0 && v[FILE_INSNS] > 0,
	      "%d file calls are the storage domain's", FILE_CALLS);
	check(!v[SOCKET_NR] && !v[SOCKET_TIME] && !v[SOCKET_INSNS],
	      "and not the network domain's");
	socket_calls(s);
	compute();
	must(PAPI_stop(local, here), "PAPI_stop");
	must(PAPI_read(set, w), "PAPI_read");
	check(w[SOCKET_NR] == SOCKET_CALLS && w[SOCKET_TIME] > 0 && w[SOCKET_INSNS] > 0,
	      "%d socket calls are the network domain's", SOCKET_CALLS);
	check(!memcmp(v, w, sizeof(*v) * SOCKET_NR), "and nothing more the storage domain's");
	check(here[0] > 1000000, "computing is the user domain's: %lld instructions", here[0]);
	show(w);
	must(PAPI_reset(set), "PAPI_reset");
	file_calls(file);
	must(PAPI_stop(set, v), "PAPI_stop");
	check(v[FILE_NR] == FILE_CALLS && !v[SOCKET_NR], "a reset begins anew");
	file_calls(file);
	must(PAPI_read(set, w), "PAPI_read");
	check(!memcmp(v, w, sizeof(v)), "a stopped set stands still");
}

/* Removed and added again, an event comes last, and the others stay what they are. */
static void removed(int set, int file)
{
	long long v[REMOTE];
	int code;

	must(PAPI_event_name_to_code(remote_event[FILE_NR], &code), remote_event[FILE_NR]);
	must(PAPI_remove_event(set, code), "PAPI_remove_event");
	must(PAPI_add_event(set, code), "PAPI_add_event");
	must(PAPI_start(set), "PAPI_start, after a removal");
	file_calls(file);
	must(PAPI_stop(set, v), "PAPI_stop, after a removal");
	check(v[REMOTE - 1] == FILE_CALLS && !v[SOCKET_NR - 1] && !v[SOCKET_INSNS - 1],
	      "an event that was removed and added again: %lld calls", v[REMOTE - 1]);
}

/* Regions: each start begins at zero, and stopped sets are in nobody's way. */
static void regions(int set, int file)
{
	static const char *const other_event[] = { "virtuos:::storage:cycles" };
	long long v[REMOTE], other[1], calls = 0, began = PAPI_get_real_usec();
	int i, other_set = set_make(other_event, 1);
	char c;

	for (i = 0; i < REGIONS; i++) {
		must(PAPI_start(set), "PAPI_start of a region");
		if (pread(file, &c, 1, 0) != 1)
			perror("pread");
		must(PAPI_stop(set, v), "PAPI_stop of a region");
		calls += v[FILE_NR];
	}
	check(calls == REGIONS, "%d regions of one call each, in %lld us each",
	      REGIONS, (PAPI_get_real_usec() - began) / REGIONS);
	must(PAPI_start(other_set), "PAPI_start of another list");
	file_calls(file);
	must(PAPI_stop(other_set, other), "PAPI_stop of another list");
	check(other[0] > 0, "another list of events when the first is stopped");
	must(PAPI_start(set), "PAPI_start of the first list");
	file_calls(file);
	must(PAPI_stop(set, v), "PAPI_stop of the first list");
	check(v[FILE_NR] == FILE_CALLS, "and the first one again");
}

/* Another thread counts the same events at the same time. */
static void *thread(void *arg)
{
	int set = set_make(remote_event, REMOTE);
	long long *v = arg;

	must(PAPI_start(set), "PAPI_start, in a thread");
	file_calls(v[0]);
	must(PAPI_stop(set, v), "PAPI_stop, in a thread");
	must(PAPI_unregister_thread(), "PAPI_unregister_thread");
	return NULL;
}

static void threads(int set, int file)
{
	long long v[REMOTE] = { 0 }, w[REMOTE] = { file };
	pthread_t t;

	must(PAPI_start(set), "PAPI_start");
	file_calls(file);
	if (pthread_create(&t, NULL, thread, w) || pthread_join(t, NULL))
		perror("pthread");
	must(PAPI_stop(set, v), "PAPI_stop");
	check(v[FILE_NR] == FILE_CALLS && w[FILE_NR] == FILE_CALLS,
	      "two threads, each its own %lld and %lld calls", v[FILE_NR], w[FILE_NR]);
}

int main(int argc, char **argv)
{
	static const char *const processor[] = { "PAPI_TOT_INS" };
	int file, s, set, local;

	if (argc != 2)
		return 2;
	file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (file < 0 || s < 0 || write(file, "x", 1) != 1 || unlink(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	if (PAPI_library_init(PAPI_VER_CURRENT) != PAPI_VER_CURRENT) {
		printf("FAIL PAPI_library_init\n");
		return 1;
	}
	must(PAPI_thread_init(pthread_self), "PAPI_thread_init");
	set = set_make(remote_event, REMOTE);
	local = set_make(processor, 1);
	counts(set, local, file, s);
	threads(set, file);
	regions(set, file);
	removed(set, file);
	return failed;
}
