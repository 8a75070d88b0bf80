// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <virtuos/calls.h>
#include "callname.h"

const char *call_name(uint32_t nr, char *name, size_t size)
{
	static const char *const names[VSYS_NR_SYSCALLS] = {
#define VSYS_CALL(name, nr, ...) [nr] = #name,
#include <virtuos/calls.def>
	};
	const char *known = NULL;

	if (nr < VSYS_NR_SYSCALLS)
		known = names[nr];
	else if (nr == VSYS_NR_SYSCALLS)
		known = "(protocol)"; /* the account that its own calls share */
	else if (nr == VSYS_NR_NOP)
		known = "(nop)";
	else if (nr == VSYS_NR_POLL)
		known = "(poll)";
	else if (nr == VSYS_NR_CANCEL)
		known = "(cancel)";
	if (known)
		snprintf(name, size, "%s", known);
	else
		snprintf(name, size, "call %u", nr);
	return name;
}
