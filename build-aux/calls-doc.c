// SPDX-License-Identifier: GPL-2.0-only
/* Prints docs/calls.md from the one call table, and from that of the options. */
#include <err.h>
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

	if (kind == VSYS_ARG_VAL && VSYS_ARG_PARAM(arg))
		fputs("bits", stdout);
	else
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

static void result_print(unsigned int result)
{
	static const char *const kinds[] = {
		[VSYS_RESULT_DONE] = "0",
		[VSYS_RESULT_INT] = "number",
		[VSYS_RESULT_OFFSET] = "offset",
		[VSYS_RESULT_MODE] = "mode",
		[VSYS_RESULT_FILE] = "descriptor",
		[VSYS_RESULT_SOCKET] = "socket",
		[VSYS_RESULT_BYTES] = "bytes",
		[VSYS_RESULT_SIZE] = "size",
		[VSYS_RESULT_NAMES] = "size of names",
		[VSYS_RESULT_TEXT] = "bytes of text",
		[VSYS_RESULT_ENTRIES] = "bytes of entries",
		[VSYS_RESULT_MESSAGE] = "bytes of the message",
	};

	fputs(kinds[VSYS_RESULT_KIND(result)], stdout);
	if (VSYS_RESULT_KIND(result) >= VSYS_RESULT_FILE &&
	    VSYS_RESULT_KIND(result) != VSYS_RESULT_MESSAGE)
		printf("[%u]", VSYS_RESULT_PARAM(result));
	if (VSYS_RESULT_FLAGS(result))
		printf(", any with MSG_TRUNC in [%u]",
		       VSYS_RESULT_FLAGS(result));
}

static void call_print(unsigned int nr, const struct vsys_call_info *call)
{
	static const struct {
		unsigned int flag;
		const char *text;
	} flags[] = {
		{ VSYS_CALL_BLOCKS, "blocks" },
		{ VSYS_CALL_CANCEL, "cancellation point" },
		{ VSYS_CALL_CHECKED, "checked by hand" },
		{ VSYS_CALL_SHADOW, "changes the shadow" },
		{ VSYS_CALL_KERNEL, "from the kernel's ring alone" },
		{ VSYS_CALL_MOVES, "transfers" },
		{ VSYS_CALL_ONCE, "never made again" },
	};
	const char *between = "";
	unsigned int i;

	printf("| %u | `%s` | %s | ", nr, call->name, vsys_class_name(call->class));
	for (i = 0; i < 6 && VSYS_ARG_KIND(call->args[i]); i++) {
		fputs(i ? " · " : "", stdout);
		arg_print(call->args[i]);
	}
	fputs(" | ", stdout);
	result_print(call->result);
	fputs(" | ", stdout);
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (call->flags & flags[i].flag) {
			printf("%s%s", between, flags[i].text);
			between = ", ";
		}
	puts(" |");
}

/* A line of a table: a name, or, after a group of them, what is said of it. */
struct line {
	const char *level;
	const char *name;
	unsigned int uses;
	const char *text;
};

static void line_print(const struct line *line)
{
	static const char *level;
	static int names;

	if (line->name) {
		if (!names++ && line->level)
			printf("| %s ", line->level);
		else if (names > 1 && line->level && line->level != level)
			errx(1, "%s: a group of two levels", line->name);
		level = line->level;
		printf("%s `%s`%s%s%s", names > 1 ? "," : "|", line->name,
		       line->uses & VSYS_OPTION_GET ? " g" : "",
		       line->uses & VSYS_OPTION_SET ? " s" : "",
		       line->uses & VSYS_OPTION_SEND ? " c" : "");
	} else {
		if (!names)
			errx(1, "a text without a group: %s", line->text);
		printf(" | %s |\n", line->text);
		names = 0;
	}
}

static void lines_print(const struct line *line, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		line_print(&line[i]);
	if (line[count - 1].name)
		errx(1, "%s: what can it do besides?", line[count - 1].name);
}

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static void besides_print(void)
{
	static const struct line lines[] = {
#define VSYS_CALL(call, nr, ...)	{ .name = #call },
#define VSYS_BESIDES(words)		{ .text = words },
#include <virtuos/calls.def>
	};

	puts("\n## What a call can do besides\n\n"
	     "What a call can do besides what its name says, and what is done about it. \"Linux asks\": the service domain's kernel refuses it to a client without the right.\n\n"
	     "| calls | besides |\n"
	     "| --- | --- |");
	lines_print(lines, COUNT(lines));
}

static void options_print(void)
{
	static const struct line lines[] = {
#define VSYS_OPTION(sort, option, number, use) \
		{ .level = #sort, .name = #option, .uses = use },
#define VSYS_BESIDES(words)		{ .text = words },
#include <virtuos/calls-options.def>
	};

	puts("\n## Socket options\n\n"
	     "From `include/virtuos/calls-options.def`: what may be asked for (g, `getsockopt`), set (s, `setsockopt`) or stand in the control data of `sendmsg` (c). Everything else is ENOPROTOOPT, in control data EINVAL.\n\n"
	     "| level | options | besides |\n"
	     "| --- | --- | --- |");
	lines_print(lines, COUNT(lines));
}

static void without_print(void)
{
	unsigned int i;
	static const char *const lines[][2] = {
#define VSYS_OPTION(sort, option, number, use)
#define VSYS_WITHOUT(options, text)	{ options, text },
#include <virtuos/calls-options.def>
	};

	puts("\nLeft out:\n\n"
	     "| options | why |\n"
	     "| --- | --- |");
	for (i = 0; i < COUNT(lines); i++)
		printf("| %s | %s |\n", lines[i][0], lines[i][1]);
}

int main(void)
{
	unsigned int nr, count = 0;

	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		count += vsys_calls[nr].name != NULL;
	printf("# The calls that can cross\n\n"
	       "Printed from `include/virtuos/calls.def` by `make docs`; do not edit. %u system calls of x86-64 Linux, and the protocol's own NOP, POLL and CANCEL (`docs/protocol.md`, section 4). Everything else stays in the user domain.\n\n"
	       "This is what a service domain accepts. Which functions of the C library lead to these calls is libvirtuos's business: see libvirtuos(7).\n\n"
	       "`in[n]`, `out[n]`: a buffer that the call reads or writes, its length being argument n, counted from 0. `?`: may be NULL. `bits`: a value with no other bits than those that the dispatcher lists. A pointer never leaves the calling slot's region of the arena.\n\n"
	       "The result is what a call says when it does not fail; any other answer is EIO. `bytes[n]`: argument n at most. `size[n]`: the same, and any number when argument n is 0, which asks for it. `descriptor[n]`, `socket[n]`: a new one, whose flags are argument n. Transfers: on a socket it is ECONNRESET when the service domain dies. Never made again: it makes or removes a name, so it is not sent a second time when the service domain died in the middle of it.\n\n"
	       "| number | call | class | arguments | result | remarks |\n"
	       "| ---: | --- | --- | --- | --- | --- |\n",
	       count);
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		if (vsys_calls[nr].name)
			call_print(nr, &vsys_calls[nr]);
	besides_print();
	options_print();
	without_print();
	return 0;
}
