# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Bad input and failures: functions that tests/xen/run calls (see programs.sh).

failures="routes missing slots counters accounts idle outage lost silent"

# Wrong routing files: refused before the program starts, the line named.
failure_routes() {
	for bad in 'socket inet' 'path storage storage' 'nonsense' \
	    'slots 63' 'path / storage'; do
		printf '# a routing file\n%s\n' "$bad" > "$work/bad.conf"
		"$lab" copy "$work/bad.conf" user:/tmp/vt-bad.conf
		native virtuos run --routes /tmp/vt-bad.conf -- echo ran \
			> "$work/bad.out" 2>&1
		status=$?
		cat "$work/bad.out"
		must [ $status -ne 0 ] || return 1
		must grep -q '/tmp/vt-bad.conf:2: ' "$work/bad.out" || return 1
		grep -qx ran "$work/bad.out" && return 1
	done
	native virtuos run --routes /none -- echo ran 2>&1 |
		must grep -q '/none' || return 1
}

# A service that nobody attached: said so, with what to do.
failure_missing() {
	printf 'socket inet nowhere\n' > "$work/missing.conf"
	"$lab" copy "$work/missing.conf" user:/tmp/vt-missing.conf
	native virtuos run --routes /tmp/vt-missing.conf -- echo ran \
		> "$work/missing.out" 2>&1
	status=$?
	cat "$work/missing.out"
	must [ $status -ne 0 ] && must grep -q nowhere "$work/missing.out" &&
		must grep -q virtuosctl "$work/missing.out" || return 1
	# Without the check the call itself fails, and nothing hangs.
	native virtuos run --no-check --routes /tmp/vt-missing.conf -- \
		curl -sS --max-time "$(patience 10)" http://10.9.0.1/ > "$work/missing.out" 2>&1
	status=$?
	cat "$work/missing.out"
	must [ $status -ne 0 ] && must [ $status -ne 28 ]
}

# More threads than slots.
failure_slots() {
	printf 'path /storage storage\nsocket inet network\nslots 64\n' \
		> "$work/slots.conf"
	"$lab" copy "$work/slots.conf" user:/tmp/vt-slots.conf
	must native virtuos run --routes /tmp/vt-slots.conf -- \
		/opt/virtuos-tests/bin/limits /storage/vt-slots > "$work/slots.out"
	status=$?
	grep 'not as expected' "$work/slots.out"
	must user rm -rf /storage/vt-slots
	return $status
}

# What crossed is in both ends' counters.
failure_counters() {
	dom0 virtuosctl status --json > "$work/status.json" ||
		dom0 virtuosctl status > "$work/status.json" || return 1
	cat "$work/status.json"
	# shellcheck disable=SC2016
	for service in network storage; do
		"$lab" run --domain "$service" --no-stdin --timeout "$(patience 30)" -- \
			sh -c 'cat /sys/bus/xen-backend/devices/vsys-*/calls' \
			> "$work/calls" || return 1
		must [ -s "$work/calls" ] || return 1
	done
}

# Each thread's calls are in its own account, wherever and by whomever they ran.
failure_accounts() {
	user /opt/virtuos-tests/bin/account /storage/vt-account
}

# CPU seconds of the service domains, as xl says.
cpu_seconds() {
	dom0 xl list | awk '$1 == "network" || $1 == "storage" { n += $NF }
		END { print n }'
}

# Nobody calls: after a while nobody polls.
failure_idle() {
	# A machine that is busy with something else makes a window look busy.
	for window in 1 2 3 4 5 6; do
		sleep 3
		before=$(cpu_seconds)
		sleep 5
		after=$(cpu_seconds)
		awk "BEGIN {
			used = $after - $before
			printf \"%.1f s of processor time in 5 s, both together\\n\", used
			exit !(used <= 0.5)
		}" && return
	done
	echo "not idle in any of $window windows"
	return 1
}

wait_for() {	# WORD FILE SECONDS
	n=$(($(patience "$3") * 5))
	while ! grep -q "^$1" "$2"; do
		n=$((n - 1))
		[ $n -gt 0 ] || return 1
		sleep 0.2
	done
}

# The network domain is killed under a program that waits in several ways.
failure_outage() {
	out=$work/outage.out
	: > "$out"
	rm -f "$work/outage.in"
	mkfifo "$work/outage.in"
	"$lab" run --timeout "$(patience 280)" -- /opt/virtuos-tests/bin/outage \
		/storage/vt-outage < "$work/outage.in" > "$out" 2>&1 &
	program=$!
	exec 9> "$work/outage.in"
	outage_steps
	status=$?
	exec 9>&-
	wait $program
	ended=$?
	cat "$out"
	[ $status -eq 0 ] && must [ $ended -eq 0 ]
}

outage_steps() {
	must wait_for ready "$out" 60 || return 1
	must dom0 virtuosctl kill network || return 1
	must wait_for waiting "$out" 30 || return 1
	must grep -q '^woken recv ECONNRESET' "$out" || return 1
	must grep -Eq '^woken accept (ENETDOWN|EIO|ECONNRESET|ECONNABORTED|EBADF)' "$out" ||
		return 1
	must grep -Eq '^woken poll 1 events .*1[0-9a-f]$' "$out" || return 1
	must grep -Eq '^woken epoll 1 events .*1[0-9a-f]$' "$out" || return 1
	must grep -Eq '^then recv (ECONNRESET|EIO|end|success)' "$out" || return 1
	must grep -Eq '^then close success' "$out" || return 1
	must grep -Eq '^then socket E' "$out" || return 1
	# The storage domain does not mind.
	must native virtuos run --no-check -- \
		sh -c 'echo alive > /storage/vt-alive && cat /storage/vt-alive' ||
		return 1
	must dom0 virtuosctl restart network || return 1
	# New sockets in the old program, and in new ones.
	echo go >&9
	must wait_for 'new success' "$out" 30 || return 1
	must user /opt/virtuos-tests/bin/udp /storage/vt-udp > "$work/udp.out"
}

# A program that counts itself sees the network domain go and come back.
failure_lost() {
	out=$work/lost.out
	: > "$out"
	rm -f "$work/lost.in"
	mkfifo "$work/lost.in"
	"$lab" run --timeout "$(patience 280)" -- /opt/virtuos-tests/bin/account \
		/storage/vt-lost outage < "$work/lost.in" > "$out" 2>&1 &
	program=$!
	exec 9> "$work/lost.in"
	must wait_for ready "$out" 60 && must dom0 virtuosctl kill network &&
		must dom0 virtuosctl restart network && echo go >&9
	status=$?
	exec 9>&-
	wait $program
	ended=$?
	cat "$out"
	[ $status -eq 0 ] && must [ $ended -eq 0 ]
}

# STOP does not wait for each channel of a domain that says nothing.
failure_silent() {
	begin_program silent "" /opt/virtuos-tests/bin/account /storage/vt-silent silent
	must wait_for ready "$work/silent.out" 60 && must dom0 xl pause network
	status=$?
	tell_program go
	must wait_for stopped "$work/silent.out" 60 || status=1
	must dom0 xl unpause network || status=1
	tell_program go
	must end_program silent && must until_ok 20 user true && return $status
}
