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

# Doorbells of channels that a domain's processors were interrupted for.
interrupts() {
	"$lab" run --domain "$1" ${2-} --no-stdin -- awk \
		'/vsysback-channel|vsys$/ { for (i = 2; i <= NF; i++)
			if ($i ~ /^[0-9]+$/) n += $i } END { print n + 0 }' \
		/proc/interrupts
}

# KIND DOMAIN [--native]: a storm; of the interrupts that it asks for in the domain,
# most are not delivered.
storm() {
	begin=$(interrupts "$2" ${3-})
	user $bin/storm "$1" "$(patience 5)" > "$work/storm.out"
	status=$?
	end=$(interrupts "$2" ${3-})
	sed 's/^/    /' "$work/storm.out"
	rang=$(sed -n 's/^rang //p' "$work/storm.out")
	echo "    $((end - begin)) interrupts in $2"
	must [ $((end - begin)) -le $((rang / 4)) ] && return $status
}

hostile_bits() {
	harmless storm bits network
}

hostile_bells() {
	harmless storm bells user --native
}
