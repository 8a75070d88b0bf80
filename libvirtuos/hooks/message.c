// SPDX-License-Identifier: MIT
/*
 * send, recv and their kin.  The service never raises SIGPIPE (MSG_NOSIGNAL):
 * that is done here, unless the program does not want it either.
 */
#include "hook.h"
#include "../iov.h"

#include <time.h>
#include <unistd.h>

static long sigpipe(long ret, int flags)
{
	return flags & MSG_NOSIGNAL ? ret : hook_sigpipe(ret);
}

/* ---- one buffer -------------------------------------------------------- */

/*
 * As write: a piece that went in full is followed by the next.  A datagram is
 * never that long.
 */
static long send_pieces(const struct virtuos_remote *remote, int fd,
			const void *buf, size_t n, int flags,
			const struct sockaddr *addr, socklen_t len)
{
	size_t done = 0, part;
	long ret;

	do {
		part = n - done < HOOK_PIECE_MSG ? n - done : HOOK_PIECE_MSG;
		ret = REMOTE_CALL(remote, fd, sendto, fd, PTR(buf) + done, part,
				  flags | MSG_NOSIGNAL, PTR(addr),
				  addr ? len : 0);
		if (ret < 0)
			return done ? (long)done : sigpipe(ret, flags);
		done += ret;
	} while (done < n && (size_t)ret == part);
	return done;
}

VIRTUOS_HOOK ssize_t sendto(int fd, const void *buf, size_t n, int flags,
			    __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	const struct sockaddr *a = addr.__sockaddr__;
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(sendto, (fd, buf, n, flags, a, len),
			     sys6(SYS_sendto, fd, PTR(buf), n, flags, PTR(a),
				  len));
	pthread_testcancel();
	return virtuos_return(send_pieces(&remote, fd, buf, n, flags, a, len));
}

VIRTUOS_HOOK ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	return sendto(fd, buf, n, flags, (struct sockaddr *)NULL, 0);
}
HOOK_ALIAS(__send, send);

/* MSG_WAITALL asks for everything, in as many pieces as it takes. */
static long recv_pieces(const struct virtuos_remote *remote, int fd, void *buf,
			size_t n, int flags, struct sockaddr *addr,
			socklen_t *len)
{
	bool all = (flags & MSG_WAITALL) && !(flags & MSG_PEEK);
	size_t done = 0, part;
	long ret;

	do {
		part = n - done < HOOK_PIECE_MSG ? n - done : HOOK_PIECE_MSG;
		ret = REMOTE_CALL(remote, fd, recvfrom, fd, PTR(buf) + done,
				  part, flags, PTR(addr), PTR(len));
		if (ret < 0)
			return done ? (long)done : ret;
		done += ret;
	} while (all && done < n && (size_t)ret == part);
	return done;
}

VIRTUOS_HOOK ssize_t recvfrom(int fd, void *buf, size_t n, int flags,
			      __SOCKADDR_ARG addr, socklen_t *len)
{
	struct sockaddr *a = addr.__sockaddr__;
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(recvfrom, (fd, buf, n, flags, a, len),
			     sys6(SYS_recvfrom, fd, PTR(buf), n, flags, PTR(a),
				  PTR(len)));
	pthread_testcancel();
	return virtuos_return(recv_pieces(&remote, fd, buf, n, flags, a,
					  a ? len : NULL));
}

VIRTUOS_HOOK ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	return recvfrom(fd, buf, n, flags, (struct sockaddr *)NULL, NULL);
}

VIRTUOS_HOOK ssize_t __recv_chk(int fd, void *buf, size_t n, size_t size,
				int flags)
{
	if (n > size)
		__chk_fail();
	return recv(fd, buf, n, flags);
}

VIRTUOS_HOOK ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t size,
				    int flags, struct sockaddr *addr,
				    socklen_t *len)
{
	if (n > size)
		__chk_fail();
	return recvfrom(fd, buf, n, flags, addr, len);
}

/* ---- messages ---------------------------------------------------------- */

/*
 * The rest of a message that was too long for one piece (a stream's: a
 * datagram would have failed), vector by vector.
 */
static long send_rest(const struct virtuos_remote *remote, int fd,
		      const struct msghdr *msg, size_t done, int flags)
{
	size_t i, part, skip = done;
	struct iovec iov;
	long ret;

	for (i = 0; i < msg->msg_iovlen; i++) {
		if (virtuos_copy(&iov, &msg->msg_iov[i], sizeof(iov)))
			break;
		if (iov.iov_len <= skip) {
			skip -= iov.iov_len;
			continue;
		}
		part = iov.iov_len - skip;
		ret = send_pieces(remote, fd, iov.iov_base + skip, part,
				  flags | MSG_NOSIGNAL, NULL, 0);
		if (ret < 0)
			break;
		done += ret;
		if ((size_t)ret < part)
			break;
		skip = 0;
	}
	return done;
}

