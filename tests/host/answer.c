// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/answer.c, behind marshal.c.
 * Why:		programs walk through what some calls give them, by lengths and
 *		zero bytes within it; a hostile service could lead them out of
 *		their buffers.
 * How:		answers as Linux gives them are passed on to the byte, each with
 *		one thing wrong is EIO.  The buffer ends where the answer ends,
 *		at an inaccessible page.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "libvirtuos/core.h"
#include "test.h"

struct virtuos_libc virtuos_libc = { .sigaction = sigaction };

#define REGION	65536u
#define BUFFER	4096u
#define PTR(p)	((uint64_t)(uintptr_t)(p))

static uint8_t *region, *buffer;

/* The call, answered with these bytes in its argument i, and that result. */
static long answer(uint32_t nr, const uint64_t args[6], int i,
		   const void *bytes, size_t n, int64_t ret)
{
	struct virtuos_marshal m = { .base = region, .size = REGION };

	CHECK_EQ(virtuos_marshal_in(&m, nr, args), 0);
	if (n)
		memcpy((void *)(uintptr_t)m.args[i], bytes, n);
	return virtuos_marshal_out(&m, nr, args, ret);
}

/* ---- directory entries ----------------------------------------------------- */

struct chain {
	uint8_t bytes[BUFFER];
	size_t used;
};

#define HEAD offsetof(struct dirent64, d_name)

/* An entry whose length may be a lie; n bytes of name, zeros behind it. */
static void add(struct chain *c, size_t really, uint16_t said, const char *name,
		size_t n)
{
	struct dirent64 head = { .d_ino = 5, .d_reclen = said,
				 .d_type = DT_REG };

	memcpy(c->bytes + c->used, &head, HEAD);
	memset(c->bytes + c->used + HEAD, 0, really - HEAD);
	memcpy(c->bytes + c->used + HEAD, name, n);
	c->used += really;
}

static long entries(const struct chain *c)
{
	uint8_t *to = buffer + BUFFER - c->used;
	uint64_t args[6] = { 8, PTR(to), c->used };
	long ret = answer(VSYS_NR_getdents64, args, 1, c->bytes, c->used,
			  c->used);

	CHECK(ret < 0 || !memcmp(to, c->bytes, c->used));
	return ret;
}

/* Behind a sound one. */
static long entry(size_t really, uint16_t said, const char *name, size_t n)
{
	struct chain c = { .used = 0 };

	add(&c, 24, 24, ".", 1);
	add(&c, really, said, name, n);
	return entries(&c);
}

static void directories(void)
{
	struct chain c = { .used = 0 };
	char name[300];

	memset(name, 'n', sizeof(name));
	CHECK_EQ(entries(&c), 0);
	add(&c, 24, 24, ".", 1);
	add(&c, 24, 24, "..", 2);
	add(&c, 280, 280, name, 255);
	add(&c, 24, 24, name, 4);
	CHECK_EQ(entries(&c), c.used);
	CHECK_EQ(entry(32, 32, "a name", 6), 24 + 32);
	CHECK_EQ(entry(24, 0, "name", 4), -EIO);
	CHECK_EQ(entry(24, 16, "name", 4), -EIO);
	CHECK_EQ(entry(24, 32, "name", 4), -EIO);
	CHECK_EQ(entry(24, 65528, "name", 4), -EIO);
	CHECK_EQ(entry(25, 25, "name", 4), -EIO);
	CHECK_EQ(entry(24, 24, "names", 5), -EIO);	/* no end */
	CHECK_EQ(entry(24, 24, "", 0), -EIO);
	CHECK_EQ(entry(24, 24, "a/b", 3), -EIO);
	CHECK_EQ(entry(24, 24, "/", 1), -EIO);
	CHECK_EQ(entry(280, 280, name, 256), -EIO);
	CHECK_EQ(entry(HEAD, 24, "", 0), -EIO);		/* half of one */
	CHECK_EQ(entry(HEAD + 1, 24, "", 0), -EIO);
}

/* ---- strings ---------------------------------------------------------------- */

static long strings(uint32_t nr, int i, const char *bytes, size_t n,
		    size_t room)
{
	uint64_t args[6] = { 8 };

	args[i] = PTR(buffer + BUFFER - room);
	args[i + 1] = room;
	return answer(nr, args, i, bytes, room ? n : 0, n);
}

