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
	"$(config agent)" client "${options[@]}" "$STATE" "$@"
}

lab_run() {
	local domain=user mode='' limit=600 options=()
	while [ $# -gt 0 ]; do
		case $1 in
		--virtuos) mode=virtuos ;;
		--native) mode=native ;;
		--domain) wants "a name" "$@"; domain=$2; shift ;;
		--domain=*) domain=${1#*=} ;;
		--timeout) wants "seconds" "$@"; limit=$2; shift ;;
		--timeout=*) limit=${1#*=} ;;
		--env) wants "NAME=VALUE" "$@"; options+=(-e "$2"); shift ;;
		--chdir) wants "a directory" "$@"; options+=(-C "$2"); shift ;;
		--tty) options+=(-p -e "TERM=${TERM:-dumb}") ;;
		--no-stdin) options+=(-n) ;;
		--) shift; break ;;
		-h|--help) usage; exit 0 ;;
		-*) misuse "run: unknown option $1" ;;
		*) break ;;
		esac
		shift
	done
	[ $# -gt 0 ] || misuse "run: want a command"
	need_machine
	[ "$limit" = 0 ] || options+=(-t "$limit")
	if [ "$domain" = user ] && [ -z "$mode" ] && [ "$(config virtuos)" = no ]; then
		say "note: no virtuos launcher in this lab, running natively"
	elif [ "$domain" = user ] && [ "$mode" != native ]; then
		set -- virtuos run -- "$@"
	elif [ "$mode" = virtuos ]; then
		misuse "run: only the user domain has virtuos"
	fi
	exec "$(config agent)" client -d "$domain" "${options[@]}" "$STATE" "$@"
}

lab_shell() {
	need_machine
	local domain=${1:-user}
	local options=(-d "$domain" -e "PS1=$domain:\\w# ")
	[ ! -t 0 ] || options+=(-p -e "TERM=${TERM:-dumb}")
	[ "$domain-$(config virtuos)" != user-yes ] ||
		say "this shell is not under virtuos run: type \`virtuos run bash'"
	case $domain in
	network|storage) set -- sh -i ;;
	*) set -- bash --norc -i ;;
	esac
	exec "$(config agent)" client "${options[@]}" "$STATE" "$@"
}

lab_copy() {
	[ $# -eq 2 ] || misuse "copy: want DOMAIN:FILE FILE, or FILE DOMAIN:FILE"
	local mode
	[[ $1 == *:* && $2 != *:* || $1 != *:* && $2 == *:* ]] ||
		misuse "copy: one of the two has to be DOMAIN:FILE, the other a file of this machine"
	need_machine
	if [[ $1 == *:* ]]; then
		# Looked at first, so that no empty file is left here.
		# shellcheck disable=SC2016  # the domain's shell expands it
		in_domain -n -d "${1%%:*}" -- sh -c '[ -r "$0" ] && [ ! -d "$0" ]' "${1#*:}" ||
			die "copy: there is no file ${1#*:} in ${1%%:*} that could be read"
		in_domain -n -d "${1%%:*}" -- cat "${1#*:}" > "$2"
	else
		mode=$(stat -c %a "$1")
		in_domain -d "${2%%:*}" -- sh -c "cat > \"\$0\" && chmod $mode \"\$0\"" "${2#*:}" < "$1"
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
	echo "seconds:"
	cat "$STATE/times"
	in_domain -n -t 30 -- sh -c 'cat /run/lab/times 2>/dev/null || true'
}
