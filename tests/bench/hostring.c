// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same ring code between two processes of this machine, without Xen and
 * without emulation: what the exchange costs on real hardware.
 */
#include <err.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <virtuos/calls.h>
#include <virtuos/ring.h>

#include "sample.h"

#define BATCH 20000
#define CALL_GETPPID VSYS_NR_POLL	/* this server's own use of a number */

static struct vsys_ring ring = { .nr_slots = VSYS_SLOTS_DEFAULT };

static void serve(void)
{
	struct vsys_call call;
	uint32_t cursor = 0;
	int slot;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	vsys_server_wake(&ring);
	for (;;) {
		slot = vsys_ring_claim(&ring, &cursor);
		if (slot < 0) {
			vsys_relax();
			continue;
		}
		if (!vsys_ring_take(&ring, slot, &call))
			continue;
		if (call.nr == CALL_GETPPID)
			syscall(SYS_getppid);
		vsys_slot_complete(&ring, slot, 0);
	}
}

static void call(uint32_t nr)
{
	ring.slots[0].nr = nr;
	vsys_slot_submit(&ring, 0);
	while (!vsys_slot_done(&ring.slots[0]))
		vsys_relax();
	vsys_slot_finish(&ring.slots[0]);
}

int main(void)
{
	size_t size = VSYS_PAGE_SIZE *
		      (1 + VSYS_SLOTS_DEFAULT / VSYS_SLOTS_PER_PAGE);
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (p == MAP_FAILED)
		err(1, "mmap");
	ring.head = (void *)p;
	ring.slots = (void *)(p + VSYS_PAGE_SIZE);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		serve();
	while (__atomic_load_n(&ring.head->server, __ATOMIC_ACQUIRE) !=
	       VSYS_SERVER_AWAKE)
		vsys_relax();
	SAMPLE("host getppid", BATCH, syscall(SYS_getppid));
	SAMPLE("host ring nop", BATCH, call(VSYS_NR_NOP));
	SAMPLE("host ring getppid", BATCH, call(CALL_GETPPID));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