static void texts(void)
{
	CHECK_EQ(strings(VSYS_NR_getcwd, 0, "/a", 3, 3), 3);
	CHECK_EQ(strings(VSYS_NR_getcwd, 0, "/a", 3, 10), 3);
	CHECK_EQ(strings(VSYS_NR_getcwd, 0, "/abc", 4, 4), -EIO);
	CHECK_EQ(strings(VSYS_NR_getcwd, 0, "", 0, 4), -EIO);
	CHECK_EQ(strings(VSYS_NR_flistxattr, 1, "user.a\0user.b", 14, 14), 14);
	CHECK_EQ(strings(VSYS_NR_flistxattr, 1, "user.a\0user.b", 13, 14),
		 -EIO);
	CHECK_EQ(strings(VSYS_NR_flistxattr, 1, "", 0, 14), 0);
	CHECK_EQ(strings(VSYS_NR_flistxattr, 1, "", 100, 0), 100);
}

/* ---- control data ------------------------------------------------------------ */

/* Two headers of these lengths in n bytes of control data. */
static long control(size_t first, size_t second, int type, size_t n)
{
	struct virtuos_marshal m = { .base = region, .size = REGION };
	struct cmsghdr head = { first, SOL_SOCKET, type };
	struct iovec iov = { buffer, 10 };
	struct msghdr *crossed, msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = buffer + BUFFER - n,
		.msg_controllen = n,
	};
	uint64_t args[6] = { 8, PTR(&msg) };
	uint8_t *to;

	CHECK_EQ(virtuos_marshal_in(&m, VSYS_NR_recvmsg, args), 0);
	crossed = (void *)(uintptr_t)m.args[1];
	to = crossed->msg_control;
	memset(to, 0, n);
	memcpy(to, &head, n < sizeof(head) ? n : sizeof(head));
	head.cmsg_len = second;
	head.cmsg_type = SCM_TIMESTAMP;
	if (n >= CMSG_ALIGN(first) + sizeof(head))
		memcpy(to + CMSG_ALIGN(first), &head, sizeof(head));
	return virtuos_marshal_out(&m, VSYS_NR_recvmsg, args, 10);
}

static void controls(void)
{
	CHECK_EQ(control(32, 32, SCM_TIMESTAMP, 64), 10);
	CHECK_EQ(control(20, 17, SCM_TIMESTAMP, 48), 10);
	CHECK_EQ(control(20, 0, SCM_TIMESTAMP, 20), 10);	/* cut, as MSG_CTRUNC */
	CHECK_EQ(control(20, 17, SCM_TIMESTAMP, 41), 10);
	CHECK_EQ(control(32, 32, SCM_TIMESTAMP, 63), -EIO);
	CHECK_EQ(control(33, 16, SCM_TIMESTAMP, 32), -EIO);
	CHECK_EQ(control(~0ul, 16, SCM_TIMESTAMP, 64), -EIO);
	CHECK_EQ(control(15, 16, SCM_TIMESTAMP, 64), -EIO);
	CHECK_EQ(control(0, 16, SCM_TIMESTAMP, 64), -EIO);
	CHECK_EQ(control(32, 15, SCM_TIMESTAMP, 64), -EIO);
	CHECK_EQ(control(20, 20, SCM_RIGHTS, 48), -EIO);
}

/* ---- results ------------------------------------------------------------------ */

/* The largest result of a call that has no data to move. */
static void largest(uint32_t nr, int64_t most)
{
	static const uint64_t args[6] = { 8, F_GETFD };
	static const char none[1];

	CHECK_EQ(answer(nr, args, 0, none, 0, 0), 0);
	CHECK_EQ(answer(nr, args, 0, none, 0, most), most);
	if (most < INT64_MAX)
		CHECK_EQ(answer(nr, args, 0, none, 0, most + 1), -EIO);
	CHECK_EQ(answer(nr, args, 0, none, 0, -4094), -4094);
	CHECK_EQ(answer(nr, args, 0, none, 0, -4095), -EIO);
	CHECK_EQ(answer(nr, args, 0, none, 0, -4096), -EIO);
}

