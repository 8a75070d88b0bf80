// SPDX-License-Identifier: MIT
/*
 * Handlers that interrupt calls.
 *
 * A signal that comes while a thread polls for its answer finds it in user
 * space: the handler runs, and nothing tells the thread that its call has to
 * end with EINTR (signal(7)), so it would go to sleep for good.  A handler
 * without SA_RESTART is therefore entered by way of a counter of the thread's,
 * which the call compares before it sleeps.
 */
#include <string.h>

#include "core.h"

__thread volatile uint32_t virtuos_interrupts
	__attribute__((tls_model("initial-exec")));

/* The program's handlers, where ours stands in front of them. */
static struct {
	void *handler;			/* atomic */
	int siginfo;			/* SA_SIGINFO was asked for */
} behind[NSIG];

static void interrupt(int sig, siginfo_t *info, void *context)
{
	void (*handler)(int, siginfo_t *, void *) =
		__atomic_load_n(&behind[sig].handler, __ATOMIC_ACQUIRE);

	virtuos_interrupts++;
	/* One that takes the signal's number only does not see the rest. */
	handler(sig, info, context);
}

static bool interrupts(const struct sigaction *act)
{
	return act->sa_handler != SIG_DFL && act->sa_handler != SIG_IGN &&
	       !(act->sa_flags & SA_RESTART);
}

int virtuos_interrupt_sigaction(int sig, const struct sigaction *act,
				struct sigaction *old)
{
	struct sigaction ours, was;
	void *handler = NULL;
	int siginfo = 0;

	if (sig <= 0 || sig >= NSIG)
		return virtuos_libc.sigaction(sig, act, old);
	handler = __atomic_load_n(&behind[sig].handler, __ATOMIC_ACQUIRE);
	siginfo = behind[sig].siginfo;
	if (act && interrupts(act)) {
		ours = *act;
		ours.sa_sigaction = interrupt;
		ours.sa_flags |= SA_SIGINFO;
		behind[sig].siginfo = act->sa_flags & SA_SIGINFO;
		__atomic_store_n(&behind[sig].handler, (void *)act->sa_handler,
				 __ATOMIC_RELEASE);
		act = &ours;
	}
	if (virtuos_libc.sigaction(sig, act, &was))
		return -1;
	if (was.sa_flags & SA_SIGINFO && was.sa_sigaction == interrupt) {
		was.sa_handler = handler;
		was.sa_flags &= ~SA_SIGINFO | siginfo;
	}
	if (old)
		*old = was;
	return 0;
}
