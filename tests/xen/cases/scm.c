// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	descriptors of remote files and sockets sent through a local
 *		socketpair (SCM_RIGHTS).
 * Why:		servers hand connections to workers like this; the receiver's
 *		shadow has to be given the open file.
 * How:		between two processes and within one; the message in flight is
 *		the only reference for a while.
 */
#include "../transcript.h"

static int send_fd(int sock, int fd)
{
	char data = 'd', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&m);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(sock, &m, 0);
}

static int receive_fd(int sock)
{
	char data, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &data, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *cm;
	int fd = -1;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	cm = CMSG_FIRSTHDR(&m);
	if (cm && cm->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cm), sizeof(int));
	return fd;
}

static void child(int sock)
{
	char buf[20];
	int fd;

	fd = FD(receive_fd(sock));
	WANT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	WANT(read(fd, buf, 4), 4);
	BYTES(buf, 4);
	WANT(write(fd, "X", 1), 1);
	close(fd);
	fd = FD(receive_fd(sock));
	WANT(write(fd, "to the parent", 13), 13);
	WANT(shutdown(fd, SHUT_WR), 0);
	close(fd);
	_exit(t_wrong);
}

int main(int argc, char **argv)
{
	int local[2], pair[2], fd;
	char buf[50];
	pid_t pid;

	t_begin(argc, argv);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, local))
		return 2;
	fd = FD(open(at("f"), O_RDWR | O_CREAT, 0600));
	WANT(write(fd, "0123456789", 10), 10);
	WANT(lseek(fd, 2, SEEK_SET), 2);
	t_tcp_pair(AF_INET, pair);
	pid = fork();
	if (pid == 0) {
		close(fd);
		close(pair[0]);
		close(pair[1]);
		t_sleep_ms(300);	/* the messages wait */
		child(local[1]);
	}
	if (send_fd(local[0], fd) != 1 || send_fd(local[0], pair[1]) != 1)
		t_wrong = 1;
	close(pair[1]);
	t_wait(pid);
	WANT(lseek(fd, 0, SEEK_CUR), 7);
	WANT(pread(fd, buf, 20, 0), 10);
	BYTES(buf, 10);
	WANT(t_read_all(pair[0], buf, sizeof(buf)), 13);
	BYTES(buf, 13);
	close(pair[0]);

	say("-- to itself");
	WANT(send_fd(local[0], fd), 1);
	close(fd);
	fd = FD(receive_fd(local[1]));
	WANT(lseek(fd, 0, SEEK_CUR), 7);
	WANT(read(fd, buf, 2), 2);
	BYTES(buf, 2);
	FAILS(send_fd(local[0], 999), EBADF);
	close(fd);
	return t_end();
}
