# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Verdicts of a test tier as TAP (the Test Anything Protocol), on standard output
# and in $BUILD/results/TIER.tap; sourced by its runner.
#
#	verdict_open TIER	start a new result file
#	verdict_pass NAME
#	verdict_fail NAME [LOG]	the log's last lines are shown
#	verdict_skip NAME REASON
#	verdict_known NAME REASON	it failed, and that is known
#	verdict_exit NAME STATUS [LOG]	by a test's exit status: 0, 77, other
#	verdict_say TEXT	a comment
#	verdict_close		the plan; fails if something failed or nothing ran

verdict_open() {
	verdict_tier=$1
	verdict_file=$BUILD/results/$1.tap
	verdict_passed=0 verdict_failed=0 verdict_skipped=0
	mkdir -p "$BUILD/results" || exit 2
	echo 'TAP version 13' | tee "$verdict_file" || exit 2
}

verdict_line() {
	printf '%s\n' "$1" | tee -a "$verdict_file"
}

# ok|not ok NAME [DIRECTIVE]: of a name, "#" would be the end.
verdict_give() {
	verdict_number=$((verdict_passed + verdict_failed + verdict_skipped))
	case $2 in
	*'#'*) set -- "$1" "$(printf '%s\n' "$2" | sed 's/#/\\#/g')" "${3:-}" ;;
	esac
	verdict_line "$1 $verdict_number - $2${3:+ # $3}"
}

verdict_pass() {
	verdict_passed=$((verdict_passed + 1))
	verdict_give ok "$1"
}

verdict_fail() {
	verdict_failed=$((verdict_failed + 1))
	verdict_give 'not ok' "$1"
	if [ -n "${2:-}" ] && [ -s "$2" ]; then
		tail -n "${VERDICT_LINES:-60}" "$2" | sed 's/^/# /' |
			tee -a "$verdict_file"
		verdict_say "($2)"
	fi
}

verdict_skip() {
	verdict_skipped=$((verdict_skipped + 1))
	verdict_give ok "$1" "SKIP $2"
}

verdict_known() {
	verdict_skipped=$((verdict_skipped + 1))
	verdict_give 'not ok' "$1" "TODO $2"
}

# 124 and 137 are timeout(1)'s.
verdict_exit() {
	case $2 in
	0) verdict_pass "$1" ;;
	77) verdict_skip "$1" "$(sed -n 's/^SKIP:\{0,1\} //p' "$3" | tail -n 1)" ;;
	124 | 137)
		[ -n "${3:-}" ] && echo "time limit reached" >> "$3"
		verdict_fail "$1" "${3:-}"
		;;
	*) verdict_fail "$1" "${3:-}" ;;
	esac
}

verdict_say() {
	verdict_line "# $1"
}

verdict_close() {
	verdict_line "1..$((verdict_passed + verdict_failed + verdict_skipped))"
	verdict_say "$verdict_tier: $verdict_passed passed, $verdict_failed failed, $verdict_skipped skipped"
	[ "$verdict_failed" -eq 0 ] && [ "$verdict_passed" -gt 0 ]
}
