# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The network namespace that holds the other end of the lab's NIC.
#
#   this machine, namespace lab-NAME        QEMU             network domain
#     tap0  10.9.0.1/24, fd09::1/64  ------ e1000e --------- 10.9.0.2, fd09::2

net_up() {
	[ "$(id -u)" = 0 ] || die "the lab needs root for its TAP device"
	[ -e /dev/net/tun ] || die "no /dev/net/tun on this machine: the lab needs TAP devices"
	net_down
	ip netns add "$NETNS"
	ip -n "$NETNS" link set lo up
	ip -n "$NETNS" tuntap add tap0 mode tap
	ip netns exec "$NETNS" sysctl -qw net.ipv6.conf.tap0.accept_dad=0
	ip -n "$NETNS" addr add 10.9.0.1/24 dev tap0
	ip -n "$NETNS" addr add fd09::1/64 dev tap0 nodad
	ip -n "$NETNS" link set tap0 up
}

net_down() {
	if ip netns list | grep -q "^$NETNS\( \|\$\)"; then
		ip netns del "$NETNS"
	fi
}

lab_host() {
	[ "${1:-}" != -- ] || shift
	[ $# -gt 0 ] || misuse "host: want a command"
	need_machine
	exec ip netns exec "$NETNS" "$@"
}
