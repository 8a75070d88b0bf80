// SPDX-License-Identifier: MIT
/* Marshalling: see marshal.h. */
#include <string.h>
#include <sys/socket.h>

#include <virtuos/calls-table.h>
#include <virtuos/commands.h>

#include "iov.h"
#include "marshal.h"
#include "virtuos.h"

#define ALIGN 16u
/* Room for everything of a call that is not its data. */
#define HEADROOM (3 * VSYS_PATH_MAX)

static void *marshal_at(const struct virtuos_marshal *m, int i)
{
	return m->base + m->place[i];
}

/*
 * The service can change the region at any time, so nothing in it is looked at
 * twice: it is copied, and behind the barrier the compiler, too, has only the
 * copy.
 */
static void read_once(void *copy, const void *shared, size_t n)
{
	memcpy(copy, shared, n);
	__asm__ volatile("" ::: "memory");
}

static uint64_t cross(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* Reserve up to *n bytes; *n becomes what there is. */
static void *reserve(struct virtuos_marshal *m, int i, size_t *n)
{
	size_t start = (m->used + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	size_t room = start < m->size ? m->size - start : 0;

	if (*n > room)
		*n = room;
	m->place[i] = start;
	m->length[i] = *n;
	m->used = start + *n;
	return m->base + start;
}

static const void *user(uint64_t arg)
{
	return (const void *)(uintptr_t)arg;
}

/* The length of a message's data, or -errno. */
static long msg_total(const struct msghdr *msg)
{
	return msg->msg_iovlen > IOV_MAX ?
		       -EMSGSIZE :
		       virtuos_iov_total(msg->msg_iov, msg->msg_iovlen);
}

/*
 * A msghdr crosses as: header, one iovec, name, control data, data; all within
 * the one reservation.
 */
struct msg_room {
	struct msghdr msg;
	struct iovec iov;
	uint8_t name[sizeof(struct sockaddr_storage)];
	uint8_t control[VSYS_CONTROL_MAX];
	uint8_t data[];
};

static long msg_in(struct virtuos_marshal *m, int i, uint64_t arg, bool send)
{
	struct msg_room *room;
	struct msghdr msg;
	size_t n;
	long total;

	if (virtuos_copy(&msg, user(arg), sizeof(msg)))
		return -EFAULT;
	total = msg_total(&msg);
	if (total < 0)
		return total;
	if ((int)msg.msg_namelen < 0)
		return -EINVAL;
	if (msg.msg_namelen > sizeof(room->name))
		msg.msg_namelen = sizeof(room->name);
	if (msg.msg_controllen > VSYS_CONTROL_MAX) {
		if (send)
			return -ENOBUFS;
		msg.msg_controllen = VSYS_CONTROL_MAX;
	}
	n = sizeof(*room) + total;
	room = reserve(m, i, &n);
	if (n < sizeof(*room))
		return -ENOBUFS;
	n -= sizeof(*room);
	m->limit = n;
	memset(room, 0, offsetof(struct msg_room, name));
	room->iov.iov_base = room->data;
	room->iov.iov_len = n;
	room->msg.msg_iov = &room->iov;
	room->msg.msg_iovlen = 1;
	room->msg.msg_namelen = msg.msg_namelen;
	if (msg.msg_name)
		room->msg.msg_name = room->name;
	room->msg.msg_controllen = msg.msg_controllen;
	if (msg.msg_control && msg.msg_controllen)
		room->msg.msg_control = room->control;
	m->args[i] = cross(room);
	if (!send)
		return 0;
	if (msg.msg_name &&
	    virtuos_copy(room->name, msg.msg_name, msg.msg_namelen))
		return -EFAULT;
	if (msg.msg_control && msg.msg_controllen &&
	    virtuos_copy(room->control, msg.msg_control, msg.msg_controllen))
		return -EFAULT;
	return virtuos_iov_gather(msg.msg_iov, msg.msg_iovlen, 0, room->data,
				  n);
}

static long msg_out(struct virtuos_marshal *m, int i, uint64_t arg, int64_t ret)
{
	struct msg_room *room = marshal_at(m, i);
	struct msghdr *to = (struct msghdr *)(uintptr_t)arg;
	struct msghdr msg, got;
	size_t n;
	long err;

	if (virtuos_copy(&msg, to, sizeof(msg)))
		return -EFAULT;
	read_once(&got, &room->msg, sizeof(got));
	if (msg.msg_name) {
		n = got.msg_namelen;
		if (n > msg.msg_namelen)
			n = msg.msg_namelen;
		if (n > sizeof(room->name))
			n = sizeof(room->name);
		if (virtuos_copy(msg.msg_name, room->name, n))
			return -EFAULT;
	}
	n = got.msg_controllen;
	if (n > msg.msg_controllen || !msg.msg_control)
		n = msg.msg_control ? msg.msg_controllen : 0;
	if (n > VSYS_CONTROL_MAX)
		n = VSYS_CONTROL_MAX;
	if (virtuos_copy(msg.msg_control, room->control, n))
		return -EFAULT;
	err = virtuos_answer_control(msg.msg_control, n);
	if (err)
		return err;
	got.msg_controllen = n;
	if (got.msg_namelen > sizeof(room->name))
		got.msg_namelen = sizeof(room->name);
	if (virtuos_copy(&to->msg_namelen, &got.msg_namelen,
			 sizeof(got.msg_namelen)) ||
	    virtuos_copy(&to->msg_controllen, &got.msg_controllen,
			 sizeof(got.msg_controllen)) ||
	    virtuos_copy(&to->msg_flags, &got.msg_flags,
			 sizeof(got.msg_flags)))
		return -EFAULT;
	n = (uint64_t)ret < m->limit ? (size_t)ret : m->limit;
	return virtuos_iov_scatter(msg.msg_iov, msg.msg_iovlen, 0, room->data,
				   n);
}

static long path_in(struct virtuos_marshal *m, int i, uint64_t arg)
{
	size_t n = VSYS_PATH_MAX;
	char *to = reserve(m, i, &n);
	long len = virtuos_copy_string(to, user(arg), n);

	if (len < 0)
		return len;
	m->used = m->place[i] + len + 1;
	m->args[i] = cross(to);
	return 0;
}

/* A structure of fixed size; in: copy it. */
static long fixed_in(struct virtuos_marshal *m, int i, uint64_t arg, size_t n,
		     bool in)
{
	size_t want = n;
	void *to = reserve(m, i, &n);

	if (n < want)
		return -ENOBUFS;
	m->args[i] = cross(to);
	if (in)
		return virtuos_copy(to, user(arg), n);
	return 0;
}

/* A buffer whose length is argument li; it may be clipped. */
static long buffer_in(struct virtuos_marshal *m, int i, uint64_t arg, int li,
		      bool in)
{
	size_t n = m->args[li];
	void *to;

	/* No memory is so large, which Linux looks at first. */
	if (n > (size_t)SSIZE_MAX)
		return -EFAULT;
	if (!n) {
		m->args[i] = 0;
		return 0;
	}
	to = reserve(m, i, &n);
	if (!n)
		return -ENOBUFS;
	m->args[li] = n;
	m->args[i] = cross(to);
	if (in)
		return virtuos_copy(to, user(arg), n);
	return 0;
}

/*
 * The length itself.  It is remembered, for the copy in the region can be
 * changed by the service at any time.
 */
static long len_in(struct virtuos_marshal *m, int i, uint64_t arg)
{
	long err = virtuos_copy(&m->room, user(arg), sizeof(m->room));

	if (!err)
		err = fixed_in(m, i, arg, sizeof(m->room), false);
	if (!err)
		memcpy(marshal_at(m, i), &m->room, sizeof(m->room));
	return err;
}

/* A buffer whose length stands behind pointer argument li, taken already. */
static long out_len_in(struct virtuos_marshal *m, int i, int li)
{
	size_t n = m->room;
	uint32_t len;

	if (!m->args[li])
		return 0;	/* no length: the call itself will fault */
	if ((int32_t)m->room < 0)
		return -EINVAL;
	m->args[i] = cross(reserve(m, i, &n));
	len = n;
	memcpy(marshal_at(m, li), &len, sizeof(len));
	return 0;
}

static long command_in(struct virtuos_marshal *m, int i, uint64_t arg, int size)
{
	if (size < 0)
		return size;
	return size ? fixed_in(m, i, arg, size, true) : 0;
}

static long arg_in(struct virtuos_marshal *m, uint32_t spec, int i,
		   uint64_t arg)
{
	uint32_t param = VSYS_ARG_PARAM(spec);

	if (!arg && (spec & VSYS_ARG_MAYBE))
		return 0;
	switch ((enum vsys_arg_kind)VSYS_ARG_KIND(spec)) {
	case VSYS_ARG_NONE:
	case VSYS_ARG_VAL:
	case VSYS_ARG_FD:
	case VSYS_ARG_DIRFD:
		break;		/* no pointer */
	case VSYS_ARG_PATH:
		return path_in(m, i, arg);
	case VSYS_ARG_IN:
		return buffer_in(m, i, arg, param, true);
	case VSYS_ARG_OUT:
		return buffer_in(m, i, arg, param, false);
	case VSYS_ARG_IN_FIXED:
	case VSYS_ARG_INOUT_FIXED:
		return fixed_in(m, i, arg, param, true);
	case VSYS_ARG_OUT_FIXED:
		return fixed_in(m, i, arg, param, false);
	case VSYS_ARG_OUT_LEN:
		return arg ? out_len_in(m, i, param) : 0;
	case VSYS_ARG_LEN:
		return len_in(m, i, arg);
	case VSYS_ARG_MSG_IN:
		return msg_in(m, i, arg, true);
	case VSYS_ARG_MSG_OUT:
		return msg_in(m, i, arg, false);
	case VSYS_ARG_FCNTL:
		return command_in(m, i, arg, vsys_fcntl_size(m->args[1]));
	case VSYS_ARG_IOCTL:
		return command_in(m, i, arg, vsys_ioctl_size(m->args[1]));
	}
	return -ENOSYS;
}

size_t virtuos_marshal_size(uint32_t nr, const uint64_t args[6])
{
	const struct vsys_call_info *info = &vsys_calls[nr];
	size_t size = HEADROOM;
	uint32_t left;
	struct msghdr msg;
	uint64_t n;
	long total;
	int i;

	for (left = info->pointers; left; left &= left - 1) {
		i = __builtin_ctz(left);
		switch (VSYS_ARG_KIND(info->args[i])) {
		case VSYS_ARG_IN:
		case VSYS_ARG_OUT:
			n = args[VSYS_ARG_PARAM(info->args[i])];
			size += n < VSYS_SLOT_ARENA_MAX ? n :
							  VSYS_SLOT_ARENA_MAX;
			break;
		case VSYS_ARG_MSG_IN:
		case VSYS_ARG_MSG_OUT:
			if (virtuos_copy(&msg, user(args[i]), sizeof(msg)))
				break;
			total = msg_total(&msg);
			if (total > 0)
				size += total < VSYS_SLOT_ARENA_MAX ?
						total : VSYS_SLOT_ARENA_MAX;
			break;
		}
	}
	return size < VSYS_SLOT_ARENA_MAX ? size : VSYS_SLOT_ARENA_MAX;
}

/* Does it take as much room as the program likes? */
static bool is_bulk(uint32_t spec)
{
	uint32_t kind = VSYS_ARG_KIND(spec);

	return kind == VSYS_ARG_IN || kind == VSYS_ARG_OUT ||
	       kind == VSYS_ARG_OUT_LEN;
}

long virtuos_marshal_in(struct virtuos_marshal *m, uint32_t nr,
			const uint64_t args[6])
{
	const struct vsys_call_info *info;
	bool bulk = false;
	uint32_t left;
	long err;
	int i;

	m->used = 0;
	m->limit = 0;
	m->room = 0;
	memcpy(m->args, args, sizeof(m->args));
	if (nr >= VSYS_NR_NOP)
		return 0;
	if (nr >= VSYS_NR_SYSCALLS || !vsys_calls[nr].name)
		return -ENOSYS;
	info = &vsys_calls[nr];
	/* What is small; then backwards, addresses, and data gets the rest. */
	do {
		for (left = info->pointers; left; left &= ~(1u << i)) {
			i = 31 - __builtin_clz(left);
			if (is_bulk(info->args[i]) != bulk)
				continue;
			err = arg_in(m, info->args[i], i, args[i]);
			if (err)
				return err;
		}
		bulk = !bulk;
	} while (bulk);
	return 0;
}

static long out_len_out(struct virtuos_marshal *m, int i, int li, uint64_t arg,
			uint64_t len_arg)
{
	uint32_t len;

	if (!len_arg)
		return 0;
	read_once(&len, marshal_at(m, li), sizeof(len));
	/* Programs trust it: no more than an address has, or than was asked. */
	if (len > sizeof(struct sockaddr_storage) && len > m->room)
		len = m->room;
	if (arg && virtuos_copy((void *)(uintptr_t)arg, marshal_at(m, i),
				len < m->length[i] ? len : m->length[i]))
		return -EFAULT;
	return virtuos_copy((void *)(uintptr_t)len_arg, &len, sizeof(len));
}

static long arg_out(struct virtuos_marshal *m, uint32_t spec, int i,
		    const uint64_t args[6], int64_t ret)
{
	void *to = (void *)(uintptr_t)args[i];
	int size;

	/* Another NULL faults below, as it does in Linux, or was not needed. */
	if (!args[i] && (spec & VSYS_ARG_MAYBE))
		return 0;
	switch ((enum vsys_arg_kind)VSYS_ARG_KIND(spec)) {
	case VSYS_ARG_OUT:
		if (!m->args[i] || !ret)
			return 0;
		return virtuos_copy(to, marshal_at(m, i),
				    (uint64_t)ret < m->length[i] ?
					    (size_t)ret : m->length[i]);
	case VSYS_ARG_OUT_FIXED:
	case VSYS_ARG_INOUT_FIXED:
		return virtuos_copy(to, marshal_at(m, i), m->length[i]);
	case VSYS_ARG_OUT_LEN:
		return out_len_out(m, i, VSYS_ARG_PARAM(spec), args[i],
				   args[VSYS_ARG_PARAM(spec)]);
	case VSYS_ARG_MSG_OUT:
		return msg_out(m, i, args[i], ret);
	case VSYS_ARG_FCNTL:
	case VSYS_ARG_IOCTL:
		size = VSYS_ARG_KIND(spec) == VSYS_ARG_FCNTL ?
			       vsys_fcntl_size(args[1]) :
			       vsys_ioctl_size(args[1]);
		return size > 0 ? virtuos_copy(to, marshal_at(m, i), size) : 0;
	default:
		return 0;
	}
}

long virtuos_marshal_out(struct virtuos_marshal *m, uint32_t nr,
			 const uint64_t args[6], int64_t ret)
{
	uint32_t left;
	long err;
	int i;

	/* Neither a result nor an errno; vsysfront has the same limit. */
	if (ret <= -4095)
		return -EIO;
	if (ret < 0 || nr >= VSYS_NR_NOP)
		return ret;
	if ((uint64_t)ret > virtuos_answer_limit(m, nr))
		return -EIO;
	for (left = vsys_calls[nr].pointers; left; left &= left - 1) {
		i = __builtin_ctz(left);
		err = arg_out(m, vsys_calls[nr].args[i], i, args, ret);
		if (err)
			return err;
	}
	if (!vsys_result_has_strings(vsys_calls[nr].result))
		return ret;
	err = virtuos_answer_check(nr, args, ret);
	return err ? err : ret;
}
