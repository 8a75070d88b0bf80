# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What is refused: each time a clear error with its remedy, on the command that
# met it; what else runs goes on, and all is well when the cause is mended.
# Functions that tests/xen/run calls (see programs.sh).

refusals="domains classes versions records grants mappings crowd descriptors late"

bin=/opt/virtuos-tests/bin
# What may be on the kernel's log of a domain that is short of something is not
# a fault: but it must not be more than that (messages-bad).

# The user domain's name.
attached() {
	[ "$kind" = dom0 ] && echo Domain-0 || echo user
}

# STATUS WORDS COMMAND…: ends with this status, and these words are in what it
# says (one extended regular expression).
refused() {
	want=$1 words=$2
	shift 2
	"$@" > "$work/refused.out" 2>&1
	got=$?
	sed 's/^/    /' "$work/refused.out"
	[ $got -eq "$want" ] && grep -Eq "$words" "$work/refused.out" && return
	echo "failed: $*: status $got, wanted $want, and the words \"$words\""
	return 1
}

# Until a command succeeds, some seconds at most.
until_ok() {
	n=$(patience "$1")
	shift
	while ! "$@" > /dev/null 2>&1; do
		n=$((n - 1))
		[ $n -gt 0 ] || { echo "failed in time: $*"; return 1; }
		sleep 1
	done
}

# A program in a domain that is told by its standard input: NAME DOMAIN COMMAND…
# Its output is in $work/NAME.out; say NAME TEXT; over NAME ends its input.
begin_program() {
	program=$1 domain=$2
	shift 2
	rm -f "$work/$program.in"
	mkfifo "$work/$program.in"
	: > "$work/$program.out"
	# shellcheck disable=SC2086 # may be empty
	"$lab" run $domain --timeout "$(patience 280)" -- "$@" < "$work/$program.in" \
		> "$work/$program.out" 2>&1 &
	eval "${program}_pid=$!"
	exec 8> "$work/$program.in"
}

tell_program() {
	echo "$1" >&8
}

# Ends its input; its status.
end_program() {
	exec 8>&-
	eval "wait \$${1}_pid"
	ended=$?
	sed 's/^/    /' "$work/$1.out"
	return $ended
}

# Wrong names and wrong order, to virtuosctl.
refusal_domains() {
	who=$(attached)
	refused 3 'nosuch.*xl list|nosuch.*virtuosctl' \
		dom0 virtuosctl attach "$who" nosuch &&
	refused 3 'nosuch.*xl list|nosuch.*virtuosctl' \
		dom0 virtuosctl attach nosuch network &&
	refused 2 'its own' dom0 virtuosctl attach network network &&
	refused 1 'already.*virtuosctl detach' \
		dom0 virtuosctl attach "$who" network &&
	refused 2 'class' dom0 virtuosctl attach --class disk "$who" network &&
	refused 3 'not attached.*virtuosctl status' \
		dom0 virtuosctl detach "$who" "$who" &&
	refused 3 'nosuch' dom0 virtuosctl kill nosuch &&
	refused 1 "$who" dom0 virtuosctl kill "$who" &&
	refused 3 '/etc/virtuos/nosuch.cfg' dom0 virtuosctl create nosuch &&
	refused 2 '15' dom0 virtuosctl create a-name-of-more-than-fifteen &&
	refused 3 'nosuch' dom0 virtuosctl restart nosuch &&
	must user cat /storage/. 2>&1 | grep -q 'Is a directory'
}

# Sockets and paths, to a service that has none.
refusal_classes() {
	for route in 'socket inet storage:sockets' 'path /storage network:paths'; do
		printf '%s\n' "${route%:*}" > "$work/class.conf"
		"$lab" copy "$work/class.conf" user:/tmp/vt-class.conf
		refused 2 "vt-class.conf routes ${route#*:} to .*another service" \
			native virtuos run --routes /tmp/vt-class.conf -- true ||
			return 1
	done
}

# ---- Versions and features ------------------------------------------------------

# A device whose user domain's end waits to be bound: sets number, front, back.
hold_device() {
	must native sh -c 'echo 0 > /sys/bus/xen/drivers_autoprobe' &&
	must dom0 virtuosctl attach --no-wait "$(attached)" network \
		> "$work/held" || return 1
	cat "$work/held"
	# shellcheck disable=SC2046 # words
	set -- $(sed -n 's/^network: device \([0-9]*\) of domain \([0-9]*\),.*/\1 \2/p' \
		"$work/held")
	number=$1 front=/local/domain/$2/device/vsys/$1
	back=$(dom0 xenstore-read "$front/backend") || return 1
	must until_ok 20 dom0 xenstore-read "$back/features"
}

