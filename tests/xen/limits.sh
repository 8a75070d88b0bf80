# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# A greedy program of one user ("nobody", by greedy.c) runs into each limit, and is
# told so as Linux would; a steady one of another user (steady.c) works on all the
# time.  Afterwards everything is given back.  Functions that tests/xen/run calls
# (see programs.sh).

limits="channels pages memlock workers files turns calls"

# A word of the statistics that an end of a service's device keeps in xenstore:
# front|back SERVICE KEY.
statistic() {
	# shellcheck disable=SC2016 # for dom0's shell
	dom0 sh -c '
		for d in $(xenstore-list /local/domain); do
			for n in $(xenstore-list /local/domain/$d/device/vsys); do
				f=/local/domain/$d/device/vsys/$n
				[ "$(xenstore-read $f/service)" = "$2" ] || continue
				[ "$1" = front ] || f=$(xenstore-read $f/backend)
				xenstore-read $f/stats | tr " " "\n" |
					sed -n "s/^$3=//p"
			done
		done 2> /dev/null' - "$@" | tail -n 1
}

# END SERVICE KEY NUMBER: it is no more than that (again).
given_back() {
	[ "$(statistic "$1" "$2" "$3")" -le "$4" ]
}

# What the kernels have said of limits so far, once each.
said() {
	{ native dmesg; "$lab" log network; "$lab" log storage; } |
		grep -E "$1" | sort -u | wc -l
}

begin_steady() {
	must user sh -c 'mkdir -p /storage/vt-steady && chown 1000 /storage/vt-steady
		echo data > /storage/vt-greedy && chmod 644 /storage/vt-greedy' || return 1
	begin_program steady '' setpriv --reuid 1000 --regid 1000 --clear-groups \
		$bin/steady /storage/vt-steady
	must wait_for ready "$work/steady.out" 60
}

# OPTIONS-OF-PRLIMIT ARGUMENTS…
begin_greedy() {
	options=$1
	shift
	rm -f "$work/greedy.in"
	mkfifo "$work/greedy.in"
	: > "$work/greedy.out"
	# shellcheck disable=SC2086 # may be several
	"$lab" run --native --timeout "$(patience 280)" -- prlimit $options \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		$bin/greedy "$@" < "$work/greedy.in" > "$work/greedy.out" 2>&1 &
	greedy_pid=$!
	exec 9> "$work/greedy.in"
}

end_greedy() {
	exec 9>&-
	wait $greedy_pid
	ended=$?
	sed 's/^/    /' "$work/greedy.out"
	return $ended
}

# Beside the greedy one, which is full, rounds go on and none is bad.
steady_works() {
	sleep "$(patience 8)"
	tell_program mark
	must wait_for mark "$work/steady.out" 60 &&
		must grep -Eq '^mark ([3-9]|[0-9]{2,}) rounds, 0 bad' "$work/steady.out"
}

# SERVICE KEY: used and allowed are in `virtuosctl status', and the one does not
# exceed the other.
status_tells() {
	for end in front back; do
		used=$(statistic $end "$1" "$2") allowed=$(statistic $end "$1" "$2_max")
		echo "    $1: $2 at the $end end: $used of $allowed"
		[ -n "$used" ] || continue
		must [ -n "$allowed" ] && must [ "$used" -le "$allowed" ] || return 1
	done
	[ -z "$2" ] || must dom0 virtuosctl status --json | must grep -q "\"$2_max\""
}

# WORDS: what the greedy one must have said.  LINE: what a kernel must have, in one
# new line.
greedy_was_told() {
	must wait_for full "$work/greedy.out" 120 &&
		must grep -Eq "$1" "$work/greedy.out" || return 1
	[ -z "$2" ] || must until_ok 5 more_said "$2"
}

# It is said, and not again and again.
more_said() {
	more=$(($(said "$1") - said_before))
	[ $more -ge 1 ] && [ $more -le 4 ]
}

# SERVICE KEY WORDS LINE OPTIONS ARGUMENTS…: the whole of it.
greed() {
	service=$1 key=$2 words=$3 line=$4
	shift 4
	channels=$(statistic front "$service" channels)
	said_before=$(said "${line:-no line}")
	begin_steady || return 1
	begin_greedy "$@"
	greedy_was_told "$words" "$line"
	status=$?
	steady_works && { [ -z "$key" ] || status_tells "$service" "$key"; } || status=1
	must end_greedy || status=1
	must end_program steady || status=1
	must until_ok 30 given_back front "$service" channels "$channels" &&
		must user true && return $status
}

# A kernel names the user and what he has too much of.
share='user 65534 .*'

limit_channels() {
	greed storage channels '^[0-9]+ channels, then EDQUOT' "${share}channels" '' \
		channels storage
}

limit_pages() {
	greed storage pages '^[0-9]+ pages, then ENOMEM' "${share}pages" --memlock=unlimited \
		pages storage
}

# One process, which may lock a MiB.
limit_memlock() {
	greed storage pages '^(1[0-9]{2}|2[0-4][0-9]|25[0-6]) pages, then ENOMEM' '' \
		--memlock=1048576 memory storage
}

limit_workers() {
	greed network workers '^[0-9]+ workers, then EAGAIN' "${share}workers" \
		--memlock=unlimited workers network
}

limit_files() {
	greed storage files '^[0-9]+ files, then ENFILE' "${share}files" --nofile=1000000 \
		files storage /storage/vt-greedy
}

limit_turns() {
	greed storage '' full '' '' requests storage
}

limit_calls() {
	greed storage '' full '' '' calls storage
}
