# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What perfctr-xen says of a program whose calls are known, on a machine without
# counters: calls are exact, columns add up.  Functions that tests/xen/run calls
# (see programs.sh).

profiles="perfctr_stat perfctr_attached perfctr_thread perfctr_samples perfctr_frequency perfctr_trace perfctr_top perfctr_terminal perfctr_refused perfctr_lost"

calls=/opt/virtuos-tests/bin/calls

# FILTER: must be true of $work/profile.json
holds() {
	[ "$(jq "$1" "$work/profile.json")" = true ] && return
	echo "not so: $1"
	cat "$work/profile.json"
	return 1
}

# In all that is said of each event: sums are sums, parts are a whole.
adds_up() {
	# shellcheck disable=SC2016 # jq's
	holds '[.whole.events[] | ([to_entries[] | select(.key != "sum") | .value.value // 0] | add) - .sum.value | fabs < 0.01] | all' &&
	holds '[.services[].events[] | .calls.value + .polling.value + .rest.value - .total.value | fabs < 0.01] | all' &&
	holds '[.services[].events[] | .calls.value >= 0 and .polling.value >= 0 and .total.value >= .calls.value] | all'
}

profile_perfctr_stat() {
	command -v jq > /dev/null || { echo "SKIP: no jq"; return 77; }
	must native perfctr-xen stat --json --by-call --per-thread \
		-e task-clock,context-switches -- \
		virtuos run -- $calls 3 500 /storage/vt-calls \
		> "$work/profile.json" || return 1
	adds_up || return 1
	holds '[.by_call[] | select(.name == "pread64").calls.storage] == [1500]' &&
	holds '[.by_call[] | select(.name == "pwrite64").calls.storage] == [1]' &&
	holds '([.by_call[].calls.storage // 0] | add) == .whole.calls.storage' &&
	holds '([.threads[].calls.storage // 0] | add) == .whole.calls.storage' &&
	holds '[.threads[] | select(.calls.storage == 500)] | length == 2' &&
	holds '.whole.events["task-clock"].storage.value > 0' &&
	holds '([.by_call[].events["task-clock"].storage.value // 0] | add) == .whole.events["task-clock"].storage.value' &&
	# In the user domain, too, each has its own: nearly all that it did, for it is
	# In the user domain, too, each has its own: most of what it did, for it is
	holds '[.threads[] | select(.name == "calls" and .tid != 0 and .events["task-clock"].user.value > 0)] | length == 3' &&
	holds '([.threads[] | select(.tid == 0).events["task-clock"].user.value // 0] | add // 0) < 0.5 * .whole.events["task-clock"].user.value' &&
	holds '([.threads[].events["task-clock"].user.value // 0] | add) / .whole.events["task-clock"].user.value | . > 0.999 and . < 1.001' &&
	holds '[.services[] | .used and .lost == false and .refused == null] | all'
}

# A process that runs already: what it does from now on.
profile_perfctr_attached() {
	command -v jq > /dev/null || { echo "SKIP: no jq"; return 77; }
	# shellcheck disable=SC2016 # for the other shell
	must native sh -c 'rm -f /tmp/vt-go
		virtuos run -- sh -c "exec 3<>/storage/vt-attached; while [ ! -e /tmp/vt-go ]; do sleep 0.1; done; echo a >&3; echo b >&3" &
		i=0; until [ -n "$(ls -l /proc/$!/fd 2>&1 | grep /dev/vsys)" ]; do
			i=$((i + 1)); [ $i -lt 100 ] || { echo "no channel in 10 s" >&2; exit 1; }; sleep 0.1; done
		perfctr-xen stat --json -e task-clock -p $! -o /tmp/vt-json &
		stat=$!
		i=0; until ls -l /proc/$stat/fd 2>&1 | grep -q vsys-counters; do
			i=$((i + 1)); [ $i -lt 100 ] || { echo "no session in 10 s" >&2; exit 1; }; sleep 0.1; done
		sleep 1; : > /tmp/vt-go
		wait $stat && cat /tmp/vt-json' > "$work/profile.json" || return 1
	adds_up && holds '.whole.calls.storage >= 2'
}

