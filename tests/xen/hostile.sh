# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Programs that do by /dev/vsys what the library never would: they harm nobody but
# themselves.  Functions that tests/xen/run calls (see programs.sh).

hostiles="mappings ringplay ioctls sockets pinned storm"

# Complaints on all consoles so far, of what an unprivileged program must not cause.
complaints() {
	for console in xen user network storage; do
		"$lab" log "$console"
	done | grep -cE 'WARNING:|BUG:|Bad page|Call Trace|hung_task|blocked for more'
}

# COMMAND…: succeeds, the kernels say nothing, and programs go on.
harmless() {
	before=$(complaints)
	"$@"
	status=$?
	must until_ok 20 user sh -c 'echo on > /storage/vt-on && cat /storage/vt-on' &&
		must until_ok 20 user $bin/udp /storage/vt-udp || return 1
	after=$(complaints)
	must [ "$after" -eq "$before" ] && return $status
}

hostile_mappings() {
	harmless native $bin/mappings
}

hostile_ringplay() {
	harmless native $bin/ringplay /storage/vt-ringplay "$(patience 1)000"
}

hostile_ioctls() {
	harmless native $bin/ioctls "$(patience 10)" 8
}

hostile_sockets() {
	harmless native $bin/sockpolicy types
}

hostile_pinned() {
	harmless native $bin/sockpolicy pin
}

hostile_storm() {
	harmless user $bin/storm "$(patience 5)"
}
