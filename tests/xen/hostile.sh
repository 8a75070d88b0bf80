# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Programs that do by /dev/vsys what the library never would: they harm nobody but
# themselves.  Functions that tests/xen/run calls (see programs.sh).

hostiles="fill foreign ringplay ioctls sockets pinned bits bells"

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

hostile_foreign() {
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

hostile_fill() {
	harmless native $bin/fill
}

hostile_pinned() {
	harmless native $bin/sockpolicy pin
}

# Interrupts that the network domain's processors have had, the clock's included.
interrupts() {
	"$lab" run --domain network --no-stdin -- \
		sed -n 's/^intr \([0-9]*\) .*/\1/p' /proc/stat
}

# A storm in the network domain: most interrupts are not delivered.
storm_of_bits() {
	seconds=$(patience 2)
	begin=$(interrupts)
	user $bin/storm bits "$seconds" > "$work/storm.out"
	status=$?
	end=$(interrupts)
	sed 's/^/    /' "$work/storm.out"
	rang=$(sed -n 's/^rang //p' "$work/storm.out")
	echo "    $((end - begin)) interrupts in the network domain"
	# Some thousands are the clock's and the other program's.
	must [ $((end - begin)) -le $((rang / 4 + 10000 * seconds)) ] && return $status
}

hostile_bits() {
	harmless storm_of_bits
}

hostile_bells() {
	harmless user $bin/storm bells "$(patience 2)"
}