# One of eight threads that read: no more than its own calls, which are fewer than
# half of what all of them make in the same time.
profile_perfctr_thread() {
	command -v jq > /dev/null || { echo "SKIP: no jq"; return 77; }
	# shellcheck disable=SC2016
	must native sh -c 'virtuos run -- '$calls' 8 10000000 /storage/vt-calls &
		i=0; until [ "$(ls /proc/$!/task | wc -l)" = 8 ]; do
			i=$((i + 1)); [ $i -lt 100 ] || { echo "no threads in 10 s" >&2; exit 1; }; sleep 0.1; done
		thread=$(ls /proc/$!/task | sort -n | tail -n 1)
		perfctr-xen stat --json -e task-clock -t $thread sleep 2 &&
			perfctr-xen stat --json -e task-clock -p $! sleep 2
		status=$?; kill $!; exit $status' > "$work/two.json" || return 1
	jq -s '.[0] + { process: .[1].whole }' "$work/two.json" > "$work/profile.json"
	adds_up && holds '.whole.events["task-clock"].user.value > 0' &&
	holds '.whole.calls.storage > 100 and .whole.calls.storage * 2 < .process.calls.storage'
}

# Samples of all domains in one file, with symbols; a file cut short is refused.
# In the emulator a service domain's timer comes a thousand times a second at most,
# so a sample a millisecond is what task-clock can give, and calls for half a second
# are what makes some of them fall into vfs_read for sure.
profile_perfctr_samples() {
	# shellcheck disable=SC2016
	must native sh -ec 'cd /tmp
		perfctr-xen record -g -e task-clock -c 1000003 -o vt.data -- virtuos run -- '$calls' 1 100000 /storage/vt-calls
		perfctr-xen report -i vt.data --sort domain,comm,call,symbol
		perfctr-xen report -i vt.data --folded > vt.folded
		perfctr-xen report -i vt.data --script > vt.script
		perfctr-xen report -i vt.data --flamegraph vt.svg
		grep -q "^user;calls;" vt.folded
		grep -q "^storage;calls;\[pread64\];.*vfs_read" vt.folded
		! grep -q "^storage;calls;\[pread64\];\[unknown\]" vt.folded
		perfctr-xen report -i vt.data --comms calls --domains storage --folded > vt.part
		[ "$(cat vt.part)" = "$(grep "^storage;calls;" vt.folded)" ]
		! perfctr-xen report -i vt.data --comms nobody-at-all
		[ "$(awk "{ n += \$NF } END { printf \"%.0f\", n }" vt.folded)" = "$(awk "/^[^\t].*task-clock:/ { n += \$(NF - 1) } END { printf \"%.0f\", n }" vt.script)" ]
		grep -q "</svg>" vt.svg
		head -c 5000 vt.data > vt.cut
		! perfctr-xen report -i vt.cut > vt.out 2>&1
		cat vt.out; grep -q "cut off" vt.out'
}

# By a frequency: 200 a second are 5 ms each; a service domain has a prime period.
profile_perfctr_frequency() {
	command -v jq > /dev/null || { echo "SKIP: no jq"; return 77; }
	must native sh -ec 'cd /tmp
		perfctr-xen record -F 200 -e task-clock -o vt.data -- virtuos run -- '$calls' 1 100000 /storage/vt-calls >&2
		perfctr-xen report -i vt.data --sort domain --json' > "$work/profile.json" || return 1
	holds '.frequency == 200 and .period == 0 and .lost == 0' &&
	holds '[.rows[] | select(.domain == "user") | .events / .samples] == [5000000]' &&
	holds '[.rows[] | select(.domain == "storage") | .events / .samples] == [5000011]' &&
	refused 2 'not both' native perfctr-xen record -c 1000 -F 100 true
}

profile_perfctr_trace() {
	must native perfctr-xen trace -- virtuos run -- $calls 1 20 /storage/vt-calls \
		> "$work/profile.trace" 2>&1 || { cat "$work/profile.trace"; return 1; }
	cat "$work/profile.trace"
	must [ "$(grep -c ' storage  *pread64 .* = 100$' "$work/profile.trace")" = 20 ] &&
	must [ "$(grep -c ' storage  *pwrite64 ' "$work/profile.trace")" = 1 ] || return 1
	# Of one thread, each begins after the one before.
	must [ -z "$(awk '/pread64/ { if ($1 < last) print; last = $1 }' "$work/profile.trace")" ]
}

profile_perfctr_top() {
	# shellcheck disable=SC2016
	must native sh -c 'virtuos run -- '$calls' 1 1000000 /storage/vt-calls & 
		i=0; until [ -n "$(ls -l /proc/$!/fd 2>&1 | grep /dev/vsys)" ]; do
			i=$((i + 1)); [ $i -lt 100 ] || { echo "no channel in 10 s" >&2; exit 1; }; sleep 0.1; done
		perfctr-xen top -d 0.5 -n 4; kill $!' > "$work/profile.top" || return 1
	cat "$work/profile.top"
	must grep -Eq '^calls .*%.*%.* [1-9][0-9]* ' "$work/profile.top"
}

# terminal COMMAND…: tmux, of this test alone
terminal() { tmux -L "virtuos-$LAB_NAME" "$@"; }

# What the terminal shows, until it is so: WHAT SHELL-CONDITION over $work/terminal
shows() {
	i=0
	until terminal capture-pane -p -t test > "$work/terminal"; eval "$2"; do
		i=$((i + 1))
		if [ $i -gt 200 ]; then
			echo "not on the terminal in 20 s: $1"
			cat "$work/terminal"
			return 1
		fi
		sleep 0.1
	done
}

# On a terminal: cut to its size, also when that changes, until a key or a signal.
profile_perfctr_terminal() {
	command -v tmux > /dev/null || { echo "SKIP: no tmux"; return 77; }
	terminal kill-server 2> /dev/null
	terminal new-session -d -x 100 -y 24 -s test \
		"$lab run --native --tty --timeout 100 -- sh" || return 1
	shows "a prompt" 'grep -q "#" "$work/terminal"' &&
	terminal send-keys -t test "virtuos run -- $calls 2 10000000 /storage/vt-calls &" Enter \
		"sleep 2; perfctr-xen top -t -d 0.5; echo status \$?" Enter &&
	shows "both threads" '[ "$(grep -c "^calls .*%$" "$work/terminal")" = 2 ]' &&
	terminal resize-window -t test -x 30 -y 3 &&
	shows "heads and one thread, cut off" '[ "$(sed -n "s/^\(thread  number\|calls .*[0-9.]*%\).*/\1/p" "$work/terminal" | wc -l)" = 2 ]' &&
	terminal send-keys -t test x && terminal resize-window -t test -x 90 -y 20 &&
	shows "both threads again" '[ "$(grep -c "^calls .*%$" "$work/terminal")" = 2 ]' &&
	terminal send-keys -t test q &&
	shows "the end by q" 'grep -q "^status 0" "$work/terminal"' &&
	terminal send-keys -t test "clear; perfctr-xen top -d 30" Enter &&
	shows "the next look, still empty" '[ "$(terminal display-message -p -t test "#{alternate_on}")" = 1 ]' &&
	terminal send-keys -t test C-c && shows "a prompt again" 'grep -q "^#" "$work/terminal"' &&
	terminal send-keys -t test "echo status \$?; stty -a" Enter &&
	shows "the end by ctrl-C" 'grep -q "^status 0" "$work/terminal" && grep -q " echo " "$work/terminal"'
	status=$?
	# Keys may not be read any more, and two threads would go on for minutes.
	native sh -c "pkill -x calls; i=0; while pgrep -r D,R,S -x calls > /dev/null; do
		i=\$((i + 1)); [ \$i -lt 100 ] || { echo 'calls goes on for 10 s' >&2; exit 1; }
		sleep 0.1; done" || status=1
	terminal kill-server
	return $status
}

# What it cannot do it says, with what helps.
profile_perfctr_refused() {
	refused 2 'no event "instrucions"; did you mean instructions' \
		native perfctr-xen stat -e instrucions true &&
	refused 2 'at most 15' native perfctr-xen stat \
		-e "$(printf 'r1,%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)r1" true &&
	refused 1 'no process 4194303' native perfctr-xen stat -p 4194303 &&
	refused 1 'no thread 4194303' native perfctr-xen stat -t 4194303 &&
	refused 127 'no-such-program: No such file' native perfctr-xen stat no-such-program &&
	refused 1 "not permitted" native \
		setpriv --reuid 65534 --clear-groups perfctr-xen stat true &&
	refused 3 "" native perfctr-xen stat sh -c "exit 3"
}

# A service domain goes while its calls are counted: that is said.
profile_perfctr_lost() {
	command -v jq > /dev/null || { echo "SKIP: no jq"; return 77; }
	out=$work/perfctr-lost.out
	: > "$out"
	# shellcheck disable=SC2016
	native sh -c 'rm -f /tmp/vt-json
		perfctr-xen stat --json -o /tmp/vt-json -e task-clock -- virtuos run -- nc -l 7777 &
		i=0; until ls -l /proc/[0-9]*/fd 2>&1 | grep -q vsys:network; do
			i=$((i + 1)); [ $i -lt 300 ] || break; sleep 0.1; done
		echo listening; wait; cat /tmp/vt-json' > "$out" 2> "$work/perfctr-lost.err" &
	program=$!
	must wait_for listening "$out" 60 && must dom0 virtuosctl kill network
	status=$?
	must dom0 virtuosctl restart network || status=1
	wait $program
	sed '/^listening$/d' "$out" > "$work/profile.json"
	[ $status -eq 0 ] && holds '[.services[] | .lost == (.name == "network")] | all' &&
	holds '.whole.calls.network > 0'
}
