// SPDX-License-Identifier: GPL-2.0-only
/* /dev/vsys, as the counter plays it: see device.h. */
#include "device.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "traced.h"

/* Of the program: descriptors of /dev/vsys and of placeholders. */
#define FDS 4096

static struct {
	bool device;
	int service;		/* of a channel, or -1 */
	int placeholder;	/* its service, or -1 */
} fds[FDS];

int device_made;

static struct vsys_ring rings[DEVICE_SERVICES];
static struct vsys_local *locals[DEVICE_SERVICES];

static void memory_make(int service)
{
	int fd = memfd_create("channel", 0);

	if (fd < 0 ||
	    ftruncate(fd, VSYS_MAP_ARENA + DEVICE_ARENA_SIZE) ||
	    dup2(fd, DEVICE_MEMORY + service) < 0)
		err(1, "memory of a channel");
	close(fd);
	rings[service].head = device_map(service, VSYS_MAP_RING,
					 DEVICE_RING_SIZE, 0);
	locals[service] = device_map(service, VSYS_MAP_LOCAL, VSYS_PAGE_SIZE,
				     0);
	if (!rings[service].head || !locals[service])
		err(1, "memory of a channel");
	rings[service].slots = (void *)(rings[service].head + 1);
	rings[service].nr_slots = DEVICE_SLOTS;
}

/* The counter may be confined itself: the program may keep its channels. */
static void parameter_make(void)
{
	int fd = memfd_create("sandboxed", 0);

	if (fd < 0 || write(fd, "all\n", 4) != 4 ||
	    dup2(fd, DEVICE_PARAMETER) < 0)
		err(1, "parameter");
	close(fd);
}

void device_begin(void)
{
	int i;

	for (i = 0; i < DEVICE_SERVICES; i++)
		memory_make(i);
	parameter_make();
	device_clear();
}

void device_clear(void)
{
	int i;

	for (i = 0; i < FDS; i++) {
		fds[i].device = false;
		fds[i].service = fds[i].placeholder = -1;
	}
	for (i = 0; i < DEVICE_SERVICES; i++) {
		memset(rings[i].head, 0, DEVICE_RING_SIZE);
		memset(locals[i], 0, VSYS_PAGE_SIZE);
		vsys_server_wake(&rings[i]);
	}
	if (lseek(DEVICE_PARAMETER, 0, SEEK_SET))
		err(1, "parameter");
}

int device_pending(void)
{
	int i;

	for (i = 0; i < DEVICE_SERVICES; i++)
		if (vsys_ring_pending(&rings[i]))
			return 1;
	return 0;
}

/* ---- /dev/vsys ---------------------------------------------------------- */

static void answer(struct traced_call *call, long result)
{
	call->answered = true;
	call->result = result;
}

static void device_open(struct traced *program, struct traced_call *call)
{
	struct vsys_front_open open;
	int service;

	traced_read(program, call->args[2], &open, sizeof(open));
	service = !strcmp(open.service, "storage");
	open.nr_slots = DEVICE_SLOTS;
	open.arena_base = device_arena(service);
	open.sandboxes = VSYS_SANDBOXES;
	open.features = 0;
	traced_write(program, call->args[2], &open, sizeof(open));
	fds[call->args[0]].service = service;
	answer(call, 0);
}

/* A slot is submitted for the program, and the descriptor is made. */
static void device_make(struct traced *program, struct traced_call *call,
			void (*serve)(void))
{
	int service = fds[call->args[0]].service;
	struct vsys_front_call front;
	struct vsys_slot *slot;

	traced_read(program, call->args[2], &front, sizeof(front));
	slot = &rings[service].slots[front.slot];
	vsys_slot_submit(&rings[service], front.slot);
	device_made++;
	serve();
	if (!vsys_slot_done(slot))
		errx(1, "the service has not answered");
	front.remote_fd = vsys_slot_finish(slot);
	if (front.remote_fd < 0)
		errx(1, "the service says %d", front.remote_fd);
	front.mode = service ? S_IFREG : S_IFSOCK;
	traced_write(program, call->args[2], &front, sizeof(front));
	call->nr = SYS_dup;
	call->args[0] = DEVICE_PARAMETER;
	call->made = service;
}

