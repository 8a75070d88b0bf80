// SPDX-License-Identifier: GPL-2.0-only
/*
 * libperfctr's counts in service domains: run forwarded, as root, with
 * "remote FILE", or "remote FILE outage", which says "ready", wants a line on
 * its standard input when the storage domain has gone, and another one when it
 * is back.
 */
#include <dirent.h>
#include <inttypes.h>
#include <session.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "../libperfctr/perfctr-remote.h"
#include "../libperfctr/perfctr.h"

#define CALLS	500
#define READS	20000

static const char *path;

static struct perfctr_remote *remote_open(const char *events)
{
	const char *error;
	struct perfctr_remote *r = perfctr_remote_open(events, &error);

	if (r)
		return r;
	printf("FAIL %s: %s\n", events, error);
	exit(1);
}

static struct perfctr_remote_counts remote_read(struct perfctr_remote *r,
						const char *service)
{
	struct perfctr_remote_counts c;

	if (perfctr_remote_read(r, perfctr_remote_service(r, service), &c))
		die(service);
	return c;
}

/* The library keeps the session's file to itself. */
static int session_fd(void)
{
	DIR *dir = opendir("/proc/self/fd");
	char link[64], name[64];
	struct dirent *e;
	ssize_t n;

	while (dir && (e = readdir(dir))) {
		snprintf(link, sizeof(link), "/proc/self/fd/%.32s", e->d_name);
		n = readlink(link, name, sizeof(name) - 1);
		if (n > 0 && (name[n] = 0, !strcmp(name, VSYS_COUNTERS_PATH))) {
			n = atoi(e->d_name);
			closedir(dir);
			return n;
		}
	}
	die("the session's file");
}

static int file_open(void)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1)
		die(path);
	return fd;
}

static void refuses(const char *events, const char *says)
{
	const char *error;
	struct perfctr_remote *r = perfctr_remote_open(events, &error);

	check(!r && strstr(error, says), "\"%s\": %s", events, r ? "opened" : error);
	perfctr_remote_close(r);
}

static void refusals(void)
{
	struct perfctr_remote *r, *same;
	struct perfctr_remote_counts c;

	refuses("task-clock,walks", "unknown event \"walks\"");
	refuses("", "unknown event \"\"");
	r = remote_open("task-clock,context-switches");
	refuses("page-faults", "counts other events already");
	same = remote_open("context-switches");
	perfctr_remote_close(same);
	check(perfctr_remote_service(r, "") < 0 && errno == EINVAL, "no name");
	check(perfctr_remote_read(r, 7, &c) < 0 && errno == EINVAL, "no such number");
	perfctr_remote_close(r);
}

