/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of code whose instructions are known to the last one.  Each is a
 * function body(fd, n, p): it switches the counter fd on, runs, and switches
 * it off, so what is counted is the part behind the first system call, up to
 * and with the second: MEASURED_END instructions more than the part between.
 *
 * In between, ebx holds fd, r12 n and r13 p.
 */
#include "bodies.h"

	.text

.macro	body name
	.globl	\name
	.type	\name, @function
\name:
	push	%rbx
	push	%r12
	push	%r13
	mov	%edi, %ebx
	mov	%rsi, %r12
	mov	%rdx, %r13
	mov	$16, %eax		/* ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) */
	mov	$0x2400, %esi
	xor	%edx, %edx
	syscall
.endm

.macro	done
	mov	$16, %eax		/* ioctl(fd, PERF_EVENT_IOC_DISABLE, 0) */
	mov	%ebx, %edi
	mov	$0x2401, %esi
	xor	%edx, %edx
	syscall
	pop	%r13
	pop	%r12
	pop	%rbx
	ret
.endm

body body_nothing
	done

/* 1000 */
body body_straight
	.rept	1000
	nop
	.endr
	done

/* 2 n, n branches */
body body_loop
0:	dec	%r12
	jnz	0b
	done

/* 4 n + 1, 3 n + 1 branches */
body body_calls
0:	call	1f
	dec	%r12
	jnz	0b
	jmp	2f
1:	ret
2:	done

/* 4 n + 1, 2 n branches */
body body_indirect
	lea	1f(%rip), %rax
0:	jmp	*%rax
1:	nop
	dec	%r12
	jnz	0b
	done

/*
 * 4 n, 2 n branches: the first of a pair of branches is taken every second
 * time, which a two-bit predictor cannot learn.
 */
body body_alternating
0:	test	$1, %r12b
	jz	1f
1:	dec	%r12
	jnz	0b
	done

/* n rounds of an inner loop of 10: n (1 + 20 + 2), 11 n branches */
body body_nested
0:	mov	$10, %ecx
1:	dec	%ecx
	jnz	1b
	dec	%r12
	jnz	0b
	done

/* 4: n bytes stored at p */
body body_stos
	xor	%eax, %eax
	mov	%r13, %rdi
	mov	%r12, %rcx
	rep	stosb
	done

/* 4: n bytes moved from p to p + n */
body body_movs
	mov	%r13, %rsi
	lea	(%r13, %r12), %rdi
	mov	%r12, %rcx
	rep	movsb
	done

/* 6 n + 2: a string instruction with nothing to do */
body body_norep
	mov	%r13, %rsi
	mov	%r13, %rdi
0:	nop
	xor	%ecx, %ecx
	rep	movsb
	nop
	dec	%r12
	jnz	0b
	done

/* 4: looks through n zeroes for what is not there */
body body_scas
	mov	$1, %eax
	mov	%r13, %rdi
	mov	%r12, %rcx
	repne	scasb
	done

/* 4 n: writes to n pages from p on */
body body_pages
0:	movb	$1, (%r13)
	add	$4096, %r13
	dec	%r12
	jnz	0b
	done

/* 4 n, 2 n branches: getppid */
body body_syscalls
0:	mov	$110, %eax
	syscall
	dec	%r12
	jnz	0b
	done

/*
 * An instruction that faults, and a handler that skips its two bytes.  The
 * faulting one does not retire: nop, dec, jnz and the four of the handler.
 */
body body_undefined
0:	nop
	ud2
	dec	%r12
	jnz	0b
	done

body body_segfault
0:	nop
	mov	(%rdx), %al		/* rdx is 0 since the system call */
	nop
	dec	%r12
	jnz	0b
	done

	.globl	skip_two
skip_two:
	addq	$2, 168(%rdx)		/* uc_mcontext.gregs[REG_RIP] */
	ret
	.globl	return_from_signal
return_from_signal:
	mov	$15, %eax
	syscall

/* 3 n: an atomic addition across two pages, which the emulator runs alone */
body body_split
0:	lock addl $1, (%r13)
	dec	%r12
	jnz	0b
	done

/* What lies between two readings of counter n, by user space itself. */
	.globl	body_rdpmc
	.type	body_rdpmc, @function
body_rdpmc:
	mov	%edi, %ecx
	rdpmc
	mov	%eax, %esi
	.rept	MEASURED_RDPMC - 3
	nop
	.endr
	mov	%edi, %ecx
	rdpmc
	sub	%esi, %eax
	ret

/* n rounds of SAMPLED_LOOP instructions, of which the last is at sampled_last. */
	.globl	sampled_loop, sampled_last
body body_sampled
sampled_loop:
	.rept	SAMPLED_LOOP - 2
	nop
	.endr
	dec	%r12
sampled_last:
	jnz	sampled_loop
	done

/* n rounds with a system call: behind it the kernel's first instruction waits. */
	.globl	sampled_call_loop, sampled_call_last
body body_sampled_call
sampled_call_loop:
	mov	$110, %eax
	syscall
	nop
	nop
	dec	%r12
sampled_call_last:
	jnz	sampled_call_loop
	done

/* n rounds of five branches; each one's target is the next, sampled_branch + 2 i */
	.globl	sampled_branch, sampled_branch_end
body body_sampled_branch
sampled_branch:
	jmp	0f
0:	jmp	0f
0:	jmp	0f
0:	jmp	0f
0:	dec	%r12
sampled_branch_end:
	jnz	sampled_branch
	done

	.section .note.GNU-stack, "", @progbits
