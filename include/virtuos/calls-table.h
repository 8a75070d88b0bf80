/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The definition of vsys_calls[]; each program or module includes it once. */
#ifndef VIRTUOS_CALLS_TABLE_H
#define VIRTUOS_CALLS_TABLE_H

#include "calls.h"

#define VSYS_ARG_IS_USED(a)	(VSYS_ARG_KIND(a) != VSYS_ARG_NONE)
#define VSYS_ARG_IS_FD(a) \
	(VSYS_ARG_KIND(a) == VSYS_ARG_FD || VSYS_ARG_KIND(a) == VSYS_ARG_DIRFD)
#define VSYS_ARG_IS_POINTER(a) \
	(VSYS_ARG_IS_USED(a) && !VSYS_ARG_IS_FD(a) && \
	 VSYS_ARG_KIND(a) != VSYS_ARG_VAL)
/* All that is checked: the others are values without a set of bits. */
#define VSYS_ARG_IS_CHECKED(a) \
	(VSYS_ARG_IS_FD(a) || VSYS_ARG_IS_POINTER(a) || \
	 (VSYS_ARG_KIND(a) == VSYS_ARG_VAL && VSYS_ARG_PARAM(a)))
#define VSYS_ARG_COUNT(is, a0, a1, a2, a3, a4, a5) \
	(is(a0) + is(a1) + is(a2) + is(a3) + is(a4) + is(a5))
#define VSYS_ARG_SET(is, a0, a1, a2, a3, a4, a5) \
	(is(a0) | is(a1) << 1 | is(a2) << 2 | is(a3) << 3 | is(a4) << 4 | \
	 is(a5) << 5)

#define VSYS_CALL(call, nr, cls, fl, result, ...) \
	[nr] = { #call, cls, fl, result, { __VA_ARGS__ }, \
		 VSYS_ARG_COUNT(VSYS_ARG_IS_USED, __VA_ARGS__), \
		 VSYS_ARG_SET(VSYS_ARG_IS_FD, __VA_ARGS__), \
		 VSYS_ARG_SET(VSYS_ARG_IS_POINTER, __VA_ARGS__), \
		 VSYS_ARG_SET(VSYS_ARG_IS_CHECKED, __VA_ARGS__) },
const struct vsys_call_info vsys_calls[VSYS_NR_SYSCALLS] = {
#include "calls.def"
};

#endif /* VIRTUOS_CALLS_TABLE_H */
