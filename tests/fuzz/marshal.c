// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirtuos's marshalling with any arguments of the program, and with any
 * answer of the service: the region and the result are the fuzzer's.  Inputs
 * lie between inaccessible pages; outputs are looked at around their edges.
 */
#include <dirent.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "libvirtuos/core.h"
#include "fuzz.h"

struct virtuos_libc virtuos_libc = { .sigaction = sigaction };

#define REGION	16384u
#define BUFFER	4096u

static uint8_t *region, *memory[4];

/* A pointer of the program: good, near an edge, or bad. */
static uint64_t pointer(struct fuzz *f)
{
	uint8_t kind = fuzz_u8(f);
	uint8_t *m = memory[kind % 4];

	switch (kind / 4 % 6) {
	case 0:
		return (uintptr_t)m;
	case 1:
		return (uintptr_t)(m + BUFFER - fuzz_u8(f));
	case 2:
		return (uintptr_t)(m + fuzz_u32(f) % BUFFER);
	case 3:
		return 0;
	case 4:
		return fuzz_u8(f) * 16;
	default:	/* nothing is there, least of all the fuzzer */
		return fuzz_u64(f) | 1ull << 63;
	}
}

/*
 * A pointer that leads nowhere must not lead into the sanitizer's shadow
 * memory, which is mapped.
 */
static uint64_t astray(uint64_t p)
{
	int i;

	for (i = 0; i < 4; i++)
		if (p - (uintptr_t)memory[i] < BUFFER)
			return p;
	return p < 4096 ? p : p | 1ull << 63;
}

static uint64_t argument(struct fuzz *f)
{
	switch (fuzz_u8(f) % 4) {
	case 0:
		return fuzz_u8(f);
	case 1:
		return fuzz_u32(f);
	default:
		return pointer(f);
	}
}

/* Message headers in the program's memory. */
static void headers(struct fuzz *f)
{
	struct msghdr *m = (void *)memory[0];
	struct iovec *iov = (void *)(memory[0] + 256);
	int i;

	m->msg_name = (void *)(uintptr_t)pointer(f);
	m->msg_namelen = fuzz_u8(f);
	m->msg_iov = fuzz_u8(f) % 8 ? iov : (void *)(uintptr_t)pointer(f);
	m->msg_iovlen = fuzz_u8(f) % 32;
	m->msg_control = (void *)(uintptr_t)pointer(f);
	m->msg_controllen = fuzz_u32(f) % 8192;
	for (i = 0; i < 8; i++) {
		iov[i].iov_base = (void *)(uintptr_t)pointer(f);
		iov[i].iov_len = fuzz_u8(f) % 16 ? fuzz_u8(f) : fuzz_u64(f);
	}
	*(uint32_t *)memory[1] = fuzz_u8(f) % 4 ? fuzz_u8(f) : fuzz_u32(f);
}

static uint32_t number(struct fuzz *f)
{
	uint32_t nr = fuzz_u8(f) | (fuzz_u8(f) & 1) << 8, i;

	for (i = 0; i < VSYS_NR_SYSCALLS; i++, nr++)
		if (vsys_calls[nr % VSYS_NR_SYSCALLS].name)
			return nr % VSYS_NR_SYSCALLS;
	return 0;
}

static void inside(const struct virtuos_marshal *m, uint32_t nr)
{
	uint32_t kind;
	int i;

	for (i = 0; i < 6; i++) {
		kind = VSYS_ARG_KIND(vsys_calls[nr].args[i]);
		if (kind < VSYS_ARG_PATH || !m->args[i] ||
		    kind == VSYS_ARG_FCNTL || kind == VSYS_ARG_IOCTL ||
		    !m->length[i])
			continue;
		CHECK(m->args[i] >= (uintptr_t)region);
		CHECK(m->args[i] + m->length[i] <=
		      (uintptr_t)region + m->size);
	}
}

/* Directory entries that are nearly right. */
static void entries(struct fuzz *f, uint8_t *to, size_t n)
{
	struct dirent64 entry = { .d_ino = 1 };
	size_t step;

	for (; f->left && n >= sizeof(entry); to += step, n -= step) {
		step = 24 + fuzz_u8(f) % 8 * 8;
		entry.d_reclen = fuzz_u8(f) % 8 ? step : fuzz_u32(f) % 256;
		memset(entry.d_name, fuzz_u8(f) % 4 ? 0 : 'x',
		       sizeof(entry.d_name));
		fuzz_bytes(f, entry.d_name, 2);
		memcpy(to, &entry, sizeof(entry));
	}
}

/* What was accepted can be followed, as programs do it. */
static void follow(uint32_t nr, const uint64_t args[6], long ret)
{
	const struct dirent64 *entry;
	const char *p, *end;

	if (nr == VSYS_NR_getcwd && ret >= 0)
		CHECK(memchr((void *)(uintptr_t)args[0], 0, ret));
	if (nr != VSYS_NR_getdents64 || ret <= 0)
		return;
	p = (void *)(uintptr_t)args[1];
	for (end = p + ret; p < end; p += entry->d_reclen) {
		entry = (const void *)p;
		if (!CHECK(entry->d_reclen) || !CHECK(*entry->d_name) ||
		    !CHECK(p + entry->d_reclen <= end) ||
		    !CHECK(memchr(entry->d_name, 0,
				  p + entry->d_reclen - entry->d_name)))
			break;
	}
	CHECK(p == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	struct virtuos_marshal m = { 0 };
	uint64_t args[6];
	uint32_t nr;
	long ret;
	int i;

	if (!region) {
		region = test_guarded(REGION);
		for (i = 0; i < 4; i++)
			memory[i] = test_guarded(BUFFER);
		virtuos_copy_init();
	}
	for (i = 0; i < 4; i++)
		memset(memory[i], 'a' + i, BUFFER);
	nr = number(&f);
	for (i = 0; i < 6; i++)
		args[i] = argument(&f);
	for (i = 0; i < 6; i++)
		if (VSYS_ARG_KIND(vsys_calls[nr].args[i]) >= VSYS_ARG_PATH)
			args[i] = astray(args[i]);
	headers(&f);
	m.base = region;
	m.size = 4096 * (1 + fuzz_u8(&f) % 4);
	CHECK(virtuos_marshal_size(nr, args) <= VSYS_SLOT_ARENA_MAX);
	ret = virtuos_marshal_in(&m, nr, args);
	CHECK(ret <= 0 && ret >= -4095);
	if (ret)
		return fuzz_end();
	inside(&m, nr);
	CHECK(m.used <= m.size);
	ret = fuzz_u8(&f) % 3 ? fuzz_u8(&f) : (int64_t)fuzz_u64(&f);
	if (nr == VSYS_NR_getdents64)
		entries(&f, region + m.place[1], m.length[1]);
	for (i = 0; f.left && i < (int)m.size; i += 64)
		fuzz_bytes(&f, region + i, 64);
	ret = virtuos_marshal_out(&m, nr, args, ret);
	CHECK(ret >= -4095);
	follow(nr, args, ret);
	return fuzz_end();
}
