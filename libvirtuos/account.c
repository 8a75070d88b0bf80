// SPDX-License-Identifier: MIT
/*
 * Accounts: when a profiler counts this process's calls at a service, each of
 * them names its thread's account there.
 */
#include "core.h"

/* What this thread knows of each service. */
static __thread struct vsys_front_account known[VIRTUOS_SERVICES_MAX]
	__attribute__((tls_model("initial-exec")));

/*
 * A signal handler that calls in between finds no number with another's
 * account: the account is written first.
 */
static void learn(struct virtuos_channel *ch, struct vsys_front_account *mine)
{
	struct vsys_front_account now;

	if (virtuos_sandbox_ioctl(ch, VSYS_IOC_ACCOUNT, &now))
		now.counting = now.account = 0;
	mine->counting = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	mine->account = now.account;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	mine->counting = now.counting;
}

uint32_t virtuos_account_ask(struct virtuos_channel *ch, uint32_t counting)
{
	struct vsys_front_account *mine = &known[ch->service];

	if (mine->counting != counting)
		learn(ch, mine);
	return mine->account;
}
