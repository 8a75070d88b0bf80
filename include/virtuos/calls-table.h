/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The definition of vsys_calls[]; each program or module includes it once. */
#ifndef VIRTUOS_CALLS_TABLE_H
#define VIRTUOS_CALLS_TABLE_H

#include "calls.h"

#define VSYS_CALL(call, nr, cls, fl, a0, a1, a2, a3, a4, a5) \
	[nr] = { #call, cls, fl, { a0, a1, a2, a3, a4, a5 } },
const struct vsys_call_info vsys_calls[VSYS_NR_SYSCALLS] = {
#include "calls.def"
};

#endif /* VIRTUOS_CALLS_TABLE_H */
