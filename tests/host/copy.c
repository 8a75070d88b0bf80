// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/copy.c.
 * Why:		its copies must survive every bad pointer, and every other fault
 *		must be the program's own, as if the library were not there.
 * How:		copies of all small sizes up to an edge, and over it; then
 *		children with each kind of action that fault, and how they end,
 *		by the library and by libc alike.
 */
#include <sys/wait.h>

#include "libvirtuos/core.h"
#include "test.h"

struct virtuos_libc virtuos_libc = { .sigaction = sigaction };

/* ---- copies ------------------------------------------------------------------ */

static void copies(void)
{
	char *from = (char *)test_guarded(4096) + 4096;
	char *to = (char *)test_guarded(4096) + 4096;
	size_t n, over;

	for (n = 0; n < 300; n++) {
		memset(from - n, 'a' + n % 26, n);
		memset(to - n, 0, n);
		CHECK_EQ(virtuos_copy(to - n, from - n, n), 0);
		CHECK(!memcmp(to - n, from - n, n));
		for (over = 1; over < 80; over += 13) {
			CHECK_EQ(virtuos_copy(to - 500, from - n, n + over),
				 -EFAULT);
			CHECK_EQ(virtuos_copy(to - n, from - 500, n + over),
				 -EFAULT);
		}
	}
	CHECK_EQ(virtuos_copy(NULL, from - 8, 8), -EFAULT);
	CHECK_EQ(virtuos_copy(to - 8, (void *)(1ull << 63), 8), -EFAULT);
}

static void strings(void)
{
	char *from = (char *)test_guarded(4096) + 4096, to[8];

	strcpy(from - 4, "abc");
	CHECK_EQ(virtuos_copy_string(to, from - 4, sizeof(to)), 3);
	CHECK(!strcmp(to, "abc"));
	CHECK_EQ(virtuos_copy_string(to, from - 4, 3), -ENAMETOOLONG);
	from[-1] = 'd';
	CHECK_EQ(virtuos_copy_string(to, from - 4, sizeof(to)), -EFAULT);
	CHECK_EQ(virtuos_copy_string(to, from - 4, 0), -ENAMETOOLONG);
}

/* ---- the program's own faults --------------------------------------------------- */

static volatile int calls;
static char *nowhere;

static void on_signal(int sig)
{
	if (sig == SIGSEGV && ++calls == 3)
		_exit(33);
}

static void on_info(int sig, siginfo_t *info, void *context)
{
	if (info->si_signo == sig && context)
		on_signal(sig);
}

/*
 * The way a child ends that has this action and then faults, or is sent the
 * signal: a signal, or a status above 255.
 */
static int ending(const struct sigaction *action, bool ours, bool sent)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		alarm(3);
		if (ours)
			virtuos_copy_sigaction(SIGSEGV, action, NULL);
		else
			sigaction(SIGSEGV, action, NULL);
		if (!sent)
			*nowhere = 1;
		raise(SIGSEGV);
		raise(SIGSEGV);
		_exit(calls);
	}
	test_need(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFSIGNALED(status) ? WTERMSIG(status) :
				     256 + WEXITSTATUS(status);
}

static void faults(void)
{
	static const int flags[] = { 0, SA_RESETHAND, SA_NODEFER,
				     SA_RESETHAND | SA_NODEFER };
	struct sigaction action;
	unsigned int i, kind;
	int sent, end;

	for (i = 0; i < 4; i++) {
		for (kind = 0; kind < 5; kind++) {
			memset(&action, 0, sizeof(action));
			action.sa_flags = flags[i];
			if (kind == 1)
				action.sa_handler = SIG_IGN;
			else if (kind == 2)
				action.sa_handler = on_signal;
			else if (kind == 3)
				action.sa_sigaction = on_info;
			if (kind >= 3)	/* kind 4: the default, told oddly */
				action.sa_flags |= SA_SIGINFO;
			for (sent = 0; sent < 2; sent++) {
				end = ending(&action, false, sent);
				if (!CHECK_EQ(ending(&action, true, sent), end))
					fprintf(stderr, "\tkind %u, flags %#x%s\n",
						kind, action.sa_flags,
						sent ? ", sent" : "");
			}
		}
	}
}

int main(void)
{
	nowhere = (char *)test_guarded(4096) + 4096;
	virtuos_copy_init();
	copies();
	strings();
	faults();
	return test_exit();
}
