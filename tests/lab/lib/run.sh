# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Commands in domains.

config() { sed -n "s/^$1=//p" "$STATE/config"; }

# in_domain CLIENT-OPTIONS… -- COMMAND…
in_domain() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$(config agent)" client ${options[@]+"${options[@]}"} "$STATE" "$@"
}

lab_run() {
	local domain=user mode='' limit=600 options=()
	while [ $# -gt 0 ]; do
		case $1 in
		--virtuos) mode=virtuos ;;
		--native) mode=native ;;
		--domain) domain=${2:?--domain wants a name}; shift ;;
		--domain=*) domain=${1#*=} ;;
		--timeout) limit=${2:?--timeout wants seconds}; shift ;;
		--timeout=*) limit=${1#*=} ;;
		--env) options+=(-e "${2:?--env wants NAME=VALUE}"); shift ;;
		--chdir) options+=(-C "${2:?--chdir wants a directory}"); shift ;;
		--tty) options+=(-p -e "TERM=${TERM:-dumb}") ;;
		--no-stdin) options+=(-n) ;;
		--) shift; break ;;
		-*) die "run: unknown option $1 (see --help)" ;;
		*) break ;;
		esac
		shift
	done
	[ $# -gt 0 ] || die "run: want a command"
	need_machine
	[ "$limit" = 0 ] || options+=(-t "$limit")
	if [ "$domain" = user ] && [ -z "$mode" ] && [ "$(config virtuos)" = no ]; then
		say "note: no virtuos launcher in this lab, running natively"
	elif [ "$domain" = user ] && [ "$mode" != native ]; then
		set -- virtuos run -- "$@"
	elif [ "$mode" = virtuos ]; then
		die "run: only the user domain has virtuos"
	fi
	exec "$(config agent)" client -d "$domain" ${options[@]+"${options[@]}"} "$STATE" "$@"
}

lab_shell() {
	need_machine
	local domain=${1:-user}
	local options=(-d "$domain" -e "PS1=$domain:\\w# ")
	[ ! -t 0 ] || options+=(-p -e "TERM=${TERM:-dumb}")
	case $domain in
	network|storage) set -- sh -i ;;
	*) set -- bash --norc -i ;;
	esac
	exec "$(config agent)" client "${options[@]}" "$STATE" "$@"
}

lab_copy() {
	[ $# -eq 2 ] || die "copy: want DOMAIN:FILE FILE, or FILE DOMAIN:FILE"
	need_machine
	local mode
	if [[ $1 == *:* && $2 != *:* ]]; then
		in_domain -n -d "${1%%:*}" -- cat "${1#*:}" > "$2"
	elif [[ $1 != *:* && $2 == *:* ]]; then
		mode=$(stat -c %a "$1")
		in_domain -d "${2%%:*}" -- sh -c "cat > \"\$0\" && chmod $mode \"\$0\"" "${2#*:}" < "$1"
	else
		die "copy: one of the two has to be DOMAIN:FILE, the other a file of this machine"
	fi
}

lab_status() {
	if ! machine_running; then
		echo "lab \"$NAME\": not running"
		return 1
	fi
	echo "lab \"$NAME\": running, user domain $(config user), $(config flavour) kernel in the guests"
	in_domain -n -t 30 -- xl list
	lab_times
}

lab_times() {
	need_machine
	cat "$STATE/times"
	in_domain -n -t 30 -- sh -c 'cat /run/lab/times 2>/dev/null || true'
}
