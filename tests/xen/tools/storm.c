// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that causes work for nothing as fast as it can, while another one works:
 * interrupts in the network domain (bits) or in its own (bells), or a ring in which
 * there is always something (pending).  Run forwarded, with
 * "storm bits|bells|pending SECONDS PART".
 *
 * The worker's calls are counted for so many seconds beside a program of another
 * user that makes calls as well as it can, and again beside the storm, several
 * times in turn: in the best turn there must be one for PART at least.  (Whatever
 * else runs, caller and service go to sleep between calls or do not, for seconds at
 * a time, and that alone is a factor of eight.)  With bells, this domain must not
 * have many more interrupts; otherwise it says how often it rang, for the caller,
 * who sees the network domain, to compare.
 */
#include <sys/resource.h>
#include "../bare.h"

#define SOCKETS 200
#define TURNS 5

static volatile long *calls, *bells;

static void make_calls(uid_t user, volatile long *made)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), type;
	socklen_t n;

	if (setresuid(user, user, user))
		_exit(1);
	for (;;) {
		n = sizeof(type);
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n))
			_exit(1);
		++*made;
	}
}

static void work(void)
{
	make_calls(1000, calls);
}

static void work_as_well(void)
{
	long made = 0;

	make_calls(1001, &made);
}

/* Sockets that are polled: events are for somebody. */
static void poll_many(struct bare *b)
{
	struct pollfd fds[SOCKETS];
	int i;

	for (i = 0; i < SOCKETS; i++) {
		fds[i].fd = bare_descriptor(b, 0, NULL, VSYS_NR_socket, AF_INET,
					    SOCK_DGRAM, 0);
		fds[i].events = POLLIN;
	}
	poll(fds, SOCKETS, 0);
}

static void open_channel(struct bare *b, uint32_t slots)
{
	if (bare_open(b, "network", slots))
		_exit(1);
}

/* Bits of slots in which there is no call. */
static void set_bits(const struct bare *b)
{
	uint32_t word;

	for (word = 0; word < b->ring.nr_slots / 64; word++)
		__atomic_fetch_or(&b->ring.head->pending[word], ~0ull,
				  __ATOMIC_SEQ_CST);
}

static void ring(const struct bare *b)
{
	if (ioctl(b->fd, VSYS_IOC_DOORBELL))
		_exit(1);
	++*bells;
}

/* The doorbell each time, too. */
static void storm_bits(void)
{
	struct bare b;

	for (open_channel(&b, VSYS_SLOTS_MIN);; ring(&b))
		set_bits(&b);
}

/* As many as there can be: who polls there has no reason to stop. */
static void storm_pending(void)
{
	struct bare b;

	open_channel(&b, VSYS_SLOTS_MAX);
	for (;;) {
		set_bits(&b);
		if (b.ring.head->server == VSYS_SERVER_ASLEEP)
			ring(&b);
	}
}

/*
 * Calls whose answer nobody waits for, though the slot says so: the other side
 * rings.  What it rings for is made up.
 */
static void storm_bells(void)
{
	struct vsys_slot *s;
	struct bare b;
	uint32_t i;

	open_channel(&b, VSYS_SLOTS_MIN);
	poll_many(&b);
	for (i = 0;; i = (i + 1) % 16) {
		s = &b.ring.slots[i];
		b.ring.head->event_overflow = 1;
		b.ring.head->event_prod++;
		if ((s->state & ~VSYS_SLOT_WAITING) == VSYS_SLOT_SUBMITTED)
			continue;
		++*bells;
		s->nr = VSYS_NR_NOP;
		s->state = VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING;
		__atomic_fetch_or(&b.ring.head->pending[0], 1ull << i,
				  __ATOMIC_SEQ_CST);
		if (b.ring.head->server == VSYS_SERVER_ASLEEP &&
		    ioctl(b.fd, VSYS_IOC_DOORBELL))
			_exit(1);
	}
}

static const struct storm {
	const char *name;
	void (*body)(void);
} storms[] = {
	{ "bits", storm_bits },
	{ "pending", storm_pending },
	{ "bells", storm_bells },
};

static const struct storm *named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(storms) / sizeof(*storms); i++)
		if (!strcmp(storms[i].name, name))
			return &storms[i];
	return NULL;
}

static pid_t begin(void (*body)(void))
{
	pid_t pid = fork();

	if (!pid) {
		body();
		_exit(1);
	}
	return pid;
}

static long interrupts(void)
{
	FILE *stat = fopen("/proc/stat", "r");
	char line[4096];
	long n = 0;

	while (fgets(line, sizeof(line), stat))
		if (sscanf(line, "intr %ld", &n) == 1)
			break;
	fclose(stat);
	return n;
}

struct count {
	long calls; /* in the best turn */
	long interrupts; /* in all turns */
};

/* One turn beside another program. */
static void count(struct count *n, const char *what, void (*other)(void),
		  int seconds)
{
	long made, rose;
	pid_t pid = begin(other);

	t_sleep_ms(500);
	made = *calls;
	rose = interrupts();
	t_sleep_ms(seconds * 1000);
	made = *calls - made;
	rose = interrupts() - rose;
	say("     %ld calls, %ld interrupts in %d s beside %s", made, rose,
	    seconds, what);
	if (waitpid(pid, NULL, WNOHANG))
		verdict(0, "it was there to the end");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	n->interrupts += rose;
	if (made > n->calls)
		n->calls = made;
}

int main(int argc, char **argv)
{
	int seconds = argc == 4 ? atoi(argv[2]) : 0;
	int part = argc == 4 ? atoi(argv[3]) : 0;
	const struct storm *storm = argc == 4 ? named(argv[1]) : NULL;
	struct count quiet = { 0 }, loud = { 0 };
	pid_t worker;
	int i;

	if (!storm || seconds < 1 || part < 1)
		return 2;
	calls = mmap(NULL, 2 * sizeof(*calls), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bells = calls + 1;
	worker = begin(work);
	/* The referee keeps the time, whoever is busy. */
	setpriority(PRIO_PROCESS, 0, -10);
	for (i = 0; i < TURNS; i++) {
		count(&quiet, "another that makes calls", work_as_well,
		      seconds);
		count(&loud, "a storm", storm->body, seconds);
	}
	verdict(quiet.calls > 100 && loud.calls * part >= quiet.calls,
		"enough calls beside a storm");
	if (storm->body == storm_bells)
		verdict(loud.interrupts <=
				2 * quiet.interrupts + 200 * TURNS * seconds,
			"not many more interrupts");
	say("rang %ld", *bells);
	kill(worker, SIGKILL);
	return t_wrong;
}
