// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts follow calls: run forwarded, as root, with "account DIR [outage | silent]".
 * It counts itself by task-clock, which every machine has.
 *
 * With "outage" it writes "ready" when it has counted calls in both domains,
 * reads a line from standard input, by which time the network domain has been
 * killed and started anew, and looks at what became of the accounts.
 *
 * With "silent" it writes "ready" when several processes are counted in the network
 * domain, reads a line, by which time that domain stands still, and stops counting.
 */
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include "../session.h"

static const char *dir;

static int file_open(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s.%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		die(path);
	unlink(path);
	return fd;
}

/* A socket that nobody writes to, and that waits so long. */
static int socket_open(int ms)
{
	struct timeval wait = { ms / 1000, ms % 1000 * 1000 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		die("socket");
	return fd;
}

static void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000l };

	nanosleep(&t, NULL);
}

/* By the instruction, so that the kernel's own path is taken. */
static void raw_calls(int fd, int calls)
{
	register long r10 __asm__("r10") = 0;
	long ret;
	char c;

	while (calls--) {
		__asm__ volatile("syscall" : "=a"(ret)
				 : "0"(SYS_pread64), "D"(fd), "S"(&c), "d"(1),
				   "r"(r10) : "rcx", "r11", "memory");
		if (ret != 1)
			die("pread by the kernel");
	}
}

/* ---- Each of these begins a session of its own --------------------------------- */

static void refusals(void)
{
	struct vsys_counter c[16] = { [0 ... 15] = session_clock };
	int fd = session_open(), other = session_open();

	check(session_add(fd, getpid()) == EINVAL, "ADD before START");
	check(session_start(fd, 0, 0, c) == EINVAL, "no counters");
	check(session_start(fd, 0, 16, c) == EINVAL, "too many counters");
	check(session_start(fd, 1u << 31, 1, c) == EINVAL, "an unknown flag");
	check(session_start(fd, VSYS_COUNT_TRACE, 1, c) == EINVAL,
	      "a trace without records");
	c[0].period = 1000000;
	check(session_start(fd, 0, 1, c) == EINVAL, "a period without records");
	c[0].period = 1;
	check(session_start(fd, VSYS_SESSION_RECORDS, 1, c) == EINVAL,
	      "too short a period");
	c[0] = session_clock;
	c[0].flags = 1u << 5;
	check(session_start(fd, 0, 1, c) == EINVAL, "a counter's unknown flag");
	check(session_start(fd, 0, 1, &session_clock) == 0, "START");
	check(session_start(fd, 0, 1, &session_clock) == EBUSY, "START twice");
	check(session_add(fd, 0) == ESRCH, "no process 0");
	check(session_add(fd, 0x3fffff) == ESRCH, "no such process");
	check(session_add(fd, getpid()) == 0, "ADD");
	check(session_add(fd, getpid()) == EBUSY, "ADD twice");
	check(session_start(other, 0, 1, &session_clock) == 0, "another START");
	check(session_add(other, getpid()) == EBUSY, "in another session");
	check(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) ==
	      MAP_FAILED, "accounts cannot be written");
	close(fd);
	check(session_add(other, getpid()) == 0, "the first session is over");
	close(other);
}

/* What only the service domain can know is refused there. */
static void refusals_there(void)
{
	static const struct vsys_counter bad[] = {
		{ .type = PERF_TYPE_TRACEPOINT, .config = 1 },
		{ .type = PERF_TYPE_BREAKPOINT },
		{ .type = 6 },
		{ .type = ~0u },
		{ .type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_MAX },
		{ .type = PERF_TYPE_HARDWARE, .config = 1ull << 32 },
		{ .type = PERF_TYPE_HW_CACHE, .config = 0xff },
		{ .type = PERF_TYPE_HW_CACHE, .config = 0x0300 },
		{ .type = PERF_TYPE_HW_CACHE, .config = 0x020000 },
		{ .type = PERF_TYPE_HW_CACHE, .config = 1ull << 40 },
		{ .type = PERF_TYPE_RAW, .config = 1ull << 22 },
		{ .type = PERF_TYPE_RAW, .config = 1ull << 32 },
		{ .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK },
		{ .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT },
		{ .type = PERF_TYPE_SOFTWARE, .config = ~0ull },
		{ .type = PERF_TYPE_SOFTWARE, .config = 1, .flags = 3 },
		{ .type = PERF_TYPE_SOFTWARE, .config = 1, .period = ~0ull },
	};
	struct vsys_account_entry *e;
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vsys_counter c[2] = { session_clock, bad[i] };

		fd = session_begin(VSYS_SESSION_RECORDS, 2, c);
		e = session_find(fd, "storage", getpid(), 0);
		check(e && e->flags & VSYS_ENTRY_REFUSED && e->error == -EINVAL,
		      "type %u, config %#llx, flags %u, period %llu: error %d",
		      bad[i].type, bad[i].config, bad[i].flags, bad[i].period,
		      e ? e->error : 0);
		close(fd);
	}
}

