// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root, too, does not get from a network service, by /dev/vsys alone:
 *
 *	sockpolicy types	sockets of other families and types than the
 *				table's: SOCK_PACKET is one that changes its family
 *	sockpolicy pin		memory that stays in use when its process is dead:
 *				sends without a copy, to somebody who does not read
 */
#include <linux/if_ether.h>
#include "../bare.h"

static struct bare b;

/* ---- Families and types ------------------------------------------------- */

static int allowed(int family, int type)
{
	return (family == AF_INET || family == AF_INET6) &&
	       (type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_RAW);
}

/* By the ring alone, and by the call that makes a placeholder. */
static int made(int family, int type, int protocol)
{
	long fd = bare_call(&b, 0, VSYS_NR_socket, family, type, protocol);
	int local;

	if (fd >= 0)
		bare_call(&b, 0, VSYS_NR_close, fd);
	local = bare_descriptor(&b, 0, NULL, VSYS_NR_socket, family, type,
				protocol);
	if (local >= 0)
		close(local);
	return fd >= 0 || local >= 0;
}

static void test_types(void)
{
	static const int more[] = {
		0,    SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC,
		0x10, 0x100
	};
	const int protocol = htons(ETH_P_ALL);
	int family, type, bad = 0;
	unsigned int i;

	for (family = 0; family < AF_MAX; family++)
		for (type = 0; type < 16; type++)
			for (i = 0; i < sizeof(more) / sizeof(*more); i++)
				if (!allowed(family, type) &&
				    (made(family, type | more[i], 0) ||
				     made(family, type | more[i], protocol))) {
					bad++;
					say("     family %d, type %#x is made",
					    family, type | more[i]);
				}
	verdict(!bad, "no socket but of IP");
	verdict(made(AF_INET, SOCK_STREAM, 0) &&
			made(AF_INET6, SOCK_DGRAM, 0) &&
			made(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP),
		"but of IP");
}

/* ---- Sends without a copy ----------------------------------------------- */

#define REGIONS 48u
#define PAGES 8u

static struct common {
	int port, ready, zerocopy, sent;
} * common;

static int set_option(int fd, int option, int value)
{
	uint64_t region = bare_region(&b, 0, VSYS_PAGE_SIZE);

	*(int *)region = value;
	return bare_call(&b, 0, VSYS_NR_setsockopt, fd, SOL_SOCKET, option,
			 region, sizeof(value));
}

/* The socket, bound to or connected with loopback. */
static int socket_at(uint32_t nr, int port)
{
	uint64_t region = bare_region(&b, 0, VSYS_PAGE_SIZE);
	int fd = bare_call(&b, 0, VSYS_NR_socket, AF_INET, SOCK_STREAM, 0);
	socklen_t n;

	if (fd < 0)
		return fd;
	if (nr == VSYS_NR_bind)
		set_option(fd, SO_RCVBUF, 4096);
	else
		set_option(fd, SO_SNDBUF, 1 << 20);
	n = t_loopback((union t_address *)region, AF_INET, port);
	if (bare_call(&b, 0, nr, fd, region, n))
		return -1;
	return fd;
}

/* So much that the receiver's window is closed, and then a byte of each page. */
static void fill(int fd)
{
	uint64_t region = bare_region(&b, 0, VSYS_SLOT_ARENA_MAX);
	uint32_t s, p;

	bare_call(&b, 0, VSYS_NR_sendto, fd, region, 100000, MSG_DONTWAIT);
	for (s = 1; s < REGIONS; s++) {
		region = bare_region(&b, s, PAGES * VSYS_PAGE_SIZE);
		for (p = 0; region && p < PAGES; p++)
			if (bare_call(&b, s, VSYS_NR_sendto, fd,
				      region + p * VSYS_PAGE_SIZE, 1,
				      MSG_DONTWAIT | MSG_ZEROCOPY) == 1)
				common->sent++;
	}
}

static void sender(void)
{
	int fd;

	if (bare_open(&b, "network", VSYS_SLOTS_MIN))
		_exit(1);
	fd = socket_at(VSYS_NR_connect, common->port);
	if (fd < 0)
		_exit(1);
	common->zerocopy = set_option(fd, SO_ZEROCOPY, 1);
	fill(fd);
	common->ready = 1;
	for (;;)
		pause();
}

static void test_pin(void)
{
	uint64_t region = bare_region(&b, 0, VSYS_PAGE_SIZE);
	int listener = socket_at(VSYS_NR_bind, 0), status, i;
	pid_t pid;

	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*(socklen_t *)(region + 64) = 64;
	if (!verdict(listener >= 0 &&
			     !bare_call(&b, 0, VSYS_NR_listen, listener, 1) &&
			     !bare_call(&b, 0, VSYS_NR_getsockname, listener,
					region, region + 64),
		     "a listener"))
		return;
	common->port = ntohs(((struct sockaddr_in *)region)->sin_port);
	pid = fork();
	if (!pid)
		sender();
	for (i = 0; i < 200 && !common->ready; i++)
		t_sleep_ms(100);
	verdict(common->ready, "a sender");
	verdict(common->zerocopy < 0, "SO_ZEROCOPY: %s",
		common->zerocopy < 0 ? strerrorname_np(-common->zerocopy) :
				       "success");
	say("     %d sends with MSG_ZEROCOPY went", common->sent);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	/* Its shadow ends while its data wait for a receiver. */
	t_sleep_ms(3000);
	verdict(!bare_call(&b, 0, VSYS_NR_NOP, 0), "the service goes on");
}

int main(int argc, char **argv)
{
	int types = argc == 2 && !strcmp(argv[1], "types");

	if (argc != 2 || (!types && strcmp(argv[1], "pin"))) {
		fprintf(stderr, "usage: %s types | pin\n", argv[0]);
		return 2;
	}
	if (!verdict(!bare_open(&b, "network", VSYS_SLOTS_MIN), "a channel"))
		return 1;
	if (types)
		test_types();
	else
		test_pin();
	return t_wrong;
}