/* What the library reads is what vsysfront says. */
static void agrees(int file)
{
	struct perfctr_remote *r = remote_open("task-clock,context-switches");
	struct perfctr_remote_counts c;
	struct vsys_account_entry *e;

	c = remote_read(r, "storage");
	work_calls(file, 3);
	check(!c.calls && !remote_read(r, "storage").calls, "not before the start");
	if (perfctr_remote_start(r))
		die("perfctr_remote_start");
	work_calls(file, CALLS);
	c = remote_read(r, "storage");
	check(c.calls == CALLS && c.value[0] && c.enabled >= c.value[0] / 2,
	      "%" PRIu64 " calls took %" PRIu64 " ns", c.calls, c.value[0]);
	check(!remote_read(r, "network").calls, "none of them in the network domain");
	e = session_find(session_fd(), "storage", getpid(), getpid());
	check(e && e->account.calls == CALLS + 3, "with the three before: %llu",
	      e ? e->account.calls : 0);
	perfctr_remote_stop(r);
	work_calls(file, 3);
	check(remote_read(r, "storage").calls == CALLS, "not after the stop");
	perfctr_remote_start(r);
	work_calls(file, 3);
	check(remote_read(r, "storage").calls == CALLS + 3, "again after a start");
	perfctr_remote_close(r);

	/* From the first call on, so that sums are the same. */
	r = remote_open("task-clock,context-switches");
	perfctr_remote_start(r);
	work_calls(file, CALLS);
	c = remote_read(r, "storage");
	e = session_find(session_fd(), "storage", getpid(), getpid());
	check(e && c.value[0] == e->account.value[0] &&
	      c.value[1] == e->account.value[1] && c.enabled == e->account.enabled &&
	      c.calls == e->account.calls && c.running[1] == e->account.running[1],
	      "the same as VSYS_COUNTERS_ACCOUNTS: %" PRIu64 " ns", c.value[0]);
	perfctr_remote_close(r);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* With the session's file out of reach a system call would fail. */
static void silent(int file)
{
	struct perfctr_remote *r = remote_open("task-clock,context-switches");
	int i, fd = session_fd(), kept = dup(fd), zero = open("/dev/zero", O_RDONLY);
	struct perfctr_remote_counts c;
	uint64_t begin, read_ns, call_ns;
	int service = perfctr_remote_service(r, "storage"), failed = 0;
	char byte;

	perfctr_remote_start(r);
	work_calls(file, CALLS);
	remote_read(r, "storage");
	if (dup2(zero, fd) != fd)
		die("dup2");
	work_calls(file, CALLS);
	begin = now();
	for (i = 0; i < READS; i++)
		failed += perfctr_remote_read(r, service, &c);
	read_ns = (now() - begin) / READS;
	check(!failed && c.calls == 2 * CALLS, "%d reads without a system call see %"
	      PRIu64 " calls", READS, c.calls);
	if (dup2(kept, fd) != fd)
		die("dup2");
	close(kept);
	begin = now();
	for (i = 0; i < READS; i++)
		if (read(zero, &byte, 1) != 1)
			die("read");
	call_ns = (now() - begin) / READS;
	printf("     a read takes %" PRIu64 " ns, read(2) %" PRIu64 " ns: %" PRIu64
	       ".%" PRIu64 " times as long\n", read_ns, call_ns,
	       call_ns / (read_ns ?: 1), call_ns * 10 / (read_ns ?: 1) % 10);
	perfctr_remote_close(r);
	close(zero);
}

struct other {
	int file;
	uint64_t calls;
};

static void *other_run(void *arg)
{
	struct perfctr_remote *r = remote_open("task-clock");
	struct other *o = arg;

	perfctr_remote_start(r);
	work_calls(o->file, CALLS / 2);
	o->calls = remote_read(r, "storage").calls;
	perfctr_remote_close(r);
	return NULL;
}

/* Each thread its own; and calls at one service are not another's. */
static void threads(int file)
{
	struct perfctr_remote *r = remote_open("task-clock,context-switches");
	struct other other = { .file = file };
	int i, s = socket(AF_INET, SOCK_DGRAM, 0);
	pthread_t thread;
	char c;

	perfctr_remote_start(r);
	work_calls(file, CALLS);
	if (pthread_create(&thread, NULL, other_run, &other))
		die("pthread_create");
	pthread_join(thread, NULL);
	for (i = 0; i < 7; i++)
		recv(s, &c, 1, MSG_DONTWAIT);
	check(other.calls == CALLS / 2, "another thread's %" PRIu64, other.calls);
	check(remote_read(r, "storage").calls == CALLS, "and this one's own");
	check(remote_read(r, "network").calls == 7, "7 at the network");
	perfctr_remote_close(r);
	close(s);
}

/* The child of a fork has a session of its own. */
static void forks(int file)
{
	struct perfctr_remote *r = remote_open("task-clock"), *mine;
	pid_t child;
	int status;

	perfctr_remote_start(r);
	work_calls(file, 5);
	child = fork();
	if (!child) {
		mine = remote_open("page-faults");
		perfctr_remote_start(mine);
		work_calls(file, 11);
		_exit(remote_read(mine, "storage").calls == 11 ? 0 : 1);
	}
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	check(!status, "a child counts itself");
	check(remote_read(r, "storage").calls == 5, "its parent does not count it");
	perfctr_remote_close(r);
}

static void hardware(int file)
{
	struct perfctr_remote *r = remote_open("instructions,branches");
	int service = perfctr_remote_service(r, "storage");
	struct perfctr_remote_counts c;

	perfctr_remote_start(r);
	work_calls(file, CALLS);
	if (!perfctr_remote_read(r, service, &c))
		check(c.value[0] > CALLS * 100 && c.value[1] &&
		      c.value[1] < c.value[0] / 2, "a call takes %" PRIu64
		      " instructions, %" PRIu64 " branches", c.value[0] / CALLS,
		      c.value[1] / CALLS);
	else
		check(errno == ENOENT, "no counters there: %s", strerror(errno));
	perfctr_remote_close(r);
}

static void line(void)
{
	char text[16];

	puts("ready");
	fflush(stdout);
	if (!fgets(text, sizeof(text), stdin))
		die("no line");
}

static void outage(int file)
{
	struct perfctr_remote *r = remote_open("task-clock");
	int i, storage = perfctr_remote_service(r, "storage"), s;
	struct perfctr_remote_counts c, after;
	char byte;

	perfctr_remote_start(r);
	work_calls(file, CALLS);
	c = remote_read(r, "storage");
	check(c.calls == CALLS && !perfctr_remote_lost(r, storage), "before");
	line();
	check(perfctr_remote_lost(r, storage) == 1, "the storage domain is gone");
	after = remote_read(r, "storage");
	check(after.calls == CALLS && after.value[0] == c.value[0],
	      "its counts are still there");
	s = socket(AF_INET, SOCK_DGRAM, 0);
	recv(s, &byte, 1, MSG_DONTWAIT);
	check(remote_read(r, "network").calls >= 1, "the network counts on");
	line();
	close(file);
	for (i = 0; i < 100 && (file = open(path, O_RDWR | O_CREAT, 0600)) < 0; i++)
		usleep(200 * 1000);
	if (file < 0 || pwrite(file, "x", 1, 0) != 1)
		die(path);
	after = remote_read(r, "storage");
	work_calls(file, CALLS);
	c = remote_read(r, "storage");
	check(after.calls >= CALLS && c.calls - after.calls == CALLS,
	      "back, it goes on: %" PRIu64 " calls", c.calls);
	check(perfctr_remote_lost(r, storage) == 1, "it went once");
	perfctr_remote_close(r);
}

int main(int argc, char **argv)
{
	int file;

	if (argc < 2)
		return 2;
	path = argv[1];
	file = file_open();
	if (argc > 2) {
		outage(file);
	} else {
		refusals();
		agrees(file);
		silent(file);
		threads(file);
		forks(file);
		hardware(file);
	}
	unlink(path);
	return session_failed;
}
