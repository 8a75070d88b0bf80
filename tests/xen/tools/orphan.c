// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process in a sandbox that has another's channel:
 *
 *	orphan DIR	natively; DIR is one of the storage domain's
 *
 * The owner opens a channel and a file, makes a process that shares its memory,
 * and ends.  The other one enters seccomp's strict mode, in which it may read,
 * write and exit, and some seconds later makes a directory by the ring.
 */
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "../bare.h"

static struct bare b;
static struct common {
	int there, strict;
	long made;
} * common;
static char stack[65536] __attribute__((aligned(64)));
static char name[200];

static long answer_by_polling(uint32_t slot)
{
	struct vsys_slot *s = &b.ring.slots[slot];
	long rounds = 10000000;

	while (!vsys_slot_done(s) && rounds--)
		vsys_relax();
	return vsys_slot_done(s) ? vsys_slot_finish(s) : -ETIMEDOUT;
}

static long call(uint32_t slot, uint32_t nr, uint64_t a, uint64_t p, uint64_t c)
{
	bare_fill(&b, slot, nr, (const uint64_t[6]){ a, p, c });
	vsys_slot_submit(&b.ring, slot);
	return answer_by_polling(slot);
}

static long nop(void)
{
	return call(1, VSYS_NR_NOP, 0, 0, 0);
}

/*
 * The service's worker is kept awake, for who is confined cannot ring.  Nor has
 * it a clock, not even the processor's: it counts calls.
 */
static int confined(void *arg)
{
	uint64_t region = b.arena;
	long second = 0, i, end;

	while (!common->there)
		nop();
	ioctl(b.fd, VSYS_IOC_DOORBELL);
	for (end = t_now_ms() + 1000; t_now_ms() < end; second++)
		nop();
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	common->strict = 1;
	for (i = 0; i < 4 * second && !nop(); i++)
		;
	strcpy((char *)region, name);
	common->made = call(0, VSYS_NR_mkdirat, BARE_DIRFD, region, 0700);
	syscall(SYS_exit, 0);
	return arg != NULL;
}

static void own(int sock)
{
	uint64_t region;
	int fd;

	if (!verdict(!bare_open(&b, "storage", VSYS_SLOTS_MIN), "a channel"))
		_exit(1);
	region = bare_region(&b, 0, VSYS_PAGE_SIZE);
	strcpy((char *)region, "/storage");
	fd = bare_descriptor(&b, 0, NULL, VSYS_NR_openat, BARE_DIRFD, region,
			     O_RDONLY | O_DIRECTORY, 0);
	verdict(fd >= 0, "a file (%d)", fd);
	bare_send_fd(sock, fd);
	strcpy((char *)region, name);
	bare_call(&b, 0, VSYS_NR_unlinkat, BARE_DIRFD, region, 0x200);
	clone(confined, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	t_sleep_ms(200);
	_exit(t_wrong);
}

int main(int argc, char **argv)
{
	int pair[2], i, fd;
	struct stat st;
	pid_t pid;

	if (argc != 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 2;
	snprintf(name, sizeof(name), "%s", argv[1]);
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	common->made = -1000;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (!pid)
		own(pair[0]);
	fd = bare_receive_fd(pair[1]);
	t_wait(pid);
	common->there = 1;
	for (i = 0; i < 600 && common->made == -1000; i++) {
		t_sleep_ms(100);
		fstat(fd, &st);
	}
	verdict(common->strict, "the other is confined");
	verdict(common->made == -ETIMEDOUT, "mkdir by the ring: %ld",
		common->made);
	return t_wrong;
}
