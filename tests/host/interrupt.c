// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/interrupt.c.
 * Why:		a handler that interrupts calls must be counted, and no program
 *		may notice that something stands in front of it.
 * How:		each kind of action, raised, and asked for afterwards.
 */
#include "libvirtuos/core.h"
#include "test.h"

struct virtuos_libc virtuos_libc = { .sigaction = sigaction };

static int plain_calls, info_calls;
static siginfo_t *seen;

static void plain(int sig)
{
	plain_calls += sig == SIGUSR1;
}

static void with_info(int sig, siginfo_t *info, void *context)
{
	info_calls += sig == SIGUSR1 && info->si_signo == SIGUSR1 && context;
	seen = info;
}

/* Set, raise, ask: how much was counted. */
static uint32_t counted(const struct sigaction *act)
{
	uint32_t before = virtuos_interrupts;
	struct sigaction old;

	CHECK_EQ(virtuos_interrupt_sigaction(SIGUSR1, act, NULL), 0);
	raise(SIGUSR1);
	CHECK_EQ(virtuos_interrupt_sigaction(SIGUSR1, NULL, &old), 0);
	if (act->sa_flags & SA_RESETHAND) {
		CHECK(old.sa_handler == SIG_DFL);
	} else {
		CHECK(old.sa_handler == act->sa_handler);
		CHECK_EQ(old.sa_flags & SA_SIGINFO, act->sa_flags & SA_SIGINFO);
		CHECK_EQ(old.sa_flags & SA_RESTART, act->sa_flags & SA_RESTART);
		CHECK(sigismember(&old.sa_mask, SIGUSR2));
	}
	return virtuos_interrupts - before;
}

static void kinds(void)
{
	struct sigaction act = { .sa_handler = plain }, old;

	sigaddset(&act.sa_mask, SIGUSR2);
	CHECK_EQ(counted(&act), 1);
	CHECK_EQ(plain_calls, 1);
	act.sa_flags = SA_RESTART;
	CHECK_EQ(counted(&act), 0);
	CHECK_EQ(plain_calls, 2);
	act.sa_flags = SA_SIGINFO;
	act.sa_sigaction = with_info;
	CHECK_EQ(counted(&act), 1);
	CHECK_EQ(info_calls, 1);
	CHECK(seen);
	act.sa_flags = SA_SIGINFO | SA_RESTART;
	CHECK_EQ(counted(&act), 0);
	CHECK_EQ(info_calls, 2);
	act.sa_flags = 0;
	act.sa_handler = SIG_IGN;
	CHECK_EQ(counted(&act), 0);
	act.sa_flags = SA_RESETHAND;
	act.sa_handler = plain;
	CHECK_EQ(counted(&act), 1);
	CHECK_EQ(plain_calls, 3);
	/* What was there before is what is reported, not what comes. */
	act.sa_flags = 0;
	CHECK_EQ(virtuos_interrupt_sigaction(SIGUSR1, &act, NULL), 0);
	act.sa_flags = SA_SIGINFO;
	act.sa_sigaction = with_info;
	CHECK_EQ(virtuos_interrupt_sigaction(SIGUSR1, &act, &old), 0);
	CHECK(old.sa_handler == plain && !(old.sa_flags & SA_SIGINFO));
}

static void refused(void)
{
	struct sigaction act = { .sa_handler = plain };

	CHECK_EQ(virtuos_interrupt_sigaction(SIGKILL, &act, NULL), -1);
	CHECK_EQ(virtuos_interrupt_sigaction(0, &act, NULL), -1);
	CHECK_EQ(virtuos_interrupt_sigaction(NSIG, &act, NULL), -1);
	CHECK_EQ(virtuos_interrupt_sigaction(-3, NULL, NULL), -1);
}

int main(void)
{
	kinds();
	refused();
	return test_exit();
}
