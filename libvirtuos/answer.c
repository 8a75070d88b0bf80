// SPDX-License-Identifier: MIT
/*
 * Answers: is what the service domain said something that the call can say?
 * What programs follow (lengths within the data) is looked at in their own
 * memory, for in the region the service could still change it.
 */
#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "marshal.h"
#include "virtuos.h"

uint64_t virtuos_answer_limit(const struct virtuos_marshal *m, uint32_t nr)
{
	switch (nr) {
	case VSYS_NR_read:
	case VSYS_NR_write:
	case VSYS_NR_pread64:
	case VSYS_NR_pwrite64:
	case VSYS_NR_sendto:
	case VSYS_NR_getdents64:
		return m->args[2];
	case VSYS_NR_readlinkat:
	case VSYS_NR_sendfile:
		return m->args[3];
	case VSYS_NR_getcwd:
		return m->args[1];
	case VSYS_NR_copy_file_range:
		return m->args[4];
	case VSYS_NR_recvfrom:
		return m->args[3] & MSG_TRUNC ? INT_MAX : m->args[2];
	case VSYS_NR_recvmsg:
		return m->args[2] & MSG_TRUNC ? INT_MAX : m->limit;
	case VSYS_NR_sendmsg:
		return m->limit;
	case VSYS_NR_getxattr:
	case VSYS_NR_lgetxattr:
	case VSYS_NR_fgetxattr:
		return m->args[3] ? m->args[3] : INT_MAX;
	case VSYS_NR_listxattr:
	case VSYS_NR_llistxattr:
	case VSYS_NR_flistxattr:
		return m->args[2] ? m->args[2] : INT_MAX;
	case VSYS_NR_lseek:
		return INT64_MAX;
	case VSYS_NR_fcntl:
	case VSYS_NR_ioctl:
		return INT_MAX;
	case VSYS_NR_umask:
		return 0777;
	}
	/* All others say just that it is done, or make a descriptor. */
	return vsys_calls[nr].flags & VSYS_CALL_NEWFD ? INT_MAX : 0;
}

/* One directory entry, as readdir() takes it.  Its length, or -errno. */
static long entry_check(const char *at, size_t left)
{
	const size_t head = offsetof(struct dirent64, d_name);
	struct dirent64 entry;
	size_t room;
	long len;

	if (left <= head)
		return -EIO;
	if (virtuos_copy(&entry, at, head))
		return -EFAULT;
	if (entry.d_reclen <= head || entry.d_reclen > left ||
	    entry.d_reclen % _Alignof(struct dirent64))
		return -EIO;
	room = entry.d_reclen - head;
	if (room > sizeof(entry.d_name))
		room = sizeof(entry.d_name);
	len = virtuos_copy_string(entry.d_name, at + head, room);
	if (len == -EFAULT)
		return len;
	/* Linux, too, lets no file system show a program such names. */
	if (len <= 0 || memchr(entry.d_name, '/', len))
		return -EIO;
	return entry.d_reclen;
}

static long entries_check(const char *at, size_t left)
{
	long len;

	for (; left; at += len, left -= len) {
		len = entry_check(at, left);
		if (len < 0)
			return len;
	}
	return 0;
}

/* Strings end before the data does. */
static long text_check(const char *text, size_t n)
{
	char last;

	if (virtuos_copy(&last, text + n - 1, 1))
		return -EFAULT;
	return last ? -EIO : 0;
}

long virtuos_answer_check(uint32_t nr, const uint64_t args[6], long ret)
{
	const void *first = (const void *)(uintptr_t)args[0];
	const void *second = (const void *)(uintptr_t)args[1];

	switch (nr) {
	case VSYS_NR_getdents64:
		return entries_check(second, ret);
	case VSYS_NR_getcwd:
		return ret ? text_check(first, ret) : -EIO;
	case VSYS_NR_listxattr:
	case VSYS_NR_llistxattr:
	case VSYS_NR_flistxattr:
		return ret && args[2] ? text_check(second, ret) : 0;
	}
	return 0;
}

long virtuos_answer_control(const uint8_t *control, size_t left)
{
	struct cmsghdr head;
	size_t step;

	while (left >= sizeof(head)) {
		if (virtuos_copy(&head, control, sizeof(head)))
			return -EFAULT;
		if (head.cmsg_len < sizeof(head) || head.cmsg_len > left)
			return -EIO;
		/* Descriptors do not cross: these would be other files of ours. */
		if (head.cmsg_level == SOL_SOCKET &&
		    head.cmsg_type == SCM_RIGHTS)
			return -EIO;
		step = CMSG_ALIGN(head.cmsg_len);
		if (step > left)
			break;
		control += step;
		left -= step;
	}
	return 0;
}
