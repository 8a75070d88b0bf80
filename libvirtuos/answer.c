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
	uint32_t result = vsys_calls[nr].result;
	uint64_t most = m->args[VSYS_RESULT_PARAM(result)];

	if (VSYS_RESULT_FLAGS(result) &&
	    m->args[VSYS_RESULT_FLAGS(result)] & MSG_TRUNC)
		return INT_MAX;
	switch ((enum vsys_result_kind)VSYS_RESULT_KIND(result)) {
	case VSYS_RESULT_DONE:
		return 0;
	case VSYS_RESULT_BYTES:
	case VSYS_RESULT_TEXT:
	case VSYS_RESULT_ENTRIES:
		return most;
	case VSYS_RESULT_MESSAGE:
		return m->limit;
	case VSYS_RESULT_SIZE:
	case VSYS_RESULT_NAMES:
		return most ? most : INT_MAX;
	case VSYS_RESULT_INT:
	case VSYS_RESULT_FILE:
	case VSYS_RESULT_SOCKET:
		return INT_MAX;
	case VSYS_RESULT_OFFSET:
		return INT64_MAX;
	case VSYS_RESULT_MODE:
		return 0777;
	}
	return 0;
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
	uint32_t result = vsys_calls[nr].result;
	uint32_t length = VSYS_RESULT_PARAM(result);
	const void *data = (const void *)(uintptr_t)args[length ? length - 1 : 0];

	switch (VSYS_RESULT_KIND(result)) {
	case VSYS_RESULT_ENTRIES:
		return entries_check(data, ret);
	case VSYS_RESULT_TEXT:
		return ret ? text_check(data, ret) : -EIO;
	case VSYS_RESULT_NAMES:
		return ret && args[length] ? text_check(data, ret) : 0;
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