bind_device() {
	must native sh -c "echo vsys-$number > /sys/bus/xen/drivers/vsysfront/bind
		echo 1 > /sys/bus/xen/drivers_autoprobe"
}

front_initialised() {
	[ "$(dom0 xenstore-read "$front/state")" = 3 ]
}

front_ended() {
	[ "$(dom0 xenstore-read "$front/state")" -ge 5 ]
}

# The service domain's end names NODE VALUE; this is WORDS to the user domain's.
front_refuses() {
	hold_device &&
	must dom0 xenstore-write "$back/$1" "$2" &&
	bind_device &&
	must until_ok 20 front_ended &&
	refused 0 "user domain's end says: .*$3" dom0 virtuosctl status &&
	refused 3 'same release of VirtuOS' native virtuos run -- true
}

# The same the other way round: the service domain stands still meanwhile.
back_refuses() {
	hold_device &&
	must dom0 xl pause network || return 1
	bind_device &&
	must until_ok 20 front_initialised &&
	must dom0 xenstore-write "$front/$1" "$2"
	status=$?
	must dom0 xl unpause network &&
	[ $status -eq 0 ] &&
	must until_ok 20 front_ended &&
	refused 0 "service domain's end says: .*$3" dom0 virtuosctl status &&
	refused 3 'virtuosctl status.*same release' native virtuos run -- true
}

# The network device, as soon as there is one: sets number, front.
find_device() {
	for number in $(dom0 xenstore-list "/local/domain/$front_id/device/vsys"); do
		front=/local/domain/$front_id/device/vsys/$number
		[ "$(dom0 xenstore-read "$front/service")" = network ] && return
	done
	return 1
}

# As the command that attaches sees it.
attach_refuses() {
	must native sh -c 'echo 0 > /sys/bus/xen/drivers_autoprobe' || return 1
	dom0 virtuosctl attach --timeout "$(patience 60)" "$(attached)" network \
		> "$work/attach.out" 2>&1 &
	attach=$!
	must until_ok 20 find_device
	back=$(dom0 xenstore-read "$front/backend")
	must until_ok 20 dom0 xenstore-read "$back/features" &&
		must dom0 xenstore-write "$back/version" 0
	bind_device
	wait $attach
	status=$?
	sed 's/^/    /' "$work/attach.out"
	must [ $status -eq 5 ] &&
	must grep -q 'version 0.*install the same release' "$work/attach.out"
}

detach_network() {
	dom0 virtuosctl detach "$(attached)" network
}