static void device_grant(struct traced *program, struct traced_call *call)
{
	struct vsys_front_arena arena;

	traced_read(program, call->args[2], &arena, sizeof(arena));
	if (arena.bytes > VSYS_SLOT_ARENA_INITIAL)
		errx(1, "a call wants %u bytes of arena", arena.bytes);
	answer(call, 0);
}

/* Of what the program opened itself. */
static void device_what(struct traced *program, struct traced_call *call)
{
	struct vsys_front_fd info;

	traced_read(program, call->args[2], &info, sizeof(info));
	if (info.fd >= 0 && info.fd < FDS && fds[info.fd].placeholder >= 0)
		errx(1, "the library has forgotten a descriptor");
	memset(info.service, 0, sizeof(info.service));
	traced_write(program, call->args[2], &info, sizeof(info));
	answer(call, 0);
}

static void device_ioctl(struct traced *program, struct traced_call *call,
			 void (*serve)(void))
{
	switch ((uint32_t)call->args[1]) {
	case (uint32_t)VSYS_IOC_OPEN:
		return device_open(program, call);
	case (uint32_t)VSYS_IOC_CALL:
		return device_make(program, call, serve);
	case (uint32_t)VSYS_IOC_ARENA:
		return device_grant(program, call);
	case (uint32_t)VSYS_IOC_FD:
		return device_what(program, call);
	case (uint32_t)VSYS_IOC_CREDS:
		return answer(call, 0);
	case (uint32_t)VSYS_IOC_WAIT:
	case (uint32_t)VSYS_IOC_DOORBELL:
		serve();
		return answer(call, 0);
	}
	errx(1, "the library asks vsysfront for %#lx", call->args[1]);
}

/* ---- system calls ------------------------------------------------------- */

static void path_call(struct traced *program, struct traced_call *call)
{
	char path[64];

	traced_string(program, call->args[1], path, sizeof(path));
	if (!strcmp(path, "/sys/module/vsysfront/parameters/sandboxed")) {
		call->nr = SYS_dup;
		call->args[0] = DEVICE_PARAMETER;
	} else if (!strcmp(path, "/proc/self/status")) {
		answer(call, -ENOENT);
	} else if (strcmp(path, VSYS_FRONT_PATH)) {
		return;
	} else if (call->nr == SYS_faccessat) {
		answer(call, 0);
	} else {
		call->nr = SYS_dup;
		call->args[0] = DEVICE_PARAMETER;
		call->device = true;
	}
}

static bool is_device(uint64_t fd)
{
	return fd < FDS && fds[fd].device;
}

static void close_call(struct traced_call *call)
{
	uint64_t fd = call->args[0];

	if (fd >= FDS)
		return;
	if (fds[fd].placeholder >= 0)
		locals[fds[fd].placeholder]->closes++;
	fds[fd].device = false;
	fds[fd].service = fds[fd].placeholder = -1;
}

void device_call(struct traced *program, struct traced_call *call,
		 void (*serve)(void))
{
	switch (call->nr) {
	case SYS_openat:
	case SYS_faccessat:
		return path_call(program, call);
	case SYS_ioctl:
		if (is_device(call->args[0]))
			device_ioctl(program, call, serve);
		return;
	case SYS_fcntl:
		call->device = is_device(call->args[0]) &&
			       call->args[1] == F_DUPFD_CLOEXEC;
		return;
	case SYS_mmap:
		if (is_device(call->args[4]) &&
		    fds[call->args[4]].service >= 0)
			call->args[4] = DEVICE_MEMORY +
					fds[call->args[4]].service;
		return;
	case SYS_close:
		return close_call(call);
	}
}

void device_called(const struct traced_call *call, long result)
{
	if (result < 0 || result >= FDS)
		return;
	if (call->device)
		fds[result].device = true;
	if (call->made >= 0)
		fds[result].placeholder = call->made;
}