/* How many entries a thread has. */
static int entries_of(int fd, uint32_t tid)
{
	uint32_t i, nr = session_accounts(fd);
	int times = 0;

	for (i = 0; i < nr; i++)
		times += session_entries[i].tid == tid;
	return times;
}

static void threads(int file)
{
	struct vsys_account_entry *e;
	struct vsys_totals totals;
	struct work a, b;
	const volatile struct vsys_account *mapped;
	__u64 sum;
	void *page;
	int err, fd = session_begin(0, 1, &session_clock);

	work_start(&a, file, 1000);
	work_start(&b, file, 500);
	pthread_join(a.thread, NULL);
	pthread_join(b.thread, NULL);
	work_calls(file, 7);
	e = session_find(fd, "storage", getpid(), a.tid);
	if (!check(e && e->account.calls == 1000, "1000 calls (%llu)",
		   e ? e->account.calls : 0))
		return;
	check(e->account.value[0] && e->account.running[0] &&
	      e->account.running[0] == e->account.enabled,
	      "%llu ns, %llu of %llu counted",
	      e->account.value[0], e->account.running[0], e->account.enabled);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, e->offset & ~4095ull);
	if (page == MAP_FAILED)
		die("mmap of accounts");
	mapped = (void *)((char *)page + (e->offset & 4095));
	check(mapped->calls == 1000 && mapped->value[0] == e->account.value[0],
	      "the same by a mapping");
	e = session_find(fd, "storage", getpid(), b.tid);
	check(e && e->account.calls == 500, "500 calls (%llu)",
	      e ? e->account.calls : 0);
	check(entries_of(fd, a.tid) == 1, "one account of a thread");
	e = session_find(fd, "storage", getpid(), getpid());
	check(e && e->account.calls == 7, "7 calls (%llu)",
	      e ? e->account.calls : 0);
	raw_calls(file, 3);
	e = session_find(fd, "storage", getpid(), getpid());
	check(e && e->account.calls == 10, "3 past the library (%llu)",
	      e ? e->account.calls : 0);
	e = session_find(fd, "storage", getpid(), 0);
	check(e && e->flags & VSYS_ENTRY_OTHER && !e->account.calls,
	      "none of nobody's (%llu)", e ? e->account.calls : 0);

	sum = session_sum(fd, "storage", 0);
	err = session_totals(fd, "storage", &totals);
	check(!err && sum + totals.polling[0] <= totals.value[0],
	      "accounts %llu + polling %llu <= total %llu of %llu",
	      sum, totals.polling[0], totals.value[0],
	      totals.enabled);
	check(session_totals(fd, "nowhere", &totals) == ENOENT, "no service");

	if (ioctl(fd, VSYS_COUNTERS_STOP))
		die("VSYS_COUNTERS_STOP");
	work_calls(file, 5);
	e = session_find(fd, "storage", getpid(), getpid());
	check(e && e->account.calls == 10, "stopped (%llu)",
	      e ? e->account.calls : 0);
	check(!session_totals(fd, "storage", &totals) &&
	      sum <= totals.value[0], "the total stays");
	check(session_add(fd, getppid()) == EINVAL, "ADD after STOP");
	close(fd);
	check(mapped->calls == 1000, "a mapping outlives its session");
	munmap(page, 4096);
}

