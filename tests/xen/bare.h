/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel without libvirtuos, by /dev/vsys alone: for programs that do what the
 * library never would.
 */
#ifndef TESTS_BARE_H
#define TESTS_BARE_H

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <virtuos/calls.h>
#include <virtuos/front.h>
#include <virtuos/ring.h>

#include "transcript.h"

#define BARE_DIRFD ((uint64_t)VSYS_AT_FDCWD)

struct bare {
	int fd;
	struct vsys_ring ring;
	uint64_t arena; /* where it is mapped */
};

/* A condition that a test is about; says so, and remembers a failure. */
__attribute__((format(printf, 2, 3))) static inline int
verdict(int good, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say("%s %s", good ? "ok  " : "FAIL", text);
	if (!good)
		t_wrong = 1;
	return good;
}

/* A child must have ended, by itself, and well. */
static inline void bare_wait(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	verdict(!status, "the child ended with %#x", status);
}

static inline void *bare_map(int fd, uint64_t at, size_t size, uint64_t offset)
{
	void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (at ? MAP_FIXED_NOREPLACE : 0), fd, offset);

	return p == MAP_FAILED ? NULL : p;
}

/* OPEN alone; 0, or the errno. */
static inline int bare_open_only(int fd, const char *service,
				 struct vsys_front_open *open)
{
	snprintf(open->service, sizeof(open->service), "%s", service);
	return ioctl(fd, VSYS_IOC_OPEN, open) ? errno : 0;
}

/* 0, or the errno. */
static inline int bare_open(struct bare *b, const char *service, uint32_t slots)
{
	struct vsys_front_open how = { .nr_slots = slots };
	int error;

	b->fd = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
	if (b->fd < 0)
		return errno;
	error = bare_open_only(b->fd, service, &how);
	if (error) {
		close(b->fd);
		return error;
	}
	b->ring.nr_slots = how.nr_slots;
	b->ring.head = bare_map(
		b->fd, 0,
		VSYS_PAGE_SIZE * (1 + how.nr_slots / VSYS_SLOTS_PER_PAGE),
		VSYS_MAP_RING);
	b->arena = (uintptr_t)bare_map(
		b->fd, how.arena_base,
		(size_t)how.nr_slots * VSYS_SLOT_ARENA_MAX, VSYS_MAP_ARENA);
	if (!b->ring.head || !b->arena)
		return ENOMEM;
	b->ring.slots = (void *)((char *)b->ring.head + VSYS_PAGE_SIZE);
	return 0;
}

/* The address of a slot's region, with that many bytes at least, or 0. */
static inline uint64_t bare_region(struct bare *b, uint32_t slot,
				   uint32_t bytes)
{
	struct vsys_front_arena arena = { slot, bytes };

	if (ioctl(b->fd, VSYS_IOC_ARENA, &arena))
		return 0;
	return b->arena + (uint64_t)slot * VSYS_SLOT_ARENA_MAX;
}

static inline void bare_fill(struct bare *b, uint32_t slot, uint32_t nr,
			     const uint64_t args[6])
{
	struct vsys_slot *s = &b->ring.slots[slot];
	int i;

	s->state = VSYS_SLOT_FREE;
	s->nr = nr;
	for (i = 0; i < 6; i++)
		s->args[i] = args[i];
}

static inline void bare_submit(struct bare *b, uint32_t slot)
{
	if (vsys_slot_submit(&b->ring, slot))
		ioctl(b->fd, VSYS_IOC_DOORBELL);
}

/* The answer, within so many ms; else -ETIMEDOUT, and the slot is not free. */
static inline long bare_answer(struct bare *b, uint32_t slot, long ms)
{
	struct vsys_slot *s = &b->ring.slots[slot];
	long end = t_now_ms() + ms;

	while (!vsys_slot_done(s)) {
		if (t_now_ms() > end)
			return -ETIMEDOUT;
		sched_yield();
	}
	return vsys_slot_finish(s);
}

/* bare_call(b, slot, nr, arguments…): its result, or -errno. */
#define bare_call(b, slot, nr, ...) \
	bare_call_args(b, slot, nr, (const uint64_t[6]){ __VA_ARGS__ })

static inline long bare_call_args(struct bare *b, uint32_t slot, uint32_t nr,
				  const uint64_t args[6])
{
	bare_fill(b, slot, nr, args);
	bare_submit(b, slot);
	return bare_answer(b, slot, 20000);
}

/* A call that makes a descriptor: a local one, or -errno. */
#define bare_descriptor(b, slot, remote, nr, ...) \
	bare_descriptor_args(b, slot, remote, nr, \
			     (const uint64_t[6]){ __VA_ARGS__ })

static inline int bare_descriptor_args(struct bare *b, uint32_t slot,
				       int *remote, uint32_t nr,
				       const uint64_t args[6])
{
	struct vsys_front_call call = { .slot = slot, .flags = O_CLOEXEC };
	int fd;

	bare_fill(b, slot, nr, args);
	fd = ioctl(b->fd, VSYS_IOC_CALL, &call);
	if (fd < 0)
		fd = -errno;
	/* It is as the program filled it when the call was not made. */
	b->ring.slots[slot].state = VSYS_SLOT_FREE;
	if (remote)
		*remote = call.remote_fd;
	return fd;
}

/* Descriptors in a message. */
static inline int bare_send_fd(int sock, int fd)
{
	char data = 'd', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&m);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(sock, &m, 0);
}

static inline int bare_receive_fd(int sock)
{
	char data, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &data, 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *cm;
	int fd = -1;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	cm = CMSG_FIRSTHDR(&m);
	if (cm && cm->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cm), sizeof(int));
	return fd;
}

#endif /* TESTS_BARE_H */
