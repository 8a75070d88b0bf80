// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same ring code between two processes of this machine, each on a processor
 * of its own: an empty call, and one that the server executes (getppid), both
 * spinning; beside them a system call of one's own.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <virtuos/calls.h>
#include <virtuos/ring.h>
#include "bench.h"

static struct vsys_ring ring;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bench_die("this machine has only one processor");
}

static void serve(void)
{
	struct vsys_call call;
	uint32_t cursor = 0;
	int s;

	for (;;) {
		s = vsys_ring_claim(&ring, &cursor);
		if (s < 0)
			vsys_relax();
		else if (vsys_ring_take(&ring, s, &call))
			vsys_slot_complete(&ring, s, call.nr == VSYS_NR_NOP ?
					   0 : syscall(call.nr));
	}
}

static void call(uint32_t nr)
{
	struct vsys_slot *slot = &ring.slots[3];

	slot->nr = nr;
	vsys_slot_submit(&ring, 3);
	while (!vsys_slot_done(slot))
		vsys_relax();
	vsys_slot_finish(slot);
}

static void nop(void)
{
	call(VSYS_NR_NOP);
}

static void remote_getppid(void)
{
	call(SYS_getppid);
}

static void local_getppid(void)
{
	syscall(SYS_getppid);
}

int main(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (p == MAP_FAILED)
		bench_die("mmap");
	ring.head = (void *)p;
	ring.slots = (void *)(p + 4096);
	ring.nr_slots = 64;
	vsys_server_wake(&ring);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(1);
		serve();
	}
	pin(0);
	bench("local-getppid", local_getppid);
	bench("ring-nop", nop);
	bench("ring-getppid", remote_getppid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
