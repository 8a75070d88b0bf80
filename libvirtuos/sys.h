/* SPDX-License-Identifier: MIT */
/*
 * Raw system calls: no libc, no errno, no cancellation.  The result is the
 * kernel's: -errno on failure.
 */
#ifndef VIRTUOS_SYS_H
#define VIRTUOS_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static inline long sys6(long nr, uint64_t a, uint64_t b, uint64_t c,
			uint64_t d, uint64_t e, uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define SYS_ARG(x)	((uint64_t)(uintptr_t)(x))
#define sys0(nr)		sys6(nr, 0, 0, 0, 0, 0, 0)
#define sys1(nr, a)		sys6(nr, SYS_ARG(a), 0, 0, 0, 0, 0)
#define sys2(nr, a, b)		sys6(nr, SYS_ARG(a), SYS_ARG(b), 0, 0, 0, 0)
#define sys3(nr, a, b, c) \
	sys6(nr, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), 0, 0, 0)
#define sys4(nr, a, b, c, d) \
	sys6(nr, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), SYS_ARG(d), 0, 0)
#define sys5(nr, a, b, c, d, e) \
	sys6(nr, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), SYS_ARG(d), SYS_ARG(e), 0)

/*
 * Memory to read and write; at: 0, or the address that the flags speak of.
 * NULL: there is none.  mmap() would be the library's own hook.
 */
static inline void *sys_map(uint64_t at, size_t size, int flags, int fd,
			    uint64_t offset)
{
	long p = sys6(SYS_mmap, at, size, PROT_READ | PROT_WRITE, flags, fd,
		      offset);

	return p < 0 && p >= -4095 ? NULL : (void *)p;
}

#endif /* VIRTUOS_SYS_H */
