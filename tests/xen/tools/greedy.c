// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that takes all it can get of one thing, by /dev/vsys alone:
 *
 *	greedy channels SERVICE		a channel for each of its children
 *	greedy pages SERVICE		memory for all slots of as many channels
 *	greedy memory SERVICE		memory for all slots of one channel
 *	greedy workers SERVICE		calls that block, in all slots
 *	greedy files SERVICE FILE	descriptors at the service
 *	greedy requests SERVICE		channels opened and closed without end
 *	greedy calls SERVICE		calls that cost little, without end
 *
 * Natively.  It writes "N WHAT, then ERROR" and "full", holds everything (or goes on)
 * until the end of its standard input, and says what it has done by then.
 */
#include <pthread.h>
#include <sys/prctl.h>
#include "../bare.h"

#define CHILDREN 1200
#define EAGERS 8

static const char *service, *file_name;

static struct common {
	long got[CHILDREN]; /* of each child; -1: it still asks */
	int error[CHILDREN];
	volatile int stop;
} * common;

/* ---- What one child takes: how much, and the error that ended it -------- */

static struct bare b;

static long take_channel(int *error)
{
	*error = bare_open(&b, service, VSYS_SLOTS_MIN);
	return !*error;
}

/* In steps that get smaller, so that nothing is left. */
static long take_pages(int *error)
{
	uint32_t slot = 0, step = VSYS_SLOT_ARENA_MAX;
	long pages = 0;

	*error = bare_open(&b, service, VSYS_SLOTS_MAX);
	while (!*error && step && slot < b.ring.nr_slots) {
		if (bare_region(&b, slot, step)) {
			pages += step / VSYS_PAGE_SIZE;
			slot++;
			continue;
		}
		if (step > VSYS_PAGE_SIZE)
			step /= 4;
		else
			*error = errno;
	}
	return pages;
}

/* Each waits for a datagram that nobody sends. */
static long take_workers(int *error)
{
	long blocked = 0, fd;
	uint32_t s;

	*error = bare_open(&b, service, VSYS_SLOTS_MAX);
	if (*error)
		return 0;
	fd = bare_call(&b, 0, VSYS_NR_socket, AF_INET, SOCK_DGRAM, 0);
	for (s = 0; s < b.ring.nr_slots; s++) {
		bare_fill(&b, s, VSYS_NR_recvfrom, (const uint64_t[6]){ fd });
		bare_submit(&b, s);
	}
	t_sleep_ms(3000);
	for (s = 0; s < b.ring.nr_slots; s++) {
		blocked += !vsys_slot_done(&b.ring.slots[s]);
		if (vsys_slot_done(&b.ring.slots[s]))
			*error = -b.ring.slots[s].ret;
	}
	return blocked;
}

/* Not a descriptor of its own: the service's alone. */
static long take_files(int *error)
{
	long n = 0, fd;
	uint64_t region;

	*error = bare_open(&b, service, VSYS_SLOTS_MIN);
	if (*error)
		return 0;
	region = bare_region(&b, 0, VSYS_PAGE_SIZE);
	strcpy((char *)region, file_name);
	while ((fd = bare_call(&b, 0, VSYS_NR_openat, BARE_DIRFD, region,
			       O_RDONLY)) >= 0)
		n++;
	*error = -fd;
	return n;
}

/* ---- One child after the other, until nothing is left ------------------- */

static void child(int i, long (*take)(int *error))
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	common->got[i] = take(&common->error[i]);
	for (;;)
		pause();
}

static int take_all(const char *what, int most, long (*take)(int *error))
{
	long total = 0, end;
	int i, error = 0;

	for (i = 0; i < most; i++) {
		common->got[i] = -1;
		common->error[i] = ETIMEDOUT;
		if (!fork())
			child(i, take);
		end = t_now_ms() + 120000;
		while (common->got[i] < 0 && t_now_ms() < end)
			t_sleep_ms(2);
		if (common->got[i] > 0)
			total += common->got[i];
		error = common->error[i];
		if (common->got[i] <= 0)
			break;
	}
	say("%ld %s, then %s", total, what, strerrorname_np(error) ?: "?");
	return 0;
}

/* ---- Without end -------------------------------------------------------- */

static void open_and_close(int i)
{
	while (!common->stop) {
		common->error[i] = bare_open(&b, service, VSYS_SLOTS_MIN);
		if (common->error[i])
			continue;
		common->got[i]++;
		munmap((void *)b.arena,
		       (size_t)b.ring.nr_slots * VSYS_SLOT_ARENA_MAX);
		munmap(b.ring.head, 2 * VSYS_PAGE_SIZE);
		close(b.fd);
	}
}

static int eager_processes(void)
{
	int i;

	for (i = 0; i < EAGERS; i++)
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			open_and_close(i);
			_exit(0);
		}
	return 0;
}

static void *call_on(void *arg)
{
	uint32_t slot = (uintptr_t)arg;

	while (!common->stop) {
		common->error[slot] = -bare_call(&b, slot, VSYS_NR_NOP, 0);
		common->got[slot]++;
	}
	return NULL;
}

static int eager_threads(void)
{
	pthread_t thread;
	uintptr_t i;

	if (bare_open(&b, service, VSYS_SLOTS_MIN))
		return 1;
	for (i = 0; i < EAGERS; i++)
		pthread_create(&thread, NULL, call_on, (void *)i);
	return 0;
}

static void hold(void)
{
	long total = 0;
	int i;
	char c;

	say("full");
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	common->stop = 1;
	for (i = 0; i < EAGERS; i++)
		total += common->got[i] > 0 ? common->got[i] : 0;
	say("%ld by the end", total);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int error = 2;

	if (argc > 2)
		service = argv[2];
	file_name = argv[argc - 1];
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(what, "channels"))
		error = take_all(what, CHILDREN, take_channel);
	else if (!strcmp(what, "pages"))
		error = take_all(what, 300, take_pages);
	else if (!strcmp(what, "memory"))
		error = take_all("pages", 1, take_pages);
	else if (!strcmp(what, "workers"))
		error = take_all(what, 6, take_workers);
	else if (!strcmp(what, "files"))
		error = take_all(what, 100, take_files);
	else if (!strcmp(what, "requests"))
		error = eager_processes();
	else if (!strcmp(what, "calls"))
		error = eager_threads();
	if (!error)
		hold();
	return error;
}
