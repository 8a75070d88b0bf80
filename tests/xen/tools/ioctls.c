// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/vsys as it is not meant to be used: commands, structures and mappings at
 * random, from several processes, for so many seconds:
 *
 *	ioctls SECONDS SEED	natively
 *
 * It says nothing of what the calls return: all processes must end when they are
 * told, and the kernels must have nothing to complain of.
 */
#include <grp.h>
#include <sys/time.h>
#include "../bare.h"

#define PROCESSES 4
#define FILES 5
#define AREAS 5

static uint32_t state;

static uint32_t random_below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

/* A number that is likely to be on one side of a limit or the other. */
static uint64_t random_number(void)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		7,
		8,
		15,
		16,
		47,
		48,
		63,
		64,
		255,
		256,
		511,
		512,
		959,
		960,
		1023,
		1024,
		4095,
		4096,
		65536,
		1 << 20,
		(1 << 20) + 1,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		~0ull,
		VSYS_ARENA_LOW,
		VSYS_MAP_LOCAL,
		VSYS_MAP_ARENA,
		VSYS_NR_NOP,
		VSYS_NR_POLL,
		VSYS_NR_CANCEL,
		VSYS_NR_openat,
		VSYS_NR_socket,
		VSYS_NR_accept4,
	};

	return random_below(3) ?
		       edges[random_below(sizeof(edges) / sizeof(*edges))] :
		       random_below(1 << 12);
}

static int files[FILES];
static struct area {
	void *at;
	size_t size;
} areas[AREAS];

static void fuzz_file(void)
{
	int *file = &files[random_below(FILES)];

	if (*file >= 0)
		close(*file);
	*file = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
}

/* A structure of numbers, now and then with the name of a service. */
static void *random_struct(void)
{
	static union {
		uint32_t word[64];
		char name[256];
	} data;
	static const char *const names[] = { "network", "storage", "none", "" };
	unsigned int i;

	for (i = 0; i < 64; i++)
		data.word[i] = random_number();
	if (random_below(2))
		strcpy(data.name, names[random_below(4)]);
	switch (random_below(20)) {
	case 0:
		return NULL;
	case 1:
		return (void *)random_number();
	}
	return &data;
}

static void fuzz_ioctl(void)
{
	static const unsigned long known[] = {
		VSYS_IOC_OPEN, VSYS_IOC_DOORBELL, VSYS_IOC_WAIT,
		VSYS_IOC_CALL, VSYS_IOC_ARENA,	  VSYS_IOC_CREDS,
		VSYS_IOC_FD,   VSYS_IOC_ATTACH,	  VSYS_IOC_ACCOUNT,
	};
	unsigned long cmd = known[random_below(9)];

	if (!random_below(8))
		cmd = _IOC(random_below(4), 'V', random_below(64),
			   random_below(256));
	ioctl(files[random_below(FILES)], cmd, random_struct());
}

static void fuzz_open(void)
{
	struct vsys_front_open open = { .nr_slots = random_number() };

	bare_open_only(files[random_below(FILES)],
		       random_below(2) ? "network" : "storage", &open);
}

static void fuzz_map(void)
{
	static const uint64_t offsets[] = { VSYS_MAP_RING, VSYS_MAP_LOCAL,
					    VSYS_MAP_ARENA };
	struct area *a = &areas[random_below(AREAS)];

	if (a->at)
		munmap(a->at, a->size);
	a->size = random_below(2) ? VSYS_PAGE_SIZE * (1 + random_below(20)) :
				    random_number() & ~0xfffull;
	a->at = mmap(
		NULL, a->size, PROT_READ | PROT_WRITE,
		random_below(8) ? MAP_SHARED : MAP_PRIVATE,
		files[random_below(FILES)],
		offsets[random_below(3)] +
			(random_below(3) ? 0 : random_number() & ~0xfffull));
	if (a->at == MAP_FAILED)
		a->at = NULL;
}

/* Words of a ring; what is not there must only harm this process. */
static void fuzz_words(void)
{
	struct area *a = &areas[random_below(AREAS)];
	size_t n;

	if (!a->at || a->size < VSYS_PAGE_SIZE || a->size > 20 * VSYS_PAGE_SIZE)
		return;
	for (n = random_below(64); n; n--)
		((volatile uint32_t *)a->at)[random_below(a->size / 4)] =
			random_number();
}

static void fuzz_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		fuzz_ioctl();
		fuzz_map();
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void woken(int sig)
{
	(void)sig;
}

static void fuzz(uint32_t seed)
{
	static void (*const what[])(void) = {
		fuzz_file,  fuzz_open,	fuzz_open,  fuzz_map,
		fuzz_map,   fuzz_words, fuzz_words, fuzz_words,
		fuzz_ioctl, fuzz_ioctl, fuzz_ioctl, fuzz_ioctl,
		fuzz_ioctl, fuzz_ioctl, fuzz_ioctl, fuzz_child,
	};
	struct sigaction action = { .sa_handler = woken };
	int i;

	state = seed;
	for (i = 0; i < FILES; i++)
		files[i] = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
	/* What would wait for ever is interrupted. */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL,
		  &(struct itimerval){ { 0, 20000 }, { 0, 20000 } }, NULL);
	for (;;)
		what[random_below(16)]();
}

/* As root and as others; one that dies of its own doing is replaced. */
static pid_t begin(int i, uint32_t seed)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	if (i % 2 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
		_exit(2);
	fuzz(seed);
	_exit(0);
}

int main(int argc, char **argv)
{
	pid_t pids[PROCESSES];
	int i, died = 0;
	uint32_t seed;
	long end;

	if (argc != 3)
		return 2;
	end = t_now_ms() + atol(argv[1]) * 1000;
	seed = atol(argv[2]);
	for (i = 0; i < PROCESSES; i++)
		pids[i] = begin(i, seed++);
	while (t_now_ms() < end) {
		t_sleep_ms(100);
		for (i = 0; i < PROCESSES; i++)
			if (waitpid(pids[i], NULL, WNOHANG) > 0) {
				died++;
				pids[i] = begin(i, seed++);
			}
	}
	for (i = 0; i < PROCESSES; i++)
		kill(-pids[i], SIGKILL); /* its children, too */
	for (end = t_now_ms() + 30000; t_now_ms() < end; t_sleep_ms(100)) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0)
			break;
	}
	say("     %d processes died on the way", died);
	verdict(t_now_ms() < end, "all ended when they were told");
	return t_wrong;
}
