// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	include/virtuos/death.h: what a program hears of each call when its
 *		service domain is gone.
 * Why:		programs live by it: one that is told EIO of a connection gives
 *		up, one that is told ECONNRESET of a file does not look for it.
 *		Library and kernel both ask there.
 * How:		every call, on a socket, on a file, and without a descriptor,
 *		against docs/protocol.md, section 8, written down here once more.
 *		(tests/host/channel.c has the library's side.)
 */
#include <virtuos/calls-table.h>
#include <virtuos/death.h>

#include "test.h"

/* "transfers on a socket […] and connect" */
static const uint32_t transfers[] = {
	VSYS_NR_read, VSYS_NR_write, VSYS_NR_sendfile, VSYS_NR_sendto,
	VSYS_NR_recvfrom, VSYS_NR_sendmsg, VSYS_NR_recvmsg, VSYS_NR_connect,
};

enum kind { SOCKET, OTHER_FILE, NO_DESCRIPTOR, KINDS };

static int document(uint32_t nr, enum kind kind)
{
	unsigned int i;

	if (nr == VSYS_NR_socket || nr == VSYS_NR_accept4)
		return -ENETDOWN;
	for (i = 0; i < sizeof(transfers) / sizeof(transfers[0]); i++)
		if (nr == transfers[i] && kind == SOCKET)
			return -ECONNRESET;
	return -EIO;
}

int main(void)
{
	static const uint32_t own[] = { VSYS_NR_SYSCALLS, VSYS_NR_NOP,
					VSYS_NR_POLL, VSYS_NR_CANCEL, ~0u };
	unsigned int kind, i;
	uint32_t nr;

	for (kind = 0; kind < KINDS; kind++) {
		for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
			if (vsys_calls[nr].name &&
			    !CHECK_EQ(vsys_death_errno(nr, kind == SOCKET),
				      document(nr, kind)))
				fprintf(stderr, "%s, kind %u\n",
					vsys_calls[nr].name, kind);
		for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			CHECK_EQ(vsys_death_errno(own[i], kind == SOCKET),
				 -EIO);
	}
	return test_exit();
}
