// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware counts follow calls: run forwarded, as root, with "attribution FILE",
 * where there are counters in the storage domain.
 *
 * An empty call costs the same number of instructions each time; what is counted
 * for calls, polling and the rest are the whole domain's; samples are as many as
 * the count says, and in the code that such a call runs; more events than
 * counters still give counts, but there is an end to how many it may be.
 */
#include <sys/wait.h>
#include <session.h>

#define CALLS	2000
#define BATCH	50
#define PERIOD	20011
#define WRITES	100
#define MIB	(1 << 20)

static const struct vsys_counter instructions = {
	.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_INSTRUCTIONS,
};

static const struct vsys_counter branches = {
	.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_BRANCH_INSTRUCTIONS,
};

static struct vsys_account account(int fd)
{
	struct vsys_account_entry *e = session_find(fd, "storage", getpid(),
						    getpid());

	if (!e) {
		e = session_find(fd, "storage", getpid(), 0);
		if (e && e->error == -ENOENT) {
			puts("SKIP the storage domain has no counters");
			exit(77);
		}
		printf("FAIL no account, error %d\n", e ? e->error : 0);
		exit(1);
	}
	return e->account;
}

static void seeks(int file, int calls)
{
	while (calls--)
		if (lseek(file, calls, SEEK_SET) != calls)
			die("lseek");
}

/*
 * Per call, in thousandths.  The least of many batches: an interrupt in the
 * middle of a call counts, too.
 */
static __u64 cost(int fd, int file, int counter)
{
	struct vsys_account start = account(fd), before = start, after = start;
	__u64 one, least = ~0ull;
	int i;

	for (i = 0; i < CALLS / BATCH; i++) {
		seeks(file, BATCH);
		after = account(fd);
		one = (after.value[counter] - before.value[counter]) * 1000 /
		      BATCH;
		least = one < least ? one : least;
		before = after;
	}
	check(after.calls - start.calls == CALLS, "%llu calls",
	      after.calls - start.calls);
	return least;
}

static int near(__u64 a, __u64 b, unsigned int percent)
{
	__u64 apart = a > b ? a - b : b - a;

	return apart * 100 <= a * percent;
}

/* The same each time, and whatever else is counted beside it. */
static void repeats(int file)
{
	const struct vsys_counter both[] = { instructions, branches };
	int fd = session_begin(0, 2, both);
	__u64 first, second, branch;

	seeks(file, 10);
	first = cost(fd, file, 0);
	second = cost(fd, file, 0);
	branch = cost(fd, file, 1);
	check(first && near(first, second, 1),
	      "an lseek takes %llu.%03llu and %llu.%03llu instructions",
	      first / 1000, first % 1000, second / 1000, second % 1000);
	check(branch && branch < first / 2, "of which %llu.%03llu are branches",
	      branch / 1000, branch % 1000);
	close(fd);
}

static void adds_up(int file)
{
	int fd = session_begin(0, 1, &instructions);
	struct vsys_totals t = { 0 };
	__u64 calls, rest;

	seeks(file, 5 * CALLS);
	calls = session_sum(fd, "storage", 0);
	errno = session_totals(fd, "storage", &t);
	if (errno)
		die("VSYS_COUNTERS_TOTALS");
	rest = t.value[0] - calls - t.polling[0];
	check(calls + t.polling[0] <= t.value[0],
	      "calls %llu + polling %llu + rest %llu = total %llu", calls,
	      t.polling[0], rest, t.value[0]);
	check(rest < t.value[0] / 2, "the rest is the smaller part");
	check(t.running[0] == t.enabled, "counted all the time");
	close(fd);
}

/* ---- Samples: read by a thread of their own while they come ------------------ */

static struct {
	int fd;
	__u64 nr, lost, calls, below;
} samples;

static void sample(const struct vsys_session_record *r)
{
	const struct vsys_record *s = &r->record;
	__u32 k;

	samples.nr++;
	samples.lost += s->lost;
	if (s->nr != SYS_pwrite64 || r->tid != (__u32)getpid())
		return;
	samples.calls++;
	for (k = 0; k < s->nr_ips; k++)
		if (strstr(session_symbol(samples.fd, "storage", s->ips[k]),
			   "back_worker_serve"))
			break;
	samples.below += k < s->nr_ips;
}

