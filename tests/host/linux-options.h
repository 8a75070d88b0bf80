/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Linux 6.1 does with each socket option, for check-oracle.h: every option
 * of the switches in sk_setsockopt(), do_ip_setsockopt(), do_ipv6_setsockopt(),
 * do_tcp_setsockopt(), udp_lib_setsockopt() and do_rawv6_setsockopt(), in their
 * get twins, and in __sock_cmsg_send(), ip_cmsg_send(), ip6_datagram_send_ctl()
 * and __udp_cmsg_send(); and why a client must not have it, if so.  Names and
 * numbers are those of the headers, not of calls-options.def.
 */
#ifndef LINUX_OPTIONS_H
#define LINUX_OPTIONS_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/in6.h>

/* Of the kernel alone: include/linux/socket.h, include/net/udp.h. */
#define SOL_UDP			17
#define SOL_UDPLITE		136
#define UDPLITE_SEND_CSCOV	10
#define UDPLITE_RECV_CSCOV	11

enum linux_use { GET = 1, SET = 2, SEND = 4 };

static const struct {
	int level;
	unsigned int uses;
	const char *harm;
	int options[64];	/* up to the first 0, which is none */
} linux_options[] = {
	{ SOL_SOCKET, GET | SET, NULL, {
		SO_BINDTODEVICE, SO_REUSEADDR, SO_REUSEPORT, SO_DONTROUTE,
		SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_OOBINLINE,
		SO_NO_CHECK, SO_PRIORITY, SO_LINGER, SO_BSDCOMPAT, SO_PASSCRED,
		SO_TIMESTAMP_OLD, SO_TIMESTAMP_NEW, SO_TIMESTAMPNS_OLD,
		SO_TIMESTAMPNS_NEW, SO_RCVLOWAT, SO_RCVTIMEO_OLD,
		SO_RCVTIMEO_NEW, SO_SNDTIMEO_OLD, SO_SNDTIMEO_NEW, SO_RXQ_OVFL,
		SO_PEEK_OFF, SO_SELECT_ERR_QUEUE, SO_MAX_PACING_RATE,
		SO_INCOMING_CPU, SO_BINDTOIFINDEX, SO_BUF_LOCK, SO_TXREHASH } },
	{ SOL_SOCKET, GET, NULL, {
		SO_DEBUG, SO_TYPE, SO_PROTOCOL, SO_DOMAIN, SO_ERROR, SO_MARK,
		SO_SNDLOWAT, SO_PEERCRED, SO_PEERNAME, SO_ACCEPTCONN,
		SO_MEMINFO, SO_INCOMING_NAPI_ID, SO_COOKIE, SO_NETNS_COOKIE } },
	{ SOL_SOCKET, GET | SET | SEND, NULL, {
		SO_TIMESTAMPING_NEW, SO_TIMESTAMPING_OLD } },
	{ SOL_SOCKET, SET, "the kernel's log", {
		SO_DEBUG } },
	{ SOL_SOCKET, SET, "memory beyond the limits", {
		SO_SNDBUFFORCE, SO_RCVBUFFORCE } },
	{ SOL_SOCKET, SET, "a program for the kernel", {
		SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF,
		SO_ATTACH_REUSEPORT_EBPF, SO_DETACH_REUSEPORT_BPF,
		SO_DETACH_FILTER } },
	{ SOL_SOCKET, GET | SET, "a program for the kernel", {
		SO_LOCK_FILTER } },
	{ SOL_SOCKET, GET | SET, "labels of another system", {
		SO_PASSSEC } },
	{ SOL_SOCKET, SET | SEND, "routes and filters go by marks", {
		SO_MARK } },
	{ SOL_SOCKET, GET | SET, "routes and filters go by marks", {
		SO_RCVMARK } },
	{ SOL_SOCKET, GET | SET, "links", {
		SO_WIFI_STATUS, SO_NOFCS } },
	{ SOL_SOCKET, GET | SET, "a processor that waits", {
		SO_BUSY_POLL, SO_PREFER_BUSY_POLL } },
	{ SOL_SOCKET, SET, "a processor that waits", {
		SO_BUSY_POLL_BUDGET } },
	{ SOL_SOCKET, SET, "routes of others", {
		SO_CNX_ADVICE } },
	{ SOL_SOCKET, GET | SET, "pins the sender's pages", {
		SO_ZEROCOPY } },
	{ SOL_SOCKET, GET | SET, "times of another clock", {
		SO_TXTIME } },
	{ SOL_SOCKET, GET | SET, "memory beyond the limits", {
		SO_RESERVE_MEM } },
	{ SOL_SOCKET, GET, "groups of another system", {
		SO_PEERGROUPS } },
	{ SOL_SOCKET, GET, "labels of another system", {
		SO_PEERSEC } },
	{ SOL_SOCKET, GET, "a program for the kernel", {
		SO_GET_FILTER, SO_BPF_EXTENSIONS } },
	{ SOL_SOCKET, SEND, "times of another clock", {
		SCM_TXTIME } },
	{ SOL_SOCKET, SEND, "numbers of another system", {
		SCM_RIGHTS, SCM_CREDENTIALS } },
	{ SOL_IP, GET | SET | SEND, NULL, {
		IP_PKTINFO, IP_RETOPTS, IP_TOS, IP_TTL } },
	{ SOL_IP, GET | SET, NULL, {
		IP_RECVTTL, IP_RECVOPTS, IP_RECVTOS, IP_HDRINCL,
		IP_MTU_DISCOVER, IP_RECVERR, IP_FREEBIND, IP_MINTTL,
		IP_BIND_ADDRESS_NO_PORT, IP_UNICAST_IF, IP_MULTICAST_TTL,
		IP_MULTICAST_ALL, IP_MULTICAST_LOOP, IP_RECVORIGDSTADDR,
		IP_CHECKSUM, IP_RECVFRAGSIZE, IP_RECVERR_RFC4884,
		IP_LOCAL_PORT_RANGE, IP_OPTIONS, IP_MULTICAST_IF } },
	{ SOL_IP, SET, NULL, {
		IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, IP_MSFILTER,
		IP_BLOCK_SOURCE, IP_UNBLOCK_SOURCE, IP_ADD_SOURCE_MEMBERSHIP,
		IP_DROP_SOURCE_MEMBERSHIP, MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP,
		MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP,
		MCAST_BLOCK_SOURCE, MCAST_UNBLOCK_SOURCE, MCAST_MSFILTER } },
	{ SOL_IP, GET, NULL, {
		IP_MTU, IP_PKTOPTIONS } },
	{ SOL_IP, GET | SEND, NULL, {
		IP_PROTOCOL } },
	{ SOL_IP, SET, "takes what is forwarded", {
		IP_ROUTER_ALERT } },
	{ SOL_IP, GET | SET, "labels of another system", {
		IP_PASSSEC } },
	{ SOL_IP, GET | SET, "sends as anybody", {
		IP_TRANSPARENT } },
	{ SOL_IP, GET | SET, "goes round filters", {
		IP_NODEFRAG } },
	{ SOL_IP, GET, "writes behind the given length", {
		IP_MSFILTER, MCAST_MSFILTER } },
	{ SOL_IP, SET, "IPsec policy", {
		IP_IPSEC_POLICY, IP_XFRM_POLICY } },
	{ SOL_IPV6, GET | SET, NULL, {
		IPV6_V6ONLY, IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT,
		IPV6_RECVRTHDR, IPV6_RECVHOPOPTS, IPV6_RECVDSTOPTS,
		IPV6_RECVTCLASS, IPV6_RECVPATHMTU, IPV6_FREEBIND,
		IPV6_RECVORIGDSTADDR, IPV6_UNICAST_HOPS, IPV6_MULTICAST_HOPS,
		IPV6_MULTICAST_LOOP, IPV6_UNICAST_IF, IPV6_MULTICAST_IF,
		IPV6_MULTICAST_ALL, IPV6_MTU_DISCOVER, IPV6_MTU, IPV6_RECVERR,
		IPV6_FLOWINFO_SEND, IPV6_ADDR_PREFERENCES, IPV6_MINHOPCOUNT,
		IPV6_AUTOFLOWLABEL, IPV6_RECVFRAGSIZE, IPV6_RECVERR_RFC4884,
		IPV6_CHECKSUM, IPV6_HDRINCL } },
	{ SOL_IPV6, GET | SET | SEND, NULL, {
		IPV6_2292PKTINFO, IPV6_2292HOPLIMIT, IPV6_2292RTHDR,
		IPV6_2292HOPOPTS, IPV6_2292DSTOPTS, IPV6_TCLASS, IPV6_FLOWINFO,
		IPV6_HOPOPTS, IPV6_RTHDRDSTOPTS, IPV6_RTHDR, IPV6_DSTOPTS,
		IPV6_DONTFRAG } },
	{ SOL_IPV6, SET | SEND, NULL, {
		IPV6_PKTINFO } },
	{ SOL_IPV6, SET, NULL, {
		IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, MCAST_JOIN_GROUP,
		MCAST_LEAVE_GROUP, MCAST_JOIN_SOURCE_GROUP,
		MCAST_LEAVE_SOURCE_GROUP, MCAST_BLOCK_SOURCE,
		MCAST_UNBLOCK_SOURCE, MCAST_MSFILTER } },
	{ SOL_IPV6, GET, NULL, {
		IPV6_PATHMTU } },
	{ SOL_IPV6, SEND, NULL, {
		IPV6_HOPLIMIT } },
	{ SOL_IPV6, GET | SET, "another family", {
		IPV6_ADDRFORM } },
	{ SOL_IPV6, GET | SET, "sends as anybody", {
		IPV6_TRANSPARENT } },
	{ SOL_IPV6, GET | SET, "control data in the value", {
		IPV6_2292PKTOPTIONS } },
	{ SOL_IPV6, SET, "addresses of the host", {
		IPV6_JOIN_ANYCAST, IPV6_LEAVE_ANYCAST } },
	{ SOL_IPV6, GET, "writes behind the given length", {
		MCAST_MSFILTER } },
	{ SOL_IPV6, SET, "takes what is forwarded", {
		IPV6_ROUTER_ALERT } },
	{ SOL_IPV6, GET | SET, "takes what is forwarded", {
		IPV6_ROUTER_ALERT_ISOLATE } },
	{ SOL_IPV6, GET | SET, "one table for all", {
		IPV6_FLOWLABEL_MGR } },
	{ SOL_IPV6, SET, "IPsec policy", {
		IPV6_IPSEC_POLICY, IPV6_XFRM_POLICY } },
	{ SOL_TCP, GET | SET, NULL, {
		TCP_CONGESTION, TCP_FASTOPEN_KEY, TCP_MAXSEG, TCP_NODELAY,
		TCP_THIN_LINEAR_TIMEOUTS, TCP_THIN_DUPACK, TCP_CORK,
		TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT,
		TCP_SAVE_SYN, TCP_LINGER2, TCP_DEFER_ACCEPT, TCP_WINDOW_CLAMP,
		TCP_QUICKACK, TCP_USER_TIMEOUT, TCP_FASTOPEN,
		TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE, TCP_NOTSENT_LOWAT,
		TCP_INQ } },
	{ SOL_TCP, SET, NULL, {
		TCP_MD5SIG, TCP_MD5SIG_EXT } },
	{ SOL_TCP, GET, NULL, {
		TCP_INFO, TCP_CC_INFO, TCP_SAVED_SYN } },
	{ SOL_TCP, GET | SET, "loads a module", {
		TCP_ULP } },
	{ SOL_TCP, GET | SET, "forges connections", {
		TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_TIMESTAMP,
		TCP_REPAIR_WINDOW } },
	{ SOL_TCP, SET, "forges connections", {
		TCP_REPAIR_OPTIONS } },
	{ SOL_TCP, GET | SET, "every socket pays", {
		TCP_TX_DELAY } },
	{ SOL_TCP, GET, "pointers in the value", {
		TCP_ZEROCOPY_RECEIVE } },
	{ SOL_UDP, GET | SET, NULL, {
		UDP_CORK, UDP_NO_CHECK6_TX, UDP_NO_CHECK6_RX, UDP_GRO } },
	{ SOL_UDP, GET | SET | SEND, NULL, {
		UDP_SEGMENT } },
	{ SOL_UDP, GET | SET, "hands packets to tunnels", {
		UDP_ENCAP } },
	{ SOL_UDPLITE, GET | SET, NULL, {
		UDPLITE_SEND_CSCOV, UDPLITE_RECV_CSCOV } },
	{ SOL_RAW, GET | SET, NULL, {
		IPV6_HDRINCL, IPV6_CHECKSUM, ICMP_FILTER } },
	{ SOL_ICMPV6, GET | SET, NULL, {
		ICMPV6_FILTER } },
};

/* NULL, or why the option must not be used so. */
static inline const char *linux_option_harm(int level, int option,
					    enum linux_use use)
{
	const char *harm = "an option that Linux 6.1 does not have";
	const int *o;
	size_t i;

	for (i = 0; i < sizeof(linux_options) / sizeof(*linux_options); i++) {
		if (linux_options[i].level != level ||
		    !(linux_options[i].uses & use))
			continue;
		for (o = linux_options[i].options; *o; o++)
			if (*o == option)
				harm = linux_options[i].harm;
	}
	return harm;
}

#endif /* LINUX_OPTIONS_H */
