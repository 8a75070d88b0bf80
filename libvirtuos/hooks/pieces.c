// SPDX-License-Identifier: MIT
/* Reads and writes of any length, in as many pieces as they need. */
#include "hook.h"

#include <dirent.h>

/*
 * On a descriptor that blocks Linux writes everything, so a piece that was
 * written in full is followed by the next.  A short one is the end: the file
 * is full, a signal came, or the descriptor does not block.  To read on does
 * not wait if it is a regular file.
 */
bool hook_goes_on(const struct virtuos_remote *remote, uint32_t nr)
{
	return nr != VSYS_NR_read || remote->type == DT_REG;
}

long hook_pieces(const struct virtuos_remote *remote, int fd, uint32_t nr,
		 const void *buf, size_t n, off_t offset)
{
	size_t done = 0, part;
	long ret;

	if ((ssize_t)n < 0)
		return -EINVAL;
	if (n > HOOK_RW_MAX)
		n = HOOK_RW_MAX;
	do {
		part = n - done < HOOK_PIECE ? n - done : HOOK_PIECE;
		ret = hook_remote(remote, fd, nr,
				  VIRTUOS_ARGS(fd, PTR(buf) + done, part,
					       offset + done));
		if (ret < 0)
			break;
		done += ret;
	} while (done < n && (size_t)ret == part && hook_goes_on(remote, nr));
	if (done || !ret)
		return done;
	return nr == VSYS_NR_write ? hook_sigpipe(ret) : ret;
}