/* A program that asks whether connect() gave 0 must not find 7. */
static void results(void)
{
	largest(VSYS_NR_lseek, INT64_MAX);
	largest(VSYS_NR_fcntl, INT32_MAX);
	largest(VSYS_NR_umask, 0777);
	largest(VSYS_NR_socket, INT32_MAX);
	largest(VSYS_NR_accept4, INT32_MAX);
	largest(VSYS_NR_connect, 0);
	largest(VSYS_NR_fsync, 0);
	largest(VSYS_NR_listen, 0);
	largest(VSYS_NR_close, 0);
	largest(VSYS_NR_read, 0);
	largest(VSYS_NR_write, 0);
}

/* What the manual pages say under "Return value", with these arguments. */
#define ARGS	{ 4096, 4097, 4098, 4099, 4100, 4101 }
#define LIMIT	77

static uint64_t manual(uint32_t nr, const uint64_t args[6])
{
	switch (nr) {
	case VSYS_NR_read:
	case VSYS_NR_write:
	case VSYS_NR_pread64:
	case VSYS_NR_pwrite64:
	case VSYS_NR_sendto:
	case VSYS_NR_recvfrom:
	case VSYS_NR_getdents64:
		return args[2];
	case VSYS_NR_readlinkat:
	case VSYS_NR_sendfile:
		return args[3];
	case VSYS_NR_getcwd:
		return args[1];
	case VSYS_NR_copy_file_range:
		return args[4];
	case VSYS_NR_sendmsg:
	case VSYS_NR_recvmsg:
		return LIMIT;
	case VSYS_NR_getxattr:
	case VSYS_NR_lgetxattr:
	case VSYS_NR_fgetxattr:
		return args[3] ? args[3] : INT_MAX;
	case VSYS_NR_listxattr:
	case VSYS_NR_llistxattr:
	case VSYS_NR_flistxattr:
		return args[2] ? args[2] : INT_MAX;
	case VSYS_NR_fcntl:
	case VSYS_NR_ioctl:
	case VSYS_NR_openat:
	case VSYS_NR_socket:
	case VSYS_NR_accept4:
		return INT_MAX;
	case VSYS_NR_lseek:
		return INT64_MAX;
	case VSYS_NR_umask:
		return 0777;
	}
	return 0;
}

static void limits(void)
{
	static const struct virtuos_marshal sized = { .args = ARGS,
						      .limit = LIMIT };
	static const struct virtuos_marshal none = { .limit = LIMIT };
	struct virtuos_marshal all = { .limit = LIMIT };
	uint32_t nr;

	memset(all.args, 0xff, sizeof(all.args));
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++) {
		if (!vsys_calls[nr].name)
			continue;
		/* Nobody looks at the call itself whether these are arguments. */
		CHECK(VSYS_RESULT_PARAM(vsys_calls[nr].result) < 6);
		CHECK(VSYS_RESULT_FLAGS(vsys_calls[nr].result) < 6);
		CHECK(!vsys_result_has_strings(vsys_calls[nr].result) ||
		      VSYS_RESULT_PARAM(vsys_calls[nr].result));
		if (!CHECK_EQ(virtuos_answer_limit(&sized, nr),
			      manual(nr, sized.args)) ||
		    !CHECK_EQ(virtuos_answer_limit(&none, nr),
			      manual(nr, none.args)))
			fprintf(stderr, "%s\n", vsys_calls[nr].name);
	}
	/* MSG_TRUNC among all flags: what there would have been. */
	CHECK_EQ(virtuos_answer_limit(&all, VSYS_NR_recvfrom), INT_MAX);
	CHECK_EQ(virtuos_answer_limit(&all, VSYS_NR_recvmsg), INT_MAX);
	CHECK_EQ(virtuos_answer_limit(&all, VSYS_NR_sendmsg), LIMIT);
	CHECK_EQ(virtuos_answer_limit(&all, VSYS_NR_sendto), UINT64_MAX);
}

int main(void)
{
	region = test_guarded(REGION);
	buffer = test_guarded(BUFFER);
	virtuos_copy_init();
	directories();
	texts();
	controls();
	results();
	limits();
	return test_exit();
}
