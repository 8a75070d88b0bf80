# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Consoles, and what must not be found in them.

lab_logs() {
	local name
	for name in xen $LOGGED; do
		[ -e "$STATE/$name.log" ] && echo "$STATE/$name.log"
	done
}

# Nothing is kept of this lab: of which others is there?
no_consoles() {
	local log others=''
	for log in "${STATE%/*}"/*/xen.log; do
		[ ! -e "$log" ] || others="$others $(basename "${log%/*}")"
	done
	die "$1: there are no consoles of a lab \"$NAME\"${others:+; LAB_NAME can be:$others}"
}

lab_log() {
	local name=${1:-xen}
	case $name in
	dom0|Domain-0) name=xen ;;
	xen|user|network|storage) ;;
	*) misuse "log: no console of \"$name\" is kept: want xen (dom0's as well), user, network or storage" ;;
	esac
	if [ -e "$STATE/$name.log" ]; then
		tr -d '\r' < "$STATE/$name.log"
	else
		no_consoles log
	fi
}

# One extended regular expression for each line that is not a comment.
patterns() { sed -e '/^#/d' -e '/^[[:space:]]*$/d' "$@"; }

# What the IOMMU says when a device outlives its domain: the device of a domain
# that was killed may still be reading its memory.
orphan_pattern() {
	local domain
	for domain; do
		case $domain in
		network) echo '\[VT-D\]DMAR:\[DMA (Read|Write)\] Request device \[0000:00:05.0\]' ;;
		storage) echo '\[VT-D\]DMAR:\[DMA (Read|Write)\] Request device \[0000:00:06.0\]' ;;
		esac
	done
	echo '\[VT-D\]DMAR: reason'
}

# The part of a console that comes after the mark, without what is allowed.
fresh() {
	local name=$1 from
	shift
	from=$(sed -n "s/^$name //p" "$STATE/marks" 2>/dev/null | tail -n 1)
	tail -c +$((${from:-0} + 1)) "$STATE/$name.log" | tr -d '\r' |
		grep -avE -f <(patterns "$LAB_DIR/messages-allowed"; orphan_pattern "$@")
}

# What kmemleak knows, in the domains that have it and were not crashed.  One that
# cannot be asked (it is gone, or kmemleak ran short of memory and switched itself
# off) is a finding, too.
# shellcheck disable=SC2016
kmemleak() {
	local domain
	for domain in $LOGGED; do
		case " ${crashed[*]-} " in *" $domain "*) continue ;; esac
		{ in_domain -n -t 600 -d "$domain" -- sh -ec '
			leak=/sys/kernel/debug/kmemleak
			[ -e $leak ] || exit 0
			# What was freed or stored a moment ago only looks leaked: two
			# scans, more than the five seconds apart that it takes to age.
			echo scan > $leak; sleep 6; echo scan > $leak
			cat $leak' || echo "cannot be asked"; } 2>&1 |
			sed "s/^/$domain: kmemleak: /"
	done
}

# shellcheck disable=SC2153
lab_check_logs() {
	local name found='' bad killed=() crashed=() mark='' lines
	while [ $# -gt 0 ]; do
		case $1 in
		--mark) mark=1 ;;
		--killed) wants "a domain" "$@"; killed+=("$2"); shift ;;
		--crashed) wants "a domain" "$@"; crashed+=("$2"); shift ;;
		*) misuse "check-logs: unknown option $1" ;;
		esac
		shift
	done
	[ -e "$STATE/xen.log" ] || no_consoles check-logs

	for name in xen $LOGGED; do
		[ -e "$STATE/$name.log" ] || continue
		case " ${crashed[*]-} " in
		*" $name "*) echo "check-logs: $name was crashed on purpose, its console is not judged"; continue ;;
		esac
		bad=$(fresh "$name" "${killed[@]}" "${crashed[@]}" | grep -anE -A 12 -f <(patterns "$LAB_DIR/messages-bad") || true)
		[ -n "$bad" ] || continue
		found=1
		lines=$(printf '%s\n' "$bad" | grep -cE '^[0-9]+:' || true)
		echo "check-logs: console of $name: $lines bad line(s):"
		printf '%s\n' "$bad" | head -n 60
	done
	# A scan takes a minute or more in each domain.
	if [ -z "$mark" ] && machine_running && [ "$(config flavour)" = debug ]; then
		bad=$(kmemleak)
		if [ -n "$bad" ]; then
			found=1
			echo "check-logs: leaks:"
			printf '%s\n' "$bad" | head -n 60
		fi
	fi
	if [ -n "$mark" ]; then
		for name in xen $LOGGED; do
			[ -e "$STATE/$name.log" ] && echo "$name $(stat -c %s "$STATE/$name.log")"
		done > "$STATE/marks"
	fi
	[ -z "$found" ] || return 1
	echo "check-logs: nothing bad in the consoles of$(for name in xen $LOGGED; do [ -e "$STATE/$name.log" ] && printf ' %s' "$name"; done)"
}