/* A child, its child, and one that executes another program. */
static void forks(int file)
{
	int status, fd = session_begin(VSYS_SESSION_INHERIT, 1, &session_clock);
	struct vsys_account_entry *e;
	uint32_t i, nr;
	__u64 execs = 0;
	pid_t child = fork();

	if (!child) {
		work_calls(file, 11);
		child = fork();
		if (!child)
			execlp("cat", "cat", "/storage/vt-account.exec", NULL);
		waitpid(child, &status, 0);
		_exit(!!status);
	}
	check(waitpid(child, &status, 0) == child && !status, "the children");
	e = session_find(fd, "storage", child, child);
	check(e && e->account.calls == 11, "a child's 11 calls (%llu)",
	      e ? e->account.calls : 0);
	check(e && !(e->flags & VSYS_ENTRY_LOST), "it ended in peace");
	nr = session_accounts(fd);
	for (i = 0; i < nr; i++)
		if (!strcmp(session_entries[i].comm, "cat") &&
		    !(session_entries[i].flags & VSYS_ENTRY_OTHER))
			execs += session_entries[i].account.calls;
	check(execs >= 3, "cat's open, read and close (%llu)", execs);
	close(fd);

	fd = session_begin(0, 1, &session_clock);
	child = fork();
	if (!child) {
		work_calls(file, 11);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	check(!session_find(fd, "storage", child, child),
	      "without INHERIT no child");
	close(fd);
}

/* ---- Channels come and go --------------------------------------------------------- */

#define CHILDREN	60

static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kb = -1;

	while (file && kb < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kb = atol(line + strlen(name) + 1);
	if (kb < 0)
		die("/proc/meminfo");
	fclose(file);
	return kb;
}

static void children(int file, int nr)
{
	int status;
	pid_t child;

	while (nr--) {
		child = fork();
		if (!child) {
			work_calls(file, 2);
			_exit(0);
		}
		if (waitpid(child, &status, 0) != child || status)
			die("a child");
	}
}

/* Until that many channels have been closed, behind the backs of the dead. */
static uint32_t closed_wait(int fd, uint32_t want)
{
	uint32_t i, nr, closed = 0;
	int tries;

	for (tries = 0; tries < 100 && closed < want; tries++) {
		nr = session_accounts(fd);
		for (closed = i = 0; i < nr; i++)
			closed += session_entries[i].flags & VSYS_ENTRY_OTHER &&
				  session_entries[i].flags & VSYS_ENTRY_CLOSED;
		if (closed < want)
			nap(100);
	}
	return closed;
}

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* What it takes to ask for the first entry alone, at best. */
static __u64 first_ns(int fd)
{
	struct vsys_counters_accounts want = {
		.room = 1, .entries = (uintptr_t)session_entries,
	};
	__u64 begin, took, best = ~0ull;
	int i;

	for (i = 0; i < 200; i++) {
		begin = now();
		if (ioctl(fd, VSYS_COUNTERS_ACCOUNTS, &want) || want.count != 1)
			die("VSYS_COUNTERS_ACCOUNTS");
		took = now() - begin;
		best = took < best ? took : best;
	}
	return best;
}

/* What is left of channels that are closed: their numbers, and no pages. */
static void remains(int file)
{
	int fd = session_begin(VSYS_SESSION_INHERIT | VSYS_COUNT_BY_CALL, 1,
			       &session_clock);
	struct vsys_account_entry *e;
	uint32_t i, nr, own = 0, calls = 0, mapped = 0, timed = 0, gone = 0;
	__u64 alone = first_ns(fd), many;
	long before, used;
	void *page;

	children(file, 5);
	check(closed_wait(fd, 5) == 5, "5 channels are closed");
	before = meminfo("MemAvailable:");
	children(file, CHILDREN);
	check(closed_wait(fd, 5 + CHILDREN) == 5 + CHILDREN, "and %d more", CHILDREN);
	used = before - meminfo("MemAvailable:");
	/* Their pages would be 180 KiB and more. */
	check(used < CHILDREN * 90, "which left %ld KiB each", used / CHILDREN);
	nr = session_accounts(fd);
	for (i = 0; i < nr; i++) {
		e = &session_entries[i];
		if (!(e->flags & VSYS_ENTRY_CLOSED))
			continue;
		gone = e->channel;
		mapped += e->offset != ~0ull;
		if (e->flags & VSYS_ENTRY_CALL && e->nr == SYS_pread64)
			calls += e->account.calls;
		else if (e->account.calls == 2 && e->tid)
			own++;
		else
			continue;
		/* The service domain's clock may stand still for two calls. */
		timed += e->account.value[0] && e->account.running[0] &&
			 e->account.enabled >= e->account.running[0];
	}
	check(own == 5 + CHILDREN && calls == 2 * own && !mapped,
	      "%u have their thread's 2 calls, %u by number, %u are mapped", own,
	      calls, mapped);
	check(timed > own, "most have times (%u of %u)", timed, 2 * own);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd,
		    (off_t)gone * VSYS_COUNT_PAGES * 4096);
	check(page == MAP_FAILED && errno == ENXIO, "channel %u has no pages", gone);
	many = first_ns(fd);
	printf("     the first of %u entries takes %llu ns, of few %llu\n", nr,
	       many, alone);
	close(fd);
}

