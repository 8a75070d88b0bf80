// SPDX-License-Identifier: MIT
/*
 * Copies that survive a bad pointer.  Linux answers EFAULT; a library that
 * touches the program's memory would crash instead.  The copy loops below are
 * at known addresses: a SIGSEGV or SIGBUS inside them continues at their error
 * exit, every other one is the program's own and goes to its action.
 */
#include <string.h>
#include <ucontext.h>

#include "core.h"

/*
 * int virtuos_copy(void *to, const void *from, size_t n)
 * long virtuos_copy_string(char *to, const char *from, size_t size)
 */
__asm__(
"	.text\n"
"	.globl virtuos_copy, virtuos_copy_string\n"
"	.hidden virtuos_copy, virtuos_copy_string\n"
"	.type virtuos_copy, @function\n"
"	.type virtuos_copy_string, @function\n"
"virtuos_copy_begin:\n"
"virtuos_copy:\n"
"	movq	%rdx, %rcx\n"
"	shrq	$6, %rcx\n"
"	jz	2f\n"
"1:	movups	(%rsi), %xmm0\n"
"	movups	16(%rsi), %xmm1\n"
"	movups	32(%rsi), %xmm2\n"
"	movups	48(%rsi), %xmm3\n"
"	movups	%xmm0, (%rdi)\n"
"	movups	%xmm1, 16(%rdi)\n"
"	movups	%xmm2, 32(%rdi)\n"
"	movups	%xmm3, 48(%rdi)\n"
"	addq	$64, %rsi\n"
"	addq	$64, %rdi\n"
"	decq	%rcx\n"
"	jnz	1b\n"
"2:	movl	%edx, %ecx\n"
"	andl	$63, %ecx\n"
"	shrl	$3, %ecx\n"
"	jz	4f\n"
"3:	movq	(%rsi), %rax\n"
"	movq	%rax, (%rdi)\n"
"	addq	$8, %rsi\n"
"	addq	$8, %rdi\n"
"	decl	%ecx\n"
"	jnz	3b\n"
"4:	movl	%edx, %ecx\n"
"	andl	$7, %ecx\n"
"	jz	6f\n"
"5:	movb	(%rsi), %al\n"
"	movb	%al, (%rdi)\n"
"	incq	%rsi\n"
"	incq	%rdi\n"
"	decl	%ecx\n"
"	jnz	5b\n"
"6:	xorl	%eax, %eax\n"
"	ret\n"
"	.size virtuos_copy, .-virtuos_copy\n"
"virtuos_copy_string:\n"
"	xorl	%eax, %eax\n"
"7:	cmpq	%rdx, %rax\n"
"	jae	8f\n"
"	movb	(%rsi,%rax), %cl\n"
"	movb	%cl, (%rdi,%rax)\n"
"	testb	%cl, %cl\n"
"	jz	9f\n"
"	incq	%rax\n"
"	jmp	7b\n"
"8:	movq	$-36, %rax\n"		/* -ENAMETOOLONG */
"9:	ret\n"
"	.size virtuos_copy_string, .-virtuos_copy_string\n"
"virtuos_copy_end:\n"
"virtuos_copy_fault:\n"
"	movq	$-14, %rax\n"		/* -EFAULT */
"	ret\n");

extern const char virtuos_copy_begin[] __attribute__((visibility("hidden")));
extern const char virtuos_copy_end[] __attribute__((visibility("hidden")));
extern const char virtuos_copy_fault[] __attribute__((visibility("hidden")));

/* The program's actions, [0] SIGSEGV, [1] SIGBUS. */
static struct sigaction actions[2];
static bool installed;

static struct sigaction *action_of(int sig)
{
	return &actions[sig == SIGBUS];
}

/* Do what would have happened without us. */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	struct sigaction action = *action_of(sig);
	struct sigaction plain = { .sa_handler = SIG_DFL };

	if (action.sa_handler == SIG_DFL ||
	    (action.sa_handler == SIG_IGN && info->si_code > 0)) {
		/* Back to the faulting instruction, which now ends us. */
		virtuos_libc.sigaction(sig, &plain, NULL);
		if (info->si_code <= 0)
			sys3(SYS_tgkill, sys0(SYS_getpid), sys0(SYS_gettid),
			     sig);
		return;
	}
	if (action.sa_handler == SIG_IGN)
		return;
	if (action.sa_flags & SA_RESETHAND)
		action_of(sig)->sa_handler = SIG_DFL;
	if (action.sa_flags & SA_SIGINFO)
		action.sa_sigaction(sig, info, context);
	else
		action.sa_handler(sig);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *rip = &uc->uc_mcontext.gregs[REG_RIP];

	if (info->si_code > 0 && *rip >= (greg_t)virtuos_copy_begin &&
	    *rip < (greg_t)virtuos_copy_end) {
		*rip = (greg_t)virtuos_copy_fault;
		return;
	}
	pass_on(sig, info, context);
}

/* Ours, with what the program's action asks for the time of its handler. */
static int install(int sig)
{
	struct sigaction ours = *action_of(sig);

	ours.sa_sigaction = on_fault;
	ours.sa_flags &= ~SA_RESETHAND;
	ours.sa_flags |= SA_SIGINFO | SA_ONSTACK;
	return virtuos_libc.sigaction(sig, &ours, NULL);
}

int virtuos_copy_sigaction(int sig, const struct sigaction *act,
			   struct sigaction *old)
{
	struct sigaction was = *action_of(sig);
	int ret = 0;

	if (!installed)
		return virtuos_libc.sigaction(sig, act, old);
	if (act) {
		*action_of(sig) = *act;
		ret = install(sig);
	}
	if (!ret && old)
		*old = was;
	return ret;
}

void virtuos_copy_init(void)
{
	virtuos_libc.sigaction(SIGSEGV, NULL, &actions[0]);
	virtuos_libc.sigaction(SIGBUS, NULL, &actions[1]);
	installed = !install(SIGSEGV) && !install(SIGBUS);
}