static void *sample_all(void *arg)
{
	static struct vsys_session_record r[64];
	ssize_t n, i;

	while ((n = read(samples.fd, r, sizeof(r))) > 0)
		for (i = 0; i < n / (ssize_t)sizeof(*r); i++)
			sample(&r[i]);
	return arg;
}

/*
 * Calls of many periods each: where an interrupt costs as much as dozens of short
 * calls, the next of these waits behind it, and is never where the next sample is.
 * A reader that does not get the processor in time loses some, and is told.
 */
static void sampled(int file)
{
	struct vsys_counter c = instructions;
	static char data[MIB];
	pthread_t reader;
	__u64 count;
	int i;

	c.period = PERIOD;
	samples.fd = session_begin(VSYS_SESSION_RECORDS, 1, &c);
	if (pthread_create(&reader, NULL, sample_all, NULL))
		die("pthread_create");
	for (i = 0; i < WRITES; i++)
		if (pwrite(file, data, MIB, 0) != MIB)
			die("pwrite");
	if (ioctl(samples.fd, VSYS_COUNTERS_STOP))
		die("VSYS_COUNTERS_STOP");
	pthread_join(reader, NULL);
	count = account(samples.fd).value[0];
	check(samples.calls > 100 && samples.lost * 20 < samples.nr,
	      "%llu samples, %llu lost, %llu in calls of pwrite", samples.nr,
	      samples.lost, samples.calls);
	check(near(count, samples.calls * PERIOD, 10),
	      "%llu instructions in calls, %llu by samples", count,
	      samples.calls * PERIOD);
	check(samples.below * 10 > samples.calls * 9, "%llu below the worker",
	      samples.below);
	close(samples.fd);
}

/* More than there are counters: they take turns. */
static void multiplexed(int file)
{
	struct vsys_counter many[12];
	struct vsys_account a;
	int fd, i, turns = 0, all = 1;

	for (i = 0; i < 12; i++) {
		many[i] = i % 2 ? branches : instructions;
		many[i].flags = i / 2 % 2 ? VSYS_COUNTER_NO_USER : 0;
	}
	fd = session_begin(0, 12, many);
	seeks(file, 40 * CALLS);
	a = account(fd);
	for (i = 0; i < 12; i++) {
		all &= a.running[i] && a.value[i];
		turns += a.running[i] < a.enabled;
	}
	check(all && turns, "12 events on fewer counters: %d took turns", turns);
	check(near(a.value[0] * a.enabled / (a.running[0] ?: 1),
		   a.value[4] * a.enabled / (a.running[4] ?: 1), 30),
	      "scaled, the same event twice is %llu and %llu",
	      a.value[0] * a.enabled / (a.running[0] ?: 1),
	      a.value[4] * a.enabled / (a.running[4] ?: 1));
	close(fd);
}

/* The errno with which a process is refused these events, or 0. */
static int refused(int file, uint32_t nr, const struct vsys_counter *counters)
{
	struct vsys_account_entry *e;
	pid_t child = fork();
	int status;

	if (!child) {
		status = session_begin(0, nr, counters);
		work_calls(file, 1);
		e = session_find(status, "storage", getpid(), 0);
		_exit(e ? -e->error : 255);
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		die("a child");
	return WEXITSTATUS(status);
}

/* A user domain may have 16 events in one service domain. */
static void share(int file)
{
	struct vsys_counter many[17];
	int fd, i, error;

	for (i = 0; i < 17; i++)
		many[i] = (struct vsys_counter){
			.type = PERF_TYPE_RAW, .config = 0xc0 | i << 8,
		};
	fd = session_begin(0, 15, many);
	work_calls(file, 1);
	account(fd);
	error = refused(file, 3, &many[14]);
	check(error == EDQUOT, "17 events: %s", strerror(error));
	error = refused(file, 2, &many[14]);
	check(!error, "16 are not too many: %s", strerror(error));
	close(fd);
	error = refused(file, 15, &many[2]);
	check(!error, "nor are 15 others: %s", strerror(error));
}

int main(int argc, char **argv)
{
	int file;

	if (argc != 2)
		return 2;
	file = open(argv[1], O_RDWR | O_CREAT, 0600);
	if (file < 0 || unlink(argv[1]))
		die(argv[1]);
	repeats(file);
	adds_up(file);
	sampled(file);
	multiplexed(file);
	share(file);
	return session_failed;
}