/* ---- A service domain that says nothing -------------------------------------------- */

static void silent(void)
{
	int fd, i, go[2], ready[2];
	char line[16], c;
	__u64 begin;

	if (pipe(go) || pipe(ready))
		die("pipe");
	fd = session_begin(VSYS_SESSION_INHERIT, 1, &session_clock);
	for (i = 0; i < 4; i++) {
		if (fork())
			continue;
		close(go[1]);
		recv(socket_open(10), &c, 1, MSG_DONTWAIT);
		if (write(ready[1], "r", 1) != 1)
			die("write");
		_exit(read(go[0], &c, 1) < 0);
	}
	for (i = 0; i < 4; i++)
		if (read(ready[0], &c, 1) != 1)
			die("read");
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		die("no line");
	begin = now();
	if (ioctl(fd, VSYS_COUNTERS_STOP))
		die("VSYS_COUNTERS_STOP");
	begin = (now() - begin) / 1000000;
	/* One after the other it would take 20 s. */
	check(begin < 15000, "STOP of 4 channels took %llu ms", begin);
	check(begin > 2000, "for nobody answered");
	puts("stopped");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		die("no other line");
	close(fd);
	close(go[1]);
	while (wait(NULL) > 0)
		;
}

/* 400 ms of waiting are not the call's. */
static void blocked(void)
{
	int s = socket_open(400), fd = session_begin(0, 1, &session_clock);
	struct vsys_account_entry *e;
	char c;

	check(recv(s, &c, 1, 0) < 0 && errno == EAGAIN, "nobody sent");
	e = session_find(fd, "network", getpid(), getpid());
	check(e && e->account.calls == 1 &&
	      e->account.value[0] < 200 * 1000 * 1000,
	      "a call that blocked for 400 ms took %llu ns",
	      e ? e->account.value[0] : 0);
	close(fd);
	close(s);
}

static void by_call(int file)
{
	int fd = session_begin(VSYS_COUNT_BY_CALL, 1, &session_clock);
	uint32_t i, nr;
	__u64 reads = 0, syncs = 0, other = 0;

	work_calls(file, 30);
	for (i = 0; i < 4; i++)
		fdatasync(file);
	nr = session_accounts(fd);
	for (i = 0; i < nr; i++) {
		struct vsys_account_entry *e = &session_entries[i];

		if (!(e->flags & VSYS_ENTRY_CALL))
			continue;
		if (e->nr == SYS_pread64)
			reads += e->account.calls;
		else if (e->nr == SYS_fdatasync)
			syncs += e->account.calls;
		else
			other += e->account.calls;
	}
	check(reads == 30 && syncs == 4 && !other, "by call: %llu"
	      " pread, %llu fdatasync, %llu other", reads, syncs,
	      other);
	close(fd);
}

/* Records until there is none for a second, but so many at most. */
static size_t records(int fd, struct vsys_session_record *r, size_t max)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t nr = 0;
	ssize_t n;

	while (nr < max && poll(&p, 1, 1000) == 1) {
		n = read(fd, &r[nr], (max - nr) * sizeof(*r));
		if (n < 0)
			die("read of records");
		if (!n)
			break;
		nr += n / sizeof(*r);
	}
	return nr;
}

/* One call that blocks, as a time line. */
static void trace(void)
{
	static struct vsys_session_record r[64];
	const uint32_t want[] = { VSYS_RECORD_CLAIM, VSYS_RECORD_BLOCK,
				  VSYS_RECORD_WAKE, VSYS_RECORD_DONE };
	int s = socket_open(100);
	int fd = session_begin(VSYS_COUNT_TRACE | VSYS_SESSION_RECORDS, 1,
			       &session_clock);
	size_t i, nr;
	char c;

	recv(s, &c, 1, 0);
	nr = records(fd, r, 64);
	if (check(nr == 4, "one call: %zu records", nr))
		for (i = 0; i < 4; i++)
			check(r[i].record.kind == want[i] &&
			      r[i].record.nr == SYS_recvfrom &&
			      r[i].tid == (uint32_t)getpid() &&
			      (!i || r[i].record.tsc > r[i - 1].record.tsc),
			      "kind %u of call %u of thread %u at %llu",
			      r[i].record.kind, r[i].record.nr, r[i].tid,
			      r[i].record.tsc);
	check(nr && (__s64)r[nr - 1].record.ip == -EAGAIN, "its result");
	if (ioctl(fd, VSYS_COUNTERS_STOP))
		die("VSYS_COUNTERS_STOP");
	check(read(fd, r, sizeof(r)) == 0, "the end of records");
	close(fd);
	close(s);
}