static long send_message(const struct virtuos_remote *remote, int fd,
			 const struct msghdr *user, int flags)
{
	struct msghdr msg;
	long ret = REMOTE_CALL(remote, fd, sendmsg, fd, PTR(user),
			       flags | MSG_NOSIGNAL);

	if (ret < (long)HOOK_PIECE_MSG)
		return sigpipe(ret, flags);
	if (virtuos_copy(&msg, user, sizeof(msg)))
		return ret;
	return ret < virtuos_iov_total(msg.msg_iov, msg.msg_iovlen) ?
		       send_rest(remote, fd, &msg, ret, flags) : ret;
}

VIRTUOS_HOOK ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(sendmsg, (fd, msg, flags),
			     sys3(SYS_sendmsg, fd, msg, flags));
	pthread_testcancel();
	return virtuos_return(send_message(&remote, fd, msg, flags));
}

/* Descriptors came with a message: they may be placeholders. */
static void received(struct msghdr *msg)
{
	struct cmsghdr *c;
	size_t i, n;
	int fd;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (i = 0; i < n; i++) {
			virtuos_copy(&fd, CMSG_DATA(c) + i * sizeof(fd),
				     sizeof(fd));
			virtuos_fd_forget(fd);
		}
	}
}

VIRTUOS_HOOK ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct virtuos_remote remote;
	ssize_t ret;

	if (virtuos_fd_remote(fd, &remote)) {
		pthread_testcancel();
		return virtuos_return(REMOTE_CALL(&remote, fd, recvmsg, fd,
						  PTR(msg), flags));
	}
	ret = LOCAL(recvmsg, (fd, msg, flags),
		    sys3(SYS_recvmsg, fd, msg, flags));
	if (ret >= 0 && virtuos_active && msg->msg_controllen)
		received(msg);
	return ret;
}

/* ---- many messages ----------------------------------------------------- */

static int count_of(unsigned int n)
{
	return n < IOV_MAX ? n : IOV_MAX;
}

static long send_many(const struct virtuos_remote *remote, int fd,
		      struct mmsghdr *msgs, unsigned int n, int flags)
{
	int i, count = count_of(n);
	long ret = 0;

	for (i = 0; i < count; i++) {
		ret = send_message(remote, fd, &msgs[i].msg_hdr, flags);
		if (ret < 0)
			break;
		msgs[i].msg_len = ret;
	}
	return i ? i : ret;
}

VIRTUOS_HOOK int sendmmsg(int fd, struct mmsghdr *msgs, unsigned int n,
			  int flags)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(sendmmsg, (fd, msgs, n, flags),
			     sys4(SYS_sendmmsg, fd, msgs, n, flags));
	pthread_testcancel();
	return virtuos_return(send_many(&remote, fd, msgs, n, flags));
}
HOOK_ALIAS(__sendmmsg, sendmmsg);

/* What is left until end, and whether there is something. */
static bool time_left(const struct timespec *end, struct timespec *left)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left->tv_sec = end->tv_sec - now.tv_sec;
	left->tv_nsec = end->tv_nsec - now.tv_nsec;
	if (left->tv_nsec < 0) {
		left->tv_nsec += 1000000000;
		left->tv_sec--;
	}
	if (left->tv_sec >= 0)
		return true;
	left->tv_sec = left->tv_nsec = 0;
	return false;
}

/* As in Linux, the time is looked at only when a datagram has come. */
static long recv_many(const struct virtuos_remote *remote, int fd,
		      struct mmsghdr *msgs, unsigned int n, int flags,
		      struct timespec *timeout)
{
	int i, count = count_of(n);
	struct timespec end;
	long ret = 0;

	if (timeout) {
		if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
		    timeout->tv_nsec >= 1000000000)
			return -EINVAL;
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_sec += timeout->tv_sec;
		end.tv_nsec += timeout->tv_nsec;
		if (end.tv_nsec >= 1000000000) {
			end.tv_nsec -= 1000000000;
			end.tv_sec++;
		}
	}
	for (i = 0; i < count;) {
		ret = REMOTE_CALL(remote, fd, recvmsg, fd,
				  PTR(&msgs[i].msg_hdr),
				  flags & ~MSG_WAITFORONE);
		if (ret < 0)
			break;
		msgs[i++].msg_len = ret;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (timeout && !time_left(&end, timeout))
			break;
	}
	return i ? i : ret;
}

VIRTUOS_HOOK int recvmmsg(int fd, struct mmsghdr *msgs, unsigned int n,
			  int flags, struct timespec *timeout)
{
	struct virtuos_remote remote;
	int i, ret;

	if (virtuos_fd_remote(fd, &remote)) {
		pthread_testcancel();
		return virtuos_return(recv_many(&remote, fd, msgs, n, flags,
						timeout));
	}
	ret = LOCAL(recvmmsg, (fd, msgs, n, flags, timeout),
		    sys5(SYS_recvmmsg, fd, msgs, n, flags, timeout));
	for (i = 0; i < ret && virtuos_active; i++)
		if (msgs[i].msg_hdr.msg_controllen)
			received(&msgs[i].msg_hdr);
	return ret;
}
