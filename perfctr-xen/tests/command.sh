# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# perfctr-xen where there are counters: functions that run calls, each with its
# output in a log; 0, 77 or another status.  The lab has its service domains.

# shellcheck disable=SC2034 # run goes through them
commands="list stat threads multiplexed record frequency share names"

native() { "$lab" run --native --no-stdin --timeout 150 -- "$@"; }

# Reads of the storage domain, as many as are known.
dd_reads="virtuos run -- dd if=/storage/reads of=/dev/null bs=100 count=500 status=none"
# As many as a few hundred samples take.
many_reads="virtuos run -- dd if=/storage/reads of=/dev/null bs=10 count=10000 status=none"
prepare_reads="virtuos run -- dd if=/dev/zero of=/storage/reads bs=1000 count=100 status=none"

# FILTER: must be true of $work/command.json
holds() {
	[ "$(jq "$1" "$work/command.json")" = true ] && return
	echo "not so: $1"
	cat "$work/command.json"
	return 1
}

sums_hold() {
	# Scaled figures are printed with three digits.
	holds '[.whole.events[] | ([to_entries[] | select(.key != "sum") | .value.value // 0] | add) - .sum.value | fabs < 0.01] | all' &&
	holds '[.services[].events[] | .calls.value + .polling.value + .rest.value - .total.value | fabs < 0.01] | all'
}

command_list() {
	native perfctr-xen list > "$work/command.out" || return 1
	cat "$work/command.out"
	grep -Eq '^instructions +counts +counts +counts$' "$work/command.out" &&
	grep -Eq '^task-clock +counts +counts +counts$' "$work/command.out" || return 1
	if [ "$1" = patched ]; then
		grep -q 'are counted apart' "$work/command.out" &&
		grep -q '^storage: user mode and kernel are counted apart' "$work/command.out"
	else
		grep -q 'on stock Xen' "$work/command.out" &&
		grep -q '^storage: user mode and kernel are mixed' "$work/command.out"
	fi
}

command_stat() {
	# shellcheck disable=SC2086
	native sh -c "$prepare_reads && perfctr-xen stat --json --by-call -e instructions,task-clock -- $dd_reads" \
		> "$work/command.json" || return 1
	sums_hold || return 1
	holds '[.by_call[] | select(.name == "read").calls.storage] == [500]' &&
	# A read of a hundred bytes: not none, and no million.
	holds '.by_call[] | select(.name == "read").events.instructions.storage.value / 500 | . > 100 and . < 20000' &&
	holds '[.services[].events.instructions | .rest.value > 0] | all' &&
	holds '.whole.events.instructions.user.value > 100000'
}

# Each of two programs, here and there; the two counters that each event takes here
# are there all the time.
command_threads() {
	native sh -c "$prepare_reads && perfctr-xen stat --json --per-thread -e instructions,branches -- sh -c '$dd_reads; $dd_reads'" \
		> "$work/command.json" || return 1
	sums_hold &&
	holds '[.threads[] | select(.name == "dd" and .tid != 0 and .calls.storage == 503).events.instructions.user | .value > 1000000 and .counted == 1] == [true, true]' &&
	holds '([.threads[].events.instructions.user.value // 0] | add) == .whole.events.instructions.user.value' &&
	holds '([.threads[] | select(.tid == 0).events.instructions.user.value // 0] | add // 0) < 0.1 * .whole.events.instructions.user.value'
}

# More events than counters: they take turns, and it is said.
command_multiplexed() {
	native sh -c "$prepare_reads && perfctr-xen stat --json -e instructions,cycles,branches,branch-misses,ref-cycles,r1c0,r2c0,rc4,rc5 -- $dd_reads" \
		> "$work/command.json" || return 1
	sums_hold &&
	holds '[.whole.events[].user.counted] | min < 0.99' &&
	holds '[.whole.events[].sum.value] | all(. != null)'
}

command_record() {
	native sh -ec "cd /tmp; $prepare_reads
		perfctr-xen record -g -e instructions -c 20011 -o c.data -- $many_reads
		perfctr-xen report -i c.data --sort domain,comm,call,symbol | head -n 40
		perfctr-xen report -i c.data --folded > c.folded
		grep -q '^user;dd;' c.folded
		grep -q '^storage;dd;\[read\];.*vfs_read' c.folded"
}

# So many samples a second of work, whatever the event.
command_frequency() {
	native sh -ec "cd /tmp; $prepare_reads
		perfctr-xen record -F 200 -e instructions -o c.data -- $dd_reads >&2
		perfctr-xen report -i c.data --sort domain --json" > "$work/command.json" || return 1
	cat "$work/command.json"
	holds '.frequency == 200 and .period == 0' &&
	holds '[.rows[] | select(.domain == "user" or .domain == "storage") | .samples > 2 and .events / .samples > 1000] == [true, true]' || return 1
	sampled=$(jq '.rows[] | select(.domain == "storage") | .events / .samples * 200' "$work/command.json")
	# shellcheck disable=SC2086
	native perfctr-xen stat --json -e instructions,task-clock -- $dd_reads > "$work/command.json" || return 1
	# What it took a second's instructions of calls to be, and what they are; clocks of
	# an emulated processor go on while it does not run.
	holds ".whole.events | (.instructions.storage.value / .[\"task-clock\"].storage.value * 1e9) / $sampled | . > 0.1 and . < 10"
}

# A user domain that counts by as many events as it may gets no more of them, is
# told why, and its calls go on.
command_share() {
	limit() {
		"$lab" run --native --no-stdin --timeout 60 --domain storage -- \
			sh -c "echo $1 > /sys/module/vsysback/parameters/counter_events"
	}
	limit 1 || return 1
	# shellcheck disable=SC2086
	native sh -c "$prepare_reads && perfctr-xen stat --json -e instructions,task-clock -- $dd_reads" \
		> "$work/command.json"
	status=$?
	limit 4096 && [ $status = 0 ] &&
	holds '.services[] | select(.name == "storage").refused | test("as much counted")' &&
	holds '.services[] | select(.name == "network").refused == null' || return 1
	# shellcheck disable=SC2086
	native perfctr-xen stat --json -e instructions,task-clock -- $dd_reads > "$work/command.json" &&
	holds '.services[] | select(.name == "storage").refused == null'
}

# A program whose name is to write on the terminal, and to break every form.
command_names() {
	native sh -ec 'cd /tmp
		evil=$(printf "d\\033[2J\\n\\377<\"d")
		cp /bin/dd "$evil"
		perfctr-xen record -g -e instructions -c 20011 -o e.data -- \
			"./$evil" if=/dev/zero of=/dev/null bs=100 count=20000 status=none >&2
		{
			perfctr-xen report -i e.data -g
			perfctr-xen report -i e.data --folded
			perfctr-xen report -i e.data --script
			perfctr-xen report -i e.data --flamegraph /dev/stdout
		} > e.text
		! LC_ALL=C grep -q "[^[:print:][:space:]]" e.text || { cat -v e.text >&2; exit 1; }
		perfctr-xen report -i e.data --sort dso --json' > "$work/command.json" &&
	holds '[.rows[].dso | select(test("^d.\\[2J..<\"d$"))] | length == 1'
}
