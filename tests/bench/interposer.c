// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs a program that its calls are looked at, by each way to do so: a
 * function of libc that is hooked, a system call instruction that is rewritten
 * into a call through page 0, and one that Syscall User Dispatch turns into a
 * signal.  The call is getppid(2), which does next to nothing; the look is a
 * bounds check and a byte of a table, as libvirtuos has it for a descriptor.
 *
 * CONTRIBUTING.md has what was decided.  Rewriting needs page 0, which Linux
 * gives to nobody without CAP_SYS_RAWIO while vm.mmap_min_addr is not 0.
 */
#include <err.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "sample.h"

#define CALLS	2000

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_OFF		0
#define PR_SYS_DISPATCH_ON		1
#endif

enum { SELECTOR_ALLOW, SELECTOR_BLOCK };

static volatile char selector;
static unsigned char table[1024];

static long bare_call(void)
{
	long ret = SYS_getppid;

	__asm__ volatile("syscall" : "+a"(ret) : : "rcx", "r11", "memory");
	return ret;
}

static bool looked_at(unsigned int fd)
{
	return __builtin_expect(fd < sizeof(table) &&
				((volatile unsigned char *)table)[fd], 0);
}

static __attribute__((noinline)) long hook(void)
{
	return looked_at(7) ? 0 : bare_call();
}

/* As the loader binds it: a call through a pointer. */
static long (*volatile hooked)(void) = hook;

static long hooked_call(void)
{
	return hooked();
}

/* What a rewritten "syscall" is: a call to the address that the number gives. */
static long rewritten_call(void)
{
	long ret = SYS_getppid;

	__asm__ volatile("sub $128, %%rsp\n\tcall *%%rax\n\tadd $128, %%rsp"
			 : "+a"(ret)
			 : : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
			     "r11", "memory", "cc");
	return ret;
}

static bool map_page_0(void)
{
	unsigned char *page = mmap(0, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
				   -1, 0);
	long (*to)(void) = hook;

	if (page == MAP_FAILED)
		return false;
	/* A landing place for each number, then: mov $hook, %r11; jmp *%r11. */
	__asm__ volatile("" : "+r"(page));	/* the compiler knows what 0 means */
	memset(page, 0x90, 512);
	page[512] = 0x49;
	page[513] = 0xbb;
	memcpy(page + 514, &to, sizeof(to));
	memcpy(page + 522, "\x41\xff\xe3", 3);
	return !mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

/* Its own calls are libc's, which is exempt. */
static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	uc->uc_mcontext.gregs[REG_RAX] =
		looked_at(7) ? 0 : syscall(info->si_syscall);
}

static int libc_text(struct dl_phdr_info *info, size_t size, void *range)
{
	unsigned long *at = range;

	(void)size;
	if (!strstr(info->dlpi_name, "libc.so"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    info->dlpi_phdr[i].p_flags & PF_X) {
			at[0] = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			at[1] = info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

static bool dispatch_on(void)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys,
				.sa_flags = SA_SIGINFO };
	unsigned long range[2] = { 0, 0 };

	dl_iterate_phdr(libc_text, range);
	sigaction(SIGSYS, &sa, NULL);
	return range[1] && !prctl(PR_SET_SYSCALL_USER_DISPATCH,
				  PR_SYS_DISPATCH_ON, range[0], range[1],
				  &selector);
}

/* Every caller below expects this. */
static pid_t parent;

static void must(long answer)
{
	if (answer != parent)
		errx(1, "a wrong answer");
}

int main(void)
{
	parent = getppid();
	SAMPLE("interposer: bare system call", CALLS, must(bare_call()));
	SAMPLE("interposer: libc's function hooked", CALLS, must(hooked_call()));
	if (map_page_0())
		SAMPLE("interposer: rewritten", CALLS, must(rewritten_call()));
	else
		warn("no page 0: rewriting is left out");
	if (!dispatch_on())
		err(1, "Syscall User Dispatch");
	SAMPLE("interposer: dispatch, let through", CALLS, must(bare_call()));
	selector = SELECTOR_BLOCK;
	SAMPLE("interposer: dispatch, caught", CALLS, must(bare_call()));
	selector = SELECTOR_ALLOW;
	return 0;
}
