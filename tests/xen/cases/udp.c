// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	UDP over the service's loopback: sendto, recvfrom, connected
 *		sockets, truncation, empty datagrams, errors that come back.
 * Why:		name resolvers use it; addresses go both ways, and a datagram's
 *		borders must survive the crossing.
 * How:		two sockets in one process, IPv4 and IPv6.
 */
#include "../transcript.h"

static char buf[70000];

static void test(int family)
{
	int a = FD(socket(family, SOCK_DGRAM, 0));
	int b = FD(socket(family, SOCK_DGRAM, 0));
	union t_address to, from, own;
	socklen_t len = t_loopback(&to, family, 0), n;

	say("-- IPv%d", family == AF_INET ? 4 : 6);
	WANT(bind(b, &to.any, len), 0);
	t_loopback(&to, family, t_port(b));
	WANT(sendto(a, "hello", 5, 0, &to.any, len), 5);
	n = sizeof(from);
	WANT(recvfrom(b, buf, sizeof(buf), 0, &from.any, &n), 5);
	BYTES(buf, 5);
	WANT(n, len);
	HOLDS(from.any.sa_family == family);
	/* Answer to where it came from. */
	WANT(sendto(b, "answer", 6, 0, &from.any, n), 6);
	n = sizeof(own);
	WANT(recvfrom(a, buf, sizeof(buf), 0, &own.any, &n), 6);
	HOLDS(!memcmp(&own, &to, len));
	BYTES(buf, 6);

	say("-- borders");
	WANT(sendto(a, "", 0, 0, &to.any, len), 0);
	WANT(sendto(a, "0123456789", 10, 0, &to.any, len), 10);
	WANT(sendto(a, "abc", 3, 0, &to.any, len), 3);
	WANT(recvfrom(b, buf, sizeof(buf), 0, NULL, NULL), 0);
	WANT(recv(b, buf, 4, 0), 4);
	BYTES(buf, 4);
	WANT(recv(b, buf, 4, 0), 3);
	WANT(sendto(a, "0123456789", 10, 0, &to.any, len), 10);
	WANT(recv(b, buf, 4, MSG_TRUNC), 10);
	t_fill(buf, 9000, 3);
	WANT(sendto(a, buf, 9000, 0, &to.any, len), 9000);
	memset(buf, 0, 9000);
	WANT(read(b, buf, sizeof(buf)), 9000);
	BYTES(buf, 9000);
	FAILS(sendto(a, buf, 66000, 0, &to.any, len), EMSGSIZE);
	FAILS(recv(b, buf, 10, MSG_DONTWAIT), EAGAIN);

	say("-- connected");
	FAILS(send(a, "x", 1, 0), EDESTADDRREQ);
	WANT(connect(a, &to.any, len), 0);
	WANT(send(a, "one", 3, 0), 3);
	WANT(write(a, "two!", 4), 4);
	WANT(read(b, buf, 100), 3);
	WANT(read(b, buf, 100), 4);
	n = sizeof(own);
	WANT(getpeername(a, &own.any, &n), 0);
	HOLDS(!memcmp(&own, &to, len));
	close(b);
	/* Nobody is there any more: loopback says so at once. */
	WANT(send(a, "three", 5, 0), 5);
	FAILS(recv(a, buf, 10, 0), ECONNREFUSED);
	close(a);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test(AF_INET);
	test(AF_INET6);
	return t_end();
}
