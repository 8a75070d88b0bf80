// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	every row of include/virtuos/calls.def.
 * Why:		the table is the dispatcher's allow-list and the library's
 *		marshalling plan: a wrong index or size in a row is a hole.
 * How:		numbers against <sys/syscall.h>; parameters against the kinds
 *		that they must refer to; sizes against the C library's
 *		structures; the flags and classes against each other.
 */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <virtuos/calls-table.h>

struct number {
	const char *name;
	uint32_t ours, theirs;
};

static const struct number numbers[] = {
#define VSYS_CALL(name, nr, ...) { #name, VSYS_NR_##name, SYS_##name },
#include <virtuos/calls.def>
};

/* Late, for the table's short forms and ours share a name. */
#include "test.h"

#define ROWS (sizeof(numbers) / sizeof(numbers[0]))

static void fault(const char *name, int arg, const char *what)
{
	fprintf(stderr, "calls.def: %s, argument %d: %s\n", name, arg, what);
	test_failures++;
}

static uint32_t kind(const struct vsys_call_info *info, int arg)
{
	return VSYS_ARG_KIND(info->args[arg]);
}

static int is_buffer(uint32_t k)
{
	return k == VSYS_ARG_IN || k == VSYS_ARG_OUT || k == VSYS_ARG_OUT_LEN;
}

/* Which arguments are named as a length by an earlier or later one? */
static int refers(const struct vsys_call_info *info, int to)
{
	int i, n = 0;

	for (i = 0; i < 6; i++)
		if (is_buffer(kind(info, i)) &&
		    VSYS_ARG_PARAM(info->args[i]) == (uint32_t)to)
			n++;
	return n;
}

static void check_arg(const struct vsys_call_info *info, int i)
{
	uint32_t a = info->args[i], n = VSYS_ARG_PARAM(a);

	switch (VSYS_ARG_KIND(a)) {
	case VSYS_ARG_IN:
	case VSYS_ARG_OUT:
		if (n > 5 || kind(info, n) != VSYS_ARG_VAL)
			fault(info->name, i, "its length is no value");
		else if (refers(info, n) != 1)
			fault(info->name, i, "two buffers share a length");
		break;
	case VSYS_ARG_OUT_LEN:
		if (n > 5 || kind(info, n) != VSYS_ARG_LEN)
			fault(info->name, i, "its length is no LEN");
		else if ((a ^ info->args[n]) & VSYS_ARG_MAYBE)
			fault(info->name, i, "only one of the pair may be NULL");
		break;
	case VSYS_ARG_LEN:
		if (refers(info, i) != 1)
			fault(info->name, i, "LEN of not exactly one buffer");
		break;
	case VSYS_ARG_IN_FIXED:
	case VSYS_ARG_OUT_FIXED:
	case VSYS_ARG_INOUT_FIXED:
		if (n == 0 || n > 4096)
			fault(info->name, i, "size of the structure");
		break;
	case VSYS_ARG_VAL:
		if (n >= VSYS_BITS_SETS || a & VSYS_ARG_MAYBE)
			fault(info->name, i, "no such set of bits");
		break;
	case VSYS_ARG_NONE:
	case VSYS_ARG_FD:
	case VSYS_ARG_DIRFD:
		if (a & VSYS_ARG_MAYBE)
			fault(info->name, i, "no pointer, yet MAYBE");
		/* fall through */
	case VSYS_ARG_PATH:
	case VSYS_ARG_MSG_IN:
	case VSYS_ARG_MSG_OUT:
		if (n)
			fault(info->name, i, "a parameter that says nothing");
		break;
	case VSYS_ARG_FCNTL:
	case VSYS_ARG_IOCTL:
		if (i != 2 || kind(info, 1) != VSYS_ARG_VAL ||
		    !(info->flags & VSYS_CALL_CHECKED))
			fault(info->name, i, "does not follow its command");
		break;
	default:
		fault(info->name, i, "unknown kind");
	}
}

