// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/channel.c, with slot.c and call.c above it.
 * Why:		a channel ends while other threads are in the middle of calls:
 *		they must not crash, must not be told what nobody said, and
 *		nothing must be left by which the process could still call.
 * How:		with a device in memory and a thread for a service: channels
 *		that end before, in and behind a call, at known places and at
 *		random; and what programs hear when there is no channel.
 */

#include "device.h"

#include <dirent.h>
#include <virtuos/death.h>

#include "libvirtuos/channel.c"
#include "libvirtuos/own.c"

void virtuos_sandbox_learn(uint32_t bits)
{
	(void)bits;
}

void virtuos_sandbox_give_up(int service)
{
	(void)service;
}

long virtuos_sandbox_refused(struct virtuos_channel *ch)
{
	(void)ch;
	return VIRTUOS_DEAD;
}

long virtuos_sandbox_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg)
{
	return virtuos_channel_ioctl(ch, request, arg);
}

bool virtuos_fd_closing(int fd)
{
	(void)fd;
	return false;
}

void virtuos_fd_set(int fd, const struct virtuos_remote *remote)
{
	(void)fd;
	(void)remote;
}

bool virtuos_fd_remote(int fd, struct virtuos_remote *remote)
{
	(void)fd;
	(void)remote;
	return false;
}

/* ---- calls ----------------------------------------------------------------- */

static struct virtuos_channel *open_storage(void)
{
	long err = 0;
	struct virtuos_channel *ch = virtuos_channel_open(STORAGE, &err);

	CHECK(ch != NULL);
	return ch;
}

/* 1: the data is right; 0: an error that says that the service is gone. */
static int read_some(uint64_t at)
{
	uint8_t buf[200];
	long i, ret;

	memset(buf, 0, sizeof(buf));
	ret = virtuos_call(STORAGE, VSYS_NR_pread64,
			   VIRTUOS_ARGS(12, VIRTUOS_PTR(buf), sizeof(buf),
					at));
	if (ret != sizeof(buf)) {
		CHECK_EQ(ret, -EIO);
		return 0;
	}
	for (i = 0; i < (long)sizeof(buf); i++)
		if (!CHECK_EQ(buf[i], content(at + i)))
			break;
	return 1;
}

static void end_storage(void)
{
	virtuos_channel_dead(channels[STORAGE]);
}

static void *reader(void *arg)
{
	return (void *)(uintptr_t)read_some((uintptr_t)arg);
}

static void at_known_places(void)
{
	struct virtuos_channel *ch = open_storage();
	pthread_t thread;
	void *ret;

	CHECK_EQ(read_some(5), 1);
	CHECK(device_ways() > 0);
	CHECK(virtuos_own_has(ch->fd));
	CHECK_EQ(virtuos_own_next(0), ch->fd);
	/* In the middle of it, unanswered. */
	service_stand();
	test_need(!pthread_create(&thread, NULL, reader, NULL), "thread");
	while (!__atomic_load_n(&ch->slots_used[0], __ATOMIC_SEQ_CST))
		usleep(100);
	usleep(20000);
	end_storage();
	CHECK_EQ(device_ways(), 0);
	CHECK_EQ(virtuos_own_next(0), -1);
	service_go_on();
	pthread_join(thread, &ret);
	CHECK(!ret);
	CHECK_EQ(read_some(5), 0);
	/* Behind its slot, before anything is written into its region. */
	open_storage();
	in_copy = NULL;
	CHECK_EQ(read_some(6), 1);
	/* Behind the answer, before the data is read. */
	in_copy = end_storage;
	CHECK_EQ(read_some(7), 0);
	CHECK_EQ(device_ways(), 0);
	/* A slot of a channel that has ended. */
	CHECK_EQ(virtuos_slot_get(channels[STORAGE]), VIRTUOS_DEAD);
	CHECK(!in_call(channels[STORAGE]));
	CHECK_EQ(virtuos_channel_ioctl(channels[STORAGE], VSYS_IOC_DOORBELL,
				       NULL), VIRTUOS_DEAD);
}

static bool stop;
static int good, bad;