refusal_versions() {
	status=1
	detach_network
	front_refuses version 0 'update its image' &&
	detach_network && front_refuses features 3 'lacks a needed feature' &&
	detach_network && back_refuses version 3 'same release' &&
	detach_network && back_refuses features 255 'same release' &&
	detach_network && front_id=${front#/local/domain/} &&
		front_id=${front_id%%/*} && attach_refuses && status=0
	native sh -c 'echo 1 > /sys/bus/xen/drivers_autoprobe'
	# Nothing is left of it, and storage was there all the time.
	detach_network > /dev/null 2>&1
	must dom0 virtuosctl attach "$(attached)" network &&
	must user true || return 1
	return $status
}

# ---- dom0's records -----------------------------------------------------------------

# NODE FORMAT: the user domain's root writes into its own end's directory, what
# printf makes of FORMAT.
guest_writes() {
	# shellcheck disable=SC2016 # for the other shell
	must native sh -c 'xenstore-write "$1" "$(printf "$2")"' sh \
		"$front/$1" "$2"
}

# Another service's name and domain, and words that a terminal would act on.
falsify_device() {
	escape='\033[2J\033]0;owned\007\377\233'
	guest_writes service storage &&
	guest_writes backend-id 0 &&
	guest_writes backend /local/domain/0/backend/vsys/0/0 &&
	guest_writes error "no $escape" &&
	guest_writes stats "calls=$escape channels=18446744073709551615"
}

# FILE…: no control characters but the ends of lines.
printable() {
	! LC_ALL=C grep -q '[^ -~]' "$@"
}

removed() {
	[ -z "$(dom0 xenstore-ls "$1" 2> /dev/null)" ]
}

# dom0 still knows whose device it is, and says nothing that is not fit to be seen.
records_hold() {
	must dom0 virtuosctl status > "$work/records.out" &&
	must dom0 virtuosctl status --json > "$work/records.json" || return 1
	cat -v "$work/records.out"
	must printable "$work/records.out" "$work/records.json" &&
	must grep -q "user domain's end says: no ?\[2J" "$work/records.out" &&
	must grep -Eq " $front_id +network +$number " "$work/records.out" &&
	refused 1 'already.*virtuosctl detach' \
		dom0 virtuosctl attach "$(attached)" network &&
	refused 0 "network: device $number of domain $front_id removed" \
		detach_network &&
	must removed "$front" && must removed "$back" &&
	must removed "/virtuos/user/$front_id/$number" &&
	refused 0 'storage .* connected' dom0 virtuosctl status
}

# The user domain lies about its device: it is shown and detached all the same.
refusal_records() {
	front_id=$(dom0 xl domid "$(attached)") && must find_device &&
	back=$(dom0 xenstore-read "$front/backend") || return 1
	falsify_device && records_hold
	status=$?
	# If it went wrong midway, there is still a device.
	detach_network > /dev/null 2>&1
	must dom0 virtuosctl attach "$(attached)" network &&
	must user true || return 1
	return $status
}

# ---- Grants ----------------------------------------------------------------------

# The programs go on that have what they need: one writes all the time.
small() { "$lab" run --domain small --no-stdin --timeout "$(patience 100)" -- "$@"; }

begin_small() {
	must dom0 sh -c 'sed -e "s/^name = .*/name = \"small\"/" \
			-e "s/^memory = .*/memory = 224/" \
			-e "s/^max_grant_frames = .*/max_grant_frames = 6/" \
			-e "s/^max_event_channels = .*/max_event_channels = 63/" \
			/etc/virtuos/user.cfg > /tmp/small.cfg
		xl create -q /tmp/small.cfg && /usr/lib/lab/lab-agent wait small '"$(patience 120)" &&
	refused 0 'only 6 grant frames.*max_grant_frames = 64' \
		dom0 virtuosctl attach small storage &&
	must "$lab" copy "$work/payload.tar" small:/tmp/payload.tar &&
	must small sh -ec 'mkdir -p /opt/virtuos-tests
		tar -C /opt/virtuos-tests -xf /tmp/payload.tar
		printf "path /storage storage\n" > /tmp/routes.conf' &&
	must small virtuos run --routes /tmp/routes.conf -- \
		sh -c 'echo before > /storage/vt-small'
}

refusal_grants() {
	begin_small && short_of_grants && short_of_channels
	status=$?
	dom0 virtuosctl detach small storage
	must dom0 xl destroy small || return 1
	return $status
}

# What was there before goes on, and a device still comes, for programs never get all
# the grants; a new program does not.
short_of_grants() {
	begin_program hog '--domain small' $bin/hog storage memory
	must wait_for full "$work/hog.out" 60 &&
	must grep -q 'then ENOSPC' "$work/hog.out" &&
	refused 3 'raise max_grant_frames' \
		small virtuos run --routes /tmp/routes.conf -- true &&
	must dom0 virtuosctl attach small network &&
	must user sh -c 'cat /storage/vt-small | grep -q before'
	status=$?
	must end_program hog || return 1
	[ $status -eq 0 ] &&
	must until_ok 20 small virtuos run --routes /tmp/routes.conf -- true ||
		return 1
	short_of_memory
	status=$?
	must dom0 virtuosctl detach small network && return $status
}

# Calls without memory for their data fail, those that have it are served.
short_of_memory() {
	must small sh -c 'printf "path /storage storage\nsocket inet network\n" \
		> /tmp/both.conf
		VIRTUOS_LOG=/tmp/flood.log virtuos run --routes /tmp/both.conf -- \
			'$bin'/flood /storage/vt-flood 100; echo ended $?
		sort -u /tmp/flood.log | head -n 3' > "$work/flood.out" 2>&1
	sed 's/^/    /' "$work/flood.out"
	must grep -q '^ended 0' "$work/flood.out" &&
	must grep -Eq '^refused [1-9][0-9]* ENOMEM' "$work/flood.out" &&
	must grep -Eq '^woken [1-9]' "$work/flood.out" &&
	must grep -q '^then success' "$work/flood.out" &&
	must grep -q 'no memory for a call.s data at "network": raise max_grant_frames' \
		"$work/flood.out"
}

# Every channel has a doorbell.
short_of_channels() {
	begin_program hog '--domain small' $bin/hog storage channels 100
	must wait_for full "$work/hog.out" 60 &&
	must grep -q 'then ENOSPC' "$work/hog.out" &&
	refused 3 'raise .*max_event_channels' \
		small virtuos run --routes /tmp/routes.conf -- true &&
	must small sh -c 'dmesg | grep -q "raise max_event_channels"'
	status=$?
	must end_program hog || return 1
	[ $status -eq 0 ] &&
	must until_ok 20 small virtuos run --routes /tmp/routes.conf -- true
}

# A service domain that can map little: PROGRAM waits for nobody.
refusal_mappings() {
	config=/etc/virtuos/storage.cfg
	must dom0 sh -c "cp $config /tmp/storage.cfg &&
		sed -i 's/^max_maptrack_frames = .*/max_maptrack_frames = 3/' $config &&
		virtuosctl restart storage" && short_of_mappings
	status=$?
	must dom0 sh -c "cp /tmp/storage.cfg $config && virtuosctl restart storage" ||
		return 1
	must user sh -c 'echo again > /storage/vt-mappings' || return 1
	return $status
}

short_of_mappings() {
	must user sh -c 'echo before > /storage/vt-mappings' || return 1
	begin_program hog --native $bin/hog storage memory
	must wait_for full "$work/hog.out" 60 &&
	must grep -q 'then ENOSPC' "$work/hog.out" &&
	refused 3 'max_maptrack_frames.*of the service domain' \
		native virtuos run -- true &&
	# The device lives, and so does the channel that is there.
	refused 0 'storage .* connected' dom0 virtuosctl status &&
	must "$lab" log storage | grep -q 'raise max_maptrack_frames'
	status=$?
	must end_program hog || return 1
	[ $status -eq 0 ] &&
	must until_ok 20 user grep -q before /storage/vt-mappings
}

# ---- Slots, descriptors, channels ---------------------------------------------------

# logged NAME ARGUMENTS…: `virtuos run ARGUMENTS'; its output goes to NAME.out, what
# the library logged to NAME.log.
logged() {
	name=$1
	shift
	native rm -f "/tmp/vt-$name.log"
	must "$lab" run --native --no-stdin --timeout "$(patience 100)" \
		--env "VIRTUOS_LOG=/tmp/vt-$name.log" -- \
		virtuos run "$@" > "$work/$name.out" 2>&1
	status=$?
	cat "$work/$name.out"
	native cat "/tmp/vt-$name.log" > "$work/$name.log"
	cat "$work/$name.log"
}

refusal_crowd() {
	printf 'path /storage storage\nsocket inet network\nslots 64\n' \
		> "$work/crowd.conf"
	"$lab" copy "$work/crowd.conf" user:/tmp/vt-crowd.conf
	logged crowd --routes /tmp/vt-crowd.conf -- $bin/crowd /storage/vt-crowd 64
	must [ $status -eq 0 ] &&
	must grep -q '^socket EAGAIN' "$work/crowd.out" &&
	must grep -q '^woken 64' "$work/crowd.out" &&
	must grep -q 'all 64 slots of "network" are taken: raise "slots" in /tmp/vt-crowd.conf' \
		"$work/crowd.log"
}

refusal_descriptors() {
	logged hoard -- $bin/hoard /storage/vt-hoard
	must [ $status -eq 0 ] &&
	must grep -q '^open EMFILE' "$work/hoard.out" &&
	must grep -q '^read 5' "$work/hoard.out" &&
	must grep -q 'raise RLIMIT_NOFILE (ulimit -n)' "$work/hoard.log"
}

# ---- Late answers ---------------------------------------------------------------------

unanswered() {
	native dmesg | grep -c 'does not answer'
}

more_unanswered() {
	[ "$(unanswered)" -gt "$1" ]
}

# The network domain stands still until a call in it has been given up.
stand_still() {
	before=$(unanswered)
	must dom0 xl pause network || return 1
	tell_program go
	until_ok 30 more_unanswered "$before"
	still=$?
	# What the program says of it, if it does.
	[ -z "${1:-}" ] || wait_for "$1" "$work/late.out" 20 || still=1
	must dom0 xl unpause network && return $still
}

refusal_late() {
	begin_program late '' $bin/late /storage/vt-late
	late_steps
	status=$?
	must end_program late && [ $status -eq 0 ]
}

late_steps() {
	must wait_for ready "$work/late.out" 60 &&
	stand_still name &&
	must grep -q '^name ETIMEDOUT' "$work/late.out" || return 1
	tell_program go
	must wait_for again "$work/late.out" 30 &&
	must grep -q '^again success' "$work/late.out" &&
	must wait_for data "$work/late.out" 30 &&
	stand_still &&
	must wait_for 'poll 1 events 1' "$work/late.out" 20
}