/* A value that is a length, a count or flags; and, n being a length, its data. */
static void check_result(const struct vsys_call_info *info)
{
	uint32_t n = VSYS_RESULT_PARAM(info->result);
	uint32_t flags = VSYS_RESULT_FLAGS(info->result);

	if (flags && (flags > 5 || kind(info, flags) != VSYS_ARG_VAL ||
		      VSYS_ARG_PARAM(info->args[flags]) != VSYS_BITS_MESSAGE))
		fault(info->name, flags, "no flags of a message");
	switch (VSYS_RESULT_KIND(info->result)) {
	case VSYS_RESULT_NAMES:
	case VSYS_RESULT_TEXT:
	case VSYS_RESULT_ENTRIES:
		if (!n || n > 5 || info->args[n - 1] != VSYS_ARG(OUT, n))
			fault(info->name, n, "no data before its length");
		break;
	case VSYS_RESULT_FILE:
	case VSYS_RESULT_SOCKET:
	case VSYS_RESULT_BYTES:
	case VSYS_RESULT_SIZE:
		if (n > 5 || kind(info, n) != VSYS_ARG_VAL)
			fault(info->name, n, "the result's limit is no value");
		break;
	case VSYS_RESULT_MESSAGE:
		if (kind(info, 1) != VSYS_ARG_MSG_IN &&
		    kind(info, 1) != VSYS_ARG_MSG_OUT)
			fault(info->name, 1, "no message");
		/* fall through */
	case VSYS_RESULT_DONE:
	case VSYS_RESULT_INT:
	case VSYS_RESULT_OFFSET:
	case VSYS_RESULT_MODE:
		if (n)
			fault(info->name, -1, "a parameter that says nothing");
		break;
	default:
		fault(info->name, -1, "unknown result");
	}
}

static void check_row(const struct vsys_call_info *info)
{
	int i, end = 0;

	if (!info->class || info->class & ~VSYS_CLASS_BOTH)
		fault(info->name, -1, "class");
	if (info->flags & ~(VSYS_CALL_MOVES | VSYS_CALL_BLOCKS |
			    VSYS_CALL_CANCEL | VSYS_CALL_CHECKED |
			    VSYS_CALL_SHADOW | VSYS_CALL_KERNEL |
			    VSYS_CALL_ONCE))
		fault(info->name, -1, "unknown flag");
	if (info->flags & VSYS_CALL_MOVES && kind(info, 0) != VSYS_ARG_FD)
		fault(info->name, 0, "transfers, yet no descriptor");
	check_result(info);
	for (i = 0; i < 6; i++) {
		check_arg(info, i);
		if (kind(info, i) == VSYS_ARG_NONE)
			end = 1;
		else if (end)
			fault(info->name, i, "an argument after the last one");
	}
}

static const struct vsys_call_info *row(const char *name)
{
	unsigned int i;

	for (i = 0; i < ROWS; i++)
		if (!strcmp(numbers[i].name, name))
			return &vsys_calls[numbers[i].ours];
	fault(name, -1, "no such row");
	return NULL;
}

static void check_size(const char *name, int arg, size_t size)
{
	const struct vsys_call_info *info = row(name);

	if (info && VSYS_ARG_PARAM(info->args[arg]) != size)
		fault(name, arg, "not the size of the structure");
}

/* Calls that must never be in the table, whatever else is. */
static void check_never(void)
{
	static const int never[] = {
		SYS_execve, SYS_fork, SYS_clone, SYS_kill, SYS_ptrace, SYS_mmap,
		SYS_mount, SYS_umount2, SYS_reboot, SYS_init_module,
		SYS_finit_module, SYS_delete_module, SYS_chroot,
		SYS_pivot_root, SYS_setuid, SYS_setgid, SYS_setgroups,
		SYS_capset, SYS_dup, SYS_dup2, SYS_dup3, SYS_exit,
		SYS_exit_group, SYS_unshare, SYS_setns, SYS_process_vm_writev,
		SYS_bpf, SYS_keyctl, SYS_io_uring_setup, SYS_open_by_handle_at,
	};
	unsigned int i;

	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if ((unsigned int)never[i] < VSYS_NR_SYSCALLS)
			CHECK(!vsys_calls[never[i]].name);
}

int main(void)
{
	uint8_t seen[VSYS_NR_SYSCALLS] = { 0 };
	unsigned int i;

	for (i = 0; i < ROWS; i++) {
		const struct number *n = &numbers[i];

		if (n->ours != n->theirs || n->ours >= VSYS_NR_SYSCALLS) {
			fault(n->name, -1, "number");
			continue;
		}
		if (seen[n->ours]++)
			fault(n->name, -1, "twice");
		if (strcmp(vsys_calls[n->ours].name, n->name))
			fault(n->name, -1, "name");
		check_row(&vsys_calls[n->ours]);
	}
	for (i = 0; i < VSYS_NR_SYSCALLS; i++)
		CHECK(!vsys_calls[i].name == !seen[i]);
	CHECK(VSYS_NR_NOP >= VSYS_NR_SYSCALLS);
	check_size("fstat", 1, sizeof(struct stat));
	check_size("newfstatat", 2, sizeof(struct stat));
	check_size("statfs", 1, sizeof(struct statfs));
	check_size("fstatfs", 1, sizeof(struct statfs));
	check_size("statx", 4, sizeof(struct statx));
	check_size("utimensat", 2, 2 * sizeof(struct timespec));
	check_size("sendfile", 2, sizeof(off_t));
	check_size("copy_file_range", 1, sizeof(off_t));
	check_size("copy_file_range", 3, sizeof(off_t));
	check_never();
	printf("%zu rows\n", ROWS);
	return test_exit();
}
