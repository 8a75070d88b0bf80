// SPDX-License-Identifier: GPL-2.0-only
/* Processes under ptrace: see traced.h. */
#include "traced.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* With PTRACE_O_TRACESYSGOOD. */
#define STOPPED_AT_CALL	(SIGTRAP | 0x80)

static void request(struct traced *t, enum __ptrace_request what, void *data)
{
	if (ptrace(what, t->pid, 0, data))
		err(1, "%s: ptrace(%d)", t->what, what);
}

/* Until it stops.  Returns the signal, or 0: it has ended well. */
static int await(struct traced *t)
{
	int status;

	if (waitpid(t->pid, &status, 0) != t->pid)
		err(1, "%s", t->what);
	if (WIFSTOPPED(status)) {
		request(t, PTRACE_GETREGS, &t->regs);
		return WSTOPSIG(status);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s has failed (status %#x)", t->what, status);
	t->mark = MARK_GONE;
	return 0;
}

static void child(char *const argv[], char *const env[])
{
	/* 77: the tests' word for "cannot be run here". */
	if (ptrace(PTRACE_TRACEME, 0, 0, 0)) {
		printf("SKIP: ptrace: %s\n", strerror(errno));
		fflush(stdout);
		_exit(77);
	}
	personality(ADDR_NO_RANDOMIZE);
	if (chdir("/"))
		err(1, "/");
	execve(argv[0], argv, env);
	err(1, "%s", argv[0]);
}

void traced_start(struct traced *t, char *const argv[], char *const env[])
{
	int status;

	t->what = argv[0];
	t->pid = fork();
	if (t->pid < 0)
		err(1, "fork");
	if (!t->pid)
		child(argv, env);
	if (waitpid(t->pid, &status, 0) != t->pid)
		err(1, "%s", t->what);
	if (!WIFSTOPPED(status))
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	request(t, PTRACE_SETOPTIONS,
		(void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
}

void traced_end(struct traced *t)
{
	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, 0);
	free(t->pages);
	t->pages = NULL;
}

/* ---- memory ------------------------------------------------------------- */

void traced_read(struct traced *t, uint64_t at, void *to, size_t n)
{
	struct iovec local = { to, n }, remote = { (void *)at, n };

	if (process_vm_readv(t->pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
		err(1, "%s: reading at %#lx", t->what, at);
}

#define PAGES 256

/* The page, and what of the next an instruction can reach, if it is there. */
static void page_read(struct traced *t, struct traced_page *page, uint64_t at)
{
	struct iovec local = { page->code, sizeof(page->code) };
	struct iovec remote[] = {
		{ (void *)at, 4096 },
		{ (void *)(at + 4096), TRACED_CODE },
	};

	memset(page->code, 0, sizeof(page->code));
	if (process_vm_readv(t->pid, &local, 1, remote, 2, 0) < 4096)
		err(1, "%s: code at %#lx", t->what, at);
	page->at = at;
}

const uint8_t *traced_code(struct traced *t, uint64_t at)
{
	uint64_t start = at & ~0xfffull;
	struct traced_page *page;

	if (!t->pages)
		t->pages = calloc(PAGES, sizeof(*t->pages));
	if (!t->pages)
		err(1, "memory");
	page = &t->pages[at / 4096 % PAGES];
	if (page->at != start)
		page_read(t, page, start);
	return page->code + at % 4096;
}

void traced_write(struct traced *t, uint64_t at, const void *from, size_t n)
{
	struct iovec local = { (void *)from, n }, remote = { (void *)at, n };

	if (process_vm_writev(t->pid, &local, 1, &remote, 1, 0) != (ssize_t)n)
		err(1, "%s: writing at %#lx", t->what, at);
}

/* Cut off at size. */
void traced_string(struct traced *t, uint64_t at, char *to, size_t size)
{
	size_t n;

	for (n = 0; n < size - 1; n++) {
		traced_read(t, at + n, to + n, 1);
		if (!to[n])
			return;
	}
	to[n] = 0;
}

/* ---- system calls ------------------------------------------------------- */

static struct traced_call call_of(const struct user_regs_struct *regs, long nr)
{
	return (struct traced_call){
		.nr = nr,
		.args = { regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8,
			  regs->r9 },
		.made = -1,
	};
}

/* Registers for a system call: what is answered is made as one that is none. */
static struct user_regs_struct call_registers(const struct traced *t,
					      const struct traced_call *call)
{
	struct user_regs_struct regs = t->regs;

	regs.rax = regs.orig_rax = call->answered ? -1 : call->nr;
	regs.rdi = call->args[0];
	regs.rsi = call->args[1];
	regs.rdx = call->args[2];
	regs.r10 = call->args[3];
	regs.r8 = call->args[4];
	regs.r9 = call->args[5];
	return regs;
}

/*
 * The call is about to be made: make it, by one request to ptrace, and give the
 * program its own registers back, and the result.  False: it has ended.
 */
static bool call_make(struct traced *t, long nr, enum __ptrace_request how)
{
	struct user_regs_struct regs, before = t->regs;
	struct traced_call call = call_of(&before, nr);
	long result;

	if (t->call)
		t->call(t, &call);
	regs = call_registers(t, &call);
	request(t, PTRACE_SETREGS, &regs);
	request(t, how, NULL);
	if (!await(t))
		return false;
	result = call.answered ? call.result : (long)t->regs.rax;
	if (t->called)
		t->called(&call, result);
	before.rip = t->regs.rip;
	before.rcx = t->regs.rcx;
	before.r11 = t->regs.r11;
	before.fs_base = t->regs.fs_base;	/* arch_prctl() */
	before.orig_rax = -1;
	before.rax = result;
	t->regs = before;
	request(t, PTRACE_SETREGS, &t->regs);
	return true;
}

void traced_inject(struct traced *t, long nr, uint64_t a, uint64_t b,
		   uint64_t c)
{
	struct user_regs_struct before = t->regs, regs = before;

	regs.rip = t->gate;
	regs.rax = nr;
	regs.orig_rax = -1;
	regs.rdi = a;
	regs.rsi = b;
	regs.rdx = c;
	request(t, PTRACE_SETREGS, &regs);
	request(t, PTRACE_SINGLESTEP, NULL);
	if (await(t) != SIGTRAP || t->regs.rax)
		errx(1, "%s: system call %ld", t->what, nr);
	t->regs = before;
	request(t, PTRACE_SETREGS, &t->regs);
}

/* ---- running ------------------------------------------------------------ */

static enum stop marked(struct traced *t)
{
	t->mark = t->regs.rax;
	t->name = t->regs.rdi;
	if (t->mark == MARK_READY)
		t->gate = t->name;
	return STOP_MARK;
}

/* It has stopped for a signal that is neither a mark's nor a step's. */
static enum stop faulted(struct traced *t, int signal, uint64_t *fault)
{
	siginfo_t info;

	if (signal != SIGSEGV || !fault)
		errx(1, "%s: signal %d at %#llx", t->what, signal,
		     t->regs.rip);
	request(t, PTRACE_GETSIGINFO, &info);
	*fault = (uint64_t)info.si_addr;
	return STOP_FAULT;
}

enum stop traced_run(struct traced *t, uint64_t *fault)
{
	int signal;

	for (;;) {
		request(t, PTRACE_SYSCALL, NULL);
		signal = await(t);
		if (!signal)
			return STOP_MARK;
		if (signal == SIGTRAP)
			return marked(t);
		if (signal != STOPPED_AT_CALL)
			return faulted(t, signal, fault);
		if (!call_make(t, t->regs.orig_rax, PTRACE_SYSCALL))
			return STOP_MARK;
	}
}

enum stop traced_step(struct traced *t, uint64_t *fault)
{
	const uint8_t *code = traced_code(t, t->regs.rip);
	int signal;

	if (code[0] == 0xcc) {
		t->regs.rip++;
		request(t, PTRACE_SETREGS, &t->regs);
		return marked(t);
	}
	if (code[0] == 0x0f && code[1] == 0x05)
		return call_make(t, t->regs.rax, PTRACE_SINGLESTEP) ?
			       STOP_STEP : STOP_MARK;
	request(t, PTRACE_SINGLESTEP, NULL);
	signal = await(t);
	if (!signal)
		return STOP_MARK;
	return signal == SIGTRAP ? STOP_STEP : faulted(t, signal, fault);
}

void traced_object(struct traced *t, const char *name)
{
	char path[64], line[512], flags[8];
	unsigned long start, end;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	maps = fopen(path, "r");
	t->base = t->text = 0;
	while (maps && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%lx-%lx %7s", &start, &end, flags) != 3 ||
		    strlen(line) < strlen(name) ||
		    strcmp(line + strlen(line) - strlen(name), name))
			continue;
		if (!t->base)
			t->base = start;
		if (flags[2] == 'x') {
			t->text = start;
			t->text_end = end;
		}
	}
	if (maps)
		fclose(maps);
	if (!t->text)
		errx(1, "%s does not have %s", t->what, name);
}
