# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Verdicts of a test tier, sourced by its runner.
#
#	verdict_open TIER	start a new result file
#	verdict_pass NAME
#	verdict_fail NAME [LOG]	the log's last lines are shown
#	verdict_skip NAME REASON
#	verdict_exit NAME STATUS [LOG]	by a test's exit status: 0, 77, other
#	verdict_close		summary; fails if something failed or nothing ran
#
# The file is $BUILD/results/TIER.txt, with lines "PASS name", "FAIL name" and
# "SKIP name: reason".

verdict_open() {
	verdict_tier=$1
	verdict_file=$BUILD/results/$1.txt
	verdict_passed=0 verdict_failed=0 verdict_skipped=0
	mkdir -p "$BUILD/results" || exit 2
	: > "$verdict_file" || exit 2
}

verdict_line() {
	printf '%s\n' "$1"
	printf '%s\n' "$1" >> "$verdict_file"
}

verdict_pass() {
	verdict_passed=$((verdict_passed + 1))
	verdict_line "PASS $1"
}

verdict_fail() {
	verdict_failed=$((verdict_failed + 1))
	verdict_line "FAIL $1"
	if [ -n "${2:-}" ] && [ -s "$2" ]; then
		tail -n "${VERDICT_LINES:-40}" "$2" | sed 's/^/    | /'
		printf '    | (%s)\n' "$2"
	fi
}

verdict_skip() {
	verdict_skipped=$((verdict_skipped + 1))
	verdict_line "SKIP $1: $2"
}

# 124 and 137 are timeout(1)'s.
verdict_exit() {
	case $2 in
	0) verdict_pass "$1" ;;
	77) verdict_skip "$1" "$(sed -n 's/^SKIP: //p' "$3" | tail -n 1)" ;;
	124 | 137)
		[ -n "${3:-}" ] && echo "time limit reached" >> "$3"
		verdict_fail "$1" "${3:-}"
		;;
	*) verdict_fail "$1" "${3:-}" ;;
	esac
}

verdict_close() {
	printf '%s: %d passed, %d failed, %d skipped\n' "$verdict_tier" \
		"$verdict_passed" "$verdict_failed" "$verdict_skipped"
	if [ $((verdict_passed + verdict_failed)) -eq 0 ]; then
		echo "$verdict_tier: nothing ran" >&2
		return 1
	fi
	[ "$verdict_failed" -eq 0 ]
}