static void *reads(void *arg)
{
	uint64_t rnd = (uintptr_t)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		open_storage();
		if (read_some(test_below(&rnd, 1 << 20)))
			__atomic_fetch_add(&good, 1, __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void at_random(uint64_t rnd)
{
	unsigned long i, rounds = test_scale(300);
	pthread_t threads[3];
	uintptr_t t;

	for (t = 0; t < 3; t++)
		test_need(!pthread_create(&threads[t], NULL, reads,
					  (void *)((rnd | 4) + t)), "thread");
	for (i = 0; i < rounds; i++) {
		struct virtuos_channel *ch = open_storage();

		usleep(test_below(&rnd, 500));
		virtuos_channel_dead(ch);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (t = 0; t < 3; t++)
		pthread_join(threads[t], NULL);
	if (virtuos_channel_get(STORAGE))
		end_storage();
	CHECK_EQ(device_ways(), 0);
	CHECK(good > 0);
	printf("%d reads, %d with an error\n", good, bad);
}

/* ---- what a program hears of a dead one ------------------------------------- */

/* A call whose descriptor is dead, or, without one, for which there is nobody. */
static long dead_call(uint32_t nr, uint32_t type)
{
	const struct virtuos_remote remote = { STORAGE, VIRTUOS_FD_DEAD, type };
	uint64_t args[6] = { 0 };
	int i;

	for (i = 0; i < 6; i++)
		if (vsys_calls[nr].fds & 1 << i)
			args[i] = remote.fd;
	if (vsys_call_makes_fd(&vsys_calls[nr]))
		return virtuos_call_fd(STORAGE, nr, args, 0);
	return virtuos_call_on(&remote, nr, args);
}

/* In the middle of a call: the channel ends when the data is taken. */
static long dying_write(uint32_t type)
{
	const struct virtuos_remote remote = { STORAGE, 12, type };

	open_storage();
	in_copy = end_storage;
	return virtuos_call_on(&remote, VSYS_NR_write,
			       VIRTUOS_ARGS(12, VIRTUOS_PTR("data"), 4));
}

/* The service has sockets, too: what counts is what the descriptor is. */
static void dead_calls(void)
{
	uint32_t nr;

	virtuos_routes.inet = STORAGE;
	open_says = -ENODEV;
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++) {
		if (!vsys_calls[nr].name)
			continue;
		if (!CHECK_EQ(dead_call(nr, DT_SOCK),
			      vsys_death_errno(nr, true)) ||
		    !CHECK_EQ(dead_call(nr, DT_REG),
			      vsys_death_errno(nr, false)))
			fprintf(stderr, "%s\n", vsys_calls[nr].name);
	}
	open_says = 0;
	CHECK_EQ(dying_write(DT_SOCK), -ECONNRESET);
	CHECK_EQ(dying_write(DT_REG), -EIO);
	virtuos_routes.inet = NETWORK;
}

/* An error of the service's own is no death, and asks nobody. */
static void own_errors(void)
{
	static const long errors[] = { -EIO, -ENODEV, -ECONNRESET, -EACCES,
				       -ENOENT };
	struct virtuos_channel *ch = open_storage();
	unsigned int i;
	int before;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		service_says = errors[i];
		before = system_calls;
		CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				VIRTUOS_ARGS(VSYS_AT_FDCWD,
					     VIRTUOS_PTR("/storage/f")), 0),
			 errors[i]);
		CHECK_EQ(system_calls, before + 1 + !i);	/* memory */
		CHECK_EQ(virtuos_channel_get(STORAGE), ch);
	}
	service_says = 0;
	call_says = -ENODEV;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f")), 0),
		 -EIO);
	CHECK(virtuos_channel_get(STORAGE) == NULL);
	call_says = 0;
}

/* How many system calls it takes to hear of an openat that its service is dead. */
static int died_in_openat(uint64_t flags, bool begun)
{
	int before = system_calls;

	call_says = -ENODEV;
	call_begun = begun;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f"), flags),
				 0),
		 -EIO);
	call_says = 0;
	call_begun = false;
	return system_calls - before;
}

/* A second time it would say EEXIST of the file that it made, if it did. */
static void new_file_once(void)
{
	const uint64_t any = O_CREAT | O_WRONLY, new = any | O_EXCL;

	CHECK(died_in_openat(new, true) < died_in_openat(any, true));
	CHECK_EQ(died_in_openat(new, false), died_in_openat(any, true));
}

/* ---- no channel, no memory ------------------------------------------------- */

static void refused(long says, long make, long other)
{
	struct stat st;

	open_says = says;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f"), 0),
				 0), make);
	CHECK_EQ(virtuos_call(STORAGE, VSYS_NR_newfstatat,
			      VIRTUOS_ARGS(VSYS_AT_FDCWD,
					   VIRTUOS_PTR("/storage/f"),
					   VIRTUOS_PTR(&st))), other);
	open_says = 0;
	CHECK_EQ(device_ways(), 0);
}

static void no_channel(void)
{
	refused(-EUSERS, -ENFILE, -ENOMEM);
	CHECK(strstr(logged, "channels") != NULL);
	refused(-EDQUOT, -ENFILE, -ENOMEM);
	CHECK(strstr(logged, "parameter \"channels\"") != NULL);
	refused(-ENOSPC, -ENFILE, -ENOMEM);
	refused(-EAGAIN, -ENFILE, -ENOMEM);
	refused(-ENOMEM, -ENOMEM, -ENOMEM);
	CHECK(strstr(logged, "ulimit -l") != NULL);
	refused(-EMFILE, -EMFILE, -ENOMEM);
	refused(-ENODEV, -EIO, -EIO);
	refused(-ENOENT, -EIO, -EIO);
}

static void no_memory(void)
{
	struct virtuos_channel *ch = open_storage();

	/* Too little for what is usual, enough for the call. */
	memory = 16384;
	CHECK_EQ(read_some(9), 1);
	CHECK_EQ(ch->granted[0], 16384);
	/* More would be better; what there is will do. */
	CHECK_EQ(virtuos_slot_region(ch, 0, 200000), 16384);
	memory = 4096;
	CHECK_EQ(virtuos_slot_region(ch, 1, 12288), -ENOMEM);
	CHECK(strstr(logged, "ulimit -l") != NULL);
	memory = ~0u;
	CHECK_EQ(virtuos_slot_region(ch, 1, 12288), VSYS_SLOT_ARENA_INITIAL);
	end_storage();
}

int main(void)
{
	uint64_t seed = test_seed();

	device_begin();
	at_known_places();
	dead_calls();
	own_errors();
	new_file_once();
	no_channel();
	no_memory();
	at_random(seed);
	return test_exit();
}
