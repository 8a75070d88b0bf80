// SPDX-License-Identifier: MIT
/*
 * Actions.  Those for SIGSEGV and SIGBUS, which the library's copies rest on,
 * are kept by ../copy.c; handlers that interrupt calls are counted by
 * ../interrupt.c.
 */
#include "hook.h"

#include <signal.h>

static bool ours(int sig)
{
	return virtuos_started && (sig == SIGSEGV || sig == SIGBUS);
}

static int act_on(int sig, const struct sigaction *act, struct sigaction *old)
{
	return ours(sig) ? virtuos_copy_sigaction(sig, act, old) :
			   virtuos_interrupt_sigaction(sig, act, old);
}

VIRTUOS_HOOK int sigaction(int sig, const struct sigaction *act,
			   struct sigaction *old)
{
	if (!virtuos_started)
		return LIBC(sigaction)(sig, act, old);
	return act_on(sig, act, old);
}
HOOK_ALIAS(__sigaction, sigaction);

static sighandler_t set(int sig, sighandler_t handler, int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };
	struct sigaction old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	sigemptyset(&act.sa_mask);
	if (!(flags & SA_NODEFER))
		sigaddset(&act.sa_mask, sig);
	if (act_on(sig, &act, &old))
		return SIG_ERR;
	return old.sa_handler;
}

VIRTUOS_HOOK sighandler_t signal(int sig, sighandler_t handler)
{
	if (!ours(sig))
		return LIBC(signal)(sig, handler);
	return set(sig, handler, SA_RESTART);
}
HOOK_ALIAS(bsd_signal, signal);
HOOK_ALIAS(ssignal, signal);

VIRTUOS_HOOK sighandler_t sysv_signal(int sig, sighandler_t handler)
{
	if (!virtuos_started)
		return LIBC(sysv_signal)(sig, handler);
	return set(sig, handler, SA_RESETHAND | SA_NODEFER);
}
HOOK_ALIAS(__sysv_signal, sysv_signal);
