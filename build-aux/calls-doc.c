// SPDX-License-Identifier: GPL-2.0-only
/* Prints docs/calls.md from the one call table. */
#include <stdio.h>
#include <virtuos/calls-table.h>
#include <virtuos/class.h>

static void arg_print(unsigned int arg)
{
	static const char *const kinds[] = {
		[VSYS_ARG_VAL] = "value",
		[VSYS_ARG_FD] = "descriptor",
		[VSYS_ARG_DIRFD] = "directory",
		[VSYS_ARG_PATH] = "path",
		[VSYS_ARG_IN] = "in",
		[VSYS_ARG_OUT] = "out",
		[VSYS_ARG_IN_FIXED] = "in",
		[VSYS_ARG_OUT_FIXED] = "out",
		[VSYS_ARG_INOUT_FIXED] = "in, out",
		[VSYS_ARG_OUT_LEN] = "out",
		[VSYS_ARG_LEN] = "length",
		[VSYS_ARG_MSG_IN] = "message in",
		[VSYS_ARG_MSG_OUT] = "message out",
		[VSYS_ARG_FCNTL] = "by command",
		[VSYS_ARG_IOCTL] = "by command",
	};
	unsigned int kind = VSYS_ARG_KIND(arg);

	fputs(kinds[kind], stdout);
	if (kind == VSYS_ARG_IN || kind == VSYS_ARG_OUT ||
	    kind == VSYS_ARG_OUT_LEN)
		printf("[%u]", VSYS_ARG_PARAM(arg));
	if (kind == VSYS_ARG_IN_FIXED || kind == VSYS_ARG_OUT_FIXED ||
	    kind == VSYS_ARG_INOUT_FIXED)
		printf(" %u bytes", VSYS_ARG_PARAM(arg));
	if (arg & VSYS_ARG_MAYBE)
		fputs("?", stdout);
}

static void call_print(unsigned int nr, const struct vsys_call_info *call)
{
	static const struct {
		unsigned int flag;
		const char *text;
	} flags[] = {
		{ VSYS_CALL_NEWFD, "new descriptor" },
		{ VSYS_CALL_BLOCKS, "blocks" },
		{ VSYS_CALL_CANCEL, "cancellation point" },
		{ VSYS_CALL_CHECKED, "checked by hand" },
		{ VSYS_CALL_SHADOW, "changes the shadow" },
		{ VSYS_CALL_KERNEL, "from the kernel's ring alone" },
	};
	const char *between = "";
	unsigned int i;

	printf("| %u | `%s` | %s | ", nr, call->name, vsys_class_name(call->class));
	for (i = 0; i < 6 && VSYS_ARG_KIND(call->args[i]); i++) {
		fputs(i ? " · " : "", stdout);
		arg_print(call->args[i]);
	}
	fputs(" | ", stdout);
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (call->flags & flags[i].flag) {
			printf("%s%s", between, flags[i].text);
			between = ", ";
		}
	puts(" |");
}

int main(void)
{
	unsigned int nr, count = 0;

	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		count += vsys_calls[nr].name != NULL;
	printf("# The calls that can cross\n\n"
	       "Printed from `include/virtuos/calls.def` by `make docs`; do not edit. %u system calls of x86-64 Linux, and the protocol's own NOP, POLL and CANCEL (`docs/protocol.md`, section 4). Everything else stays in the user domain.\n\n"
	       "This is what a service domain accepts. Which functions of the C library lead to these calls is libvirtuos's business: see libvirtuos(7).\n\n"
	       "`in[n]`, `out[n]`: a buffer that the call reads or writes, its length being argument n, counted from 0. `?`: may be NULL. A pointer never leaves the calling slot's region of the arena.\n\n"
	       "| number | call | class | arguments | remarks |\n"
	       "| ---: | --- | --- | --- | --- |\n",
	       count);
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		if (vsys_calls[nr].name)
			call_print(nr, &vsys_calls[nr]);
	return 0;
}
