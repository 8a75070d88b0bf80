// SPDX-License-Identifier: MIT
/*
 * mmap of a remote file.  A private mapping is a copy made at once: later
 * changes of the file do not show in it (Linux leaves that open), and what
 * lies behind the file's end is zero instead of a SIGBUS.  A shared one would
 * need memory shared by two domains: ENODEV, Linux's word for a file that
 * cannot be mapped.
 */
#include "hook.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ul

static long memory_map(void *addr, size_t length, int prot, int flags, int fd,
		       off_t offset)
{
	return sys6(SYS_mmap, PTR(addr), length, prot, flags, fd, offset);
}

static bool memory_failed(long ret)
{
	return ret < 0 && ret >= -4095;
}

/*
 * All of it, however long: one call reads 2 GiB at most, and what is missing
 * would look like zeros of the file.
 */
static long read_all(const struct virtuos_remote *remote, int fd, void *to,
		     size_t length, off_t offset)
{
	size_t done;
	long ret;

	for (done = 0; done < length; done += ret) {
		ret = hook_pieces(remote, fd, VSYS_NR_pread64, to + done,
				  length - done, offset + done);
		if (ret < 0)
			return ret;
		if (!ret)
			break;	/* the file has become shorter */
	}
	return 0;
}

/* The file's part into fresh memory. */
static long memory_load(const struct virtuos_remote *remote, int fd, void *to,
			size_t length, off_t offset)
{
	struct stat st;
	long ret;

	ret = REMOTE_CALL(remote, fd, fstat, fd, PTR(&st));
	if (ret)
		return ret;
	if (!S_ISREG(st.st_mode))
		return -ENODEV;
	if (offset >= st.st_size)
		return 0;
	if (length > (size_t)(st.st_size - offset))
		length = st.st_size - offset;
	ret = read_all(remote, fd, to, length, offset);
	/* Not open for reading. */
	return ret == -EBADF ? -EACCES : ret;
}

static long memory_copy(const struct virtuos_remote *remote, void *addr,
			size_t length, int prot, int flags, int fd,
			off_t offset)
{
	/* Nothing is replaced before the copy is complete. */
	int where = flags & MAP_FIXED ? 0 :
		    flags & (MAP_FIXED_NOREPLACE | MAP_32BIT);
	int other = flags & (MAP_LOCKED | MAP_NORESERVE);
	long at, ret;

	if (!length || offset < 0 || offset % PAGE ||
	    ((flags & MAP_FIXED) && PTR(addr) % PAGE))
		return -EINVAL;
	at = memory_map(flags & MAP_FIXED ? NULL : addr, length,
			PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | where | other, -1, 0);
	if (memory_failed(at))
		return at;
	ret = memory_load(remote, fd, (void *)at, length, offset);
	if (!ret)
		ret = sys3(SYS_mprotect, at, length, prot);
	if (!ret && (flags & MAP_FIXED)) {
		ret = sys5(SYS_mremap, at, length, length,
			   MREMAP_MAYMOVE | MREMAP_FIXED, addr);
		if (!memory_failed(ret))
			return ret;
	}
	if (!ret)
		return at;
	sys2(SYS_munmap, at, length);
	return ret;
}

VIRTUOS_HOOK void *mmap(void *addr, size_t length, int prot, int flags, int fd,
			off_t offset)
{
	struct virtuos_remote remote;
	long ret;

	if ((flags & MAP_ANONYMOUS) || !virtuos_fd_remote(fd, &remote)) {
		ret = memory_map(addr, length, prot, flags, fd, offset);
	} else if ((flags & MAP_TYPE) == MAP_PRIVATE) {
		ret = memory_copy(&remote, addr, length, prot, flags, fd,
				  offset);
	} else {
		virtuos_log("mmap(%d): shared, of a remote file: ENODEV", fd);
		ret = -ENODEV;
	}
	return (void *)virtuos_return(ret);
}
HOOK_ALIAS(mmap64, mmap);