/* So many are looked at: each asks for names. */
#define SAMPLES	100u

/* Where the time goes: by samples of the task clock. */
static void samples(int file)
{
	static struct vsys_session_record r[4096];
	struct vsys_counter c = session_clock;
	size_t i, nr, named = 0, mine = 0, deep = 0;
	__u64 lost = 0;
	int fd;

	c.period = 200 * 1000;
	fd = session_begin(VSYS_SESSION_RECORDS, 1, &c);
	work_calls(file, 20000);
	nr = records(fd, r, 4096);
	for (i = 0; i < nr; i++) {
		const struct vsys_record *s = &r[i].record;

		lost += s->lost;
		if (s->kind != VSYS_RECORD_SAMPLE || s->nr != SYS_pread64 ||
		    mine == SAMPLES)
			continue;
		mine += r[i].tid == (uint32_t)getpid();
		named += !!*session_symbol(fd, "storage", s->ip);
		deep += s->nr_ips >= 3 &&
			*session_symbol(fd, "storage", s->ips[s->nr_ips - 1]);
	}
	check(mine >= 5, "%zu records, %zu of its calls, %zu with a name, %zu with callers, %llu lost",
	      nr, mine, named, deep, lost);
	check(named >= mine * 9 / 10, "most have names");
	check(deep >= mine * 8 / 10, "most have callers");
	for (i = 0; i + 1 < nr && r[i].record.nr != SYS_pread64; i++)
		;
	printf("    %s\n", session_symbol(fd, "storage", r[i].record.ip));
	for (nr = 0; nr < r[i].record.nr_ips; nr++)
		printf("    %s\n",
		       session_symbol(fd, "storage", r[i].record.ips[nr]));
	check(!*session_symbol(fd, "storage", 4096), "no symbol there");
	close(fd);
}

/* ---- The network domain dies and comes back ---------------------------------------- */

static void outage(int file)
{
	int s = socket_open(10), fd = session_begin(0, 1, &session_clock);
	struct vsys_account_entry *e;
	__u64 before;
	char line[16], c;
	int i;

	for (i = 0; i < 5; i++)
		recv(s, &c, 1, MSG_DONTWAIT);
	work_calls(file, 5);
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		die("no line");
	e = session_find(fd, "network", getpid(), getpid());
	before = e ? e->account.calls : 0;
	check(before == 5 && e->flags & VSYS_ENTRY_LOST,
	      "the old account: %llu calls, flags %x", before,
	      e ? e->flags : 0);
	work_calls(file, 5);
	e = session_find(fd, "storage", getpid(), getpid());
	check(e && e->account.calls == 10 && !(e->flags & VSYS_ENTRY_LOST),
	      "storage does not mind");
	for (i = 0; i < 50 && (s = socket(AF_INET, SOCK_DGRAM, 0)) < 0; i++)
		nap(200);
	for (i = 0; i < 3; i++)
		recv(s, &c, 1, MSG_DONTWAIT);
	e = session_find(fd, "network", getpid(), getpid());
	check(e && e->account.calls >= 4 && !(e->flags & VSYS_ENTRY_LOST),
	      "counting goes on: %llu calls, flags %x",
	      e ? e->account.calls : 0, e ? e->flags : 0);
	close(fd);
}

int main(int argc, char **argv)
{
	int file, made;

	if (argc < 2)
		return 2;
	dir = argv[1];
	file = file_open("file");
	made = open("/storage/vt-account.exec", O_WRONLY | O_CREAT, 0600);
	if (write(file, "x", 1) != 1 || made < 0 || close(made))
		die("write");
	if (argc > 2 && !strcmp(argv[2], "outage")) {
		outage(file);
	} else if (argc > 2 && !strcmp(argv[2], "silent")) {
		silent();
	} else {
		refusals();
		refusals_there();
		threads(file);
		forks(file);
		remains(file);
		blocked();
		by_call(file);
		trace();
		samples(file);
	}
	unlink("/storage/vt-account.exec");
	return session_failed;
}
