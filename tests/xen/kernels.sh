# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Hostile kernels: one end of the network device breaks the protocol
# (tests/xen/hostile).  The other end survives it, refuses with an errno, and what
# others do goes on.  Functions that tests/xen/run calls (see programs.sh); they
# use some of refusals.sh and failures.sh.

kernels="requests opens random repeat storm states back"

front_module=vsys-hostile-front
front_driver=/sys/bus/xen/drivers/$front_module

# A command in the domain that is attacked: that it ends soon is a test as well.
attacked() {
	"$lab" run --domain network --no-stdin --timeout "$(patience 30)" -- "$@"
}

build_hostile() {
	"$here/hostile/build" "$flavour" "$work/hostile-$flavour" \
		> "$work/hostile-build.log" 2>&1 && return
	cat "$work/hostile-build.log"
	return 1
}

# ---- The device ------------------------------------------------------------------

# Another network device, with the hostile front end: sets number, front, back.
renew_device() {
	must detach_network && hold_device &&
	must native sh -c "echo vsys-$number > $front_driver/bind
		echo 1 > /sys/bus/xen/drivers_autoprobe"
}

take_device() {
	must build_hostile &&
	must "$lab" copy "$work/hostile-$flavour/$front_module.ko" \
		user:/tmp/$front_module.ko &&
	must native sh -c "echo 0 > /sys/bus/xen/drivers_autoprobe
		insmod /tmp/$front_module.ko" &&
	renew_device
}

# All is as it was.
return_device() {
	native sh -c "echo vsys-$number > $front_driver/unbind
		echo 1 > /sys/bus/xen/drivers_autoprobe"
	detach_network
	native rmmod $front_module
	must dom0 virtuosctl attach "$(attached)" network &&
	must user true
}

# COMMAND…: on a device that was taken, and is given back whatever comes of it.
on_taken_device() {
	number=none
	take_device && "$@"
	taken=$?
	return_device && return $taken
}

# ---- Plays -----------------------------------------------------------------------

# DOMAIN LINES: what came to its console since it had so many lines.
console_sound() {
	sed -e '/^#/d' -e '/^[[:space:]]*$/d' "$top/tests/lab/messages-bad" \
		> "$work/messages-bad"
	! "$lab" log "$1" | tail -n "+$(($2 + 1))" |
		grep -aE -A 12 -f "$work/messages-bad" && return
	echo "failed: this is on the console of $1"
	return 1
}

# PLAY [NUMBER]: all that it waits for comes within its time, and the domain that
# it is played to is none the worse.
play() {
	lines=$("$lab" log network | wc -l)
	"$lab" run --native --no-stdin --timeout "$(patience 180)" -- \
		sh -c "cd /sys/bus/xen/devices/vsys-$number || exit
			echo $* > play
			status=\$?
			cat said
			exit \$status" > "$work/play-$1.out" 2>&1
	played=$?
	sed 's/^/    /' "$work/play-$1.out"
	[ $played -eq 0 ] || echo "failed ($played): play $* within $(patience 180) s"
	must attacked true && console_sound network "$lines" && return $played
}

plays() {
	for one; do
		play "$one" || return
	done
}

# Of the channels that were opened none is left, nor anything of what they took.
nothing_left() {
	dom0 xenstore-read "$back/stats" > "$work/stats.out"
	for key in channels workers pages files; do
		grep -Eq "(^| )$key=0( |\$)" "$work/stats.out" || return
	done
}

all_given_back() {
	until_ok 10 nothing_left && return
	cat "$work/stats.out"
	return 1
}

# ---- Others ----------------------------------------------------------------------

# Another user domain of the same service domains.
begin_other() {
	must dom0 sh -c 'sed -e "s/^name = .*/name = \"small\"/" \
			-e "s/^memory = .*/memory = 224/" \
			/etc/virtuos/user.cfg > /tmp/small.cfg
		xl create -q /tmp/small.cfg && /usr/lib/lab/lab-agent wait small '"$(patience 120)" &&
	must dom0 virtuosctl attach small network &&
	must dom0 virtuosctl attach small storage &&
	must "$lab" copy "$work/payload.tar" small:/tmp/payload.tar &&
	must small sh -ec 'mkdir -p /opt/virtuos-tests
		tar -C /opt/virtuos-tests -xf /tmp/payload.tar'
}

end_other() {
	dom0 virtuosctl detach small network
	dom0 virtuosctl detach small storage
	must dom0 xl destroy small
}

# Programs that go on: one there, with both services (steady.c), and one here, with
# the other device of the hostile domain.
begin_beside() {
	begin_program steady '--domain small' virtuos run -- \
		$bin/steady /storage/vt-beside
	begin_writer
	must wait_for ready "$work/steady.out" 60
}

# What goes on by itself must not keep the other one from seeing its input end (8).
begin_writer() {
	native sh -c 'rm -f /tmp/vt-beside.end
		printf "path /storage storage\n" > /tmp/vt-beside.conf'
	"$lab" run --native --no-stdin --timeout "$(patience 900)" -- \
		virtuos run --no-check --routes /tmp/vt-beside.conf -- sh -ec '
			n=0
			until [ -e /tmp/vt-beside.end ]; do
				echo $n > /storage/vt-writer
				[ "$(cat /storage/vt-writer)" = $n ]
				n=$((n + 1))
			done
			echo wrote $n' > "$work/writer.out" 2>&1 8>&- &
	writer=$!
}

# Both ended well.
end_beside() {
	end_program steady
	beside=$?
	end_writer && [ $beside -eq 0 ] && return
	echo "failed: what ran beside it"
	return 1
}

end_writer() {
	native touch /tmp/vt-beside.end
	wait $writer
	wrote=$?
	sed 's/^/    /' "$work/writer.out"
	return $wrote
}

# How it fared since the last mark: sets rounds, longest (ms).
mark_beside() {
	marks=$(grep -c '^mark' "$work/steady.out")
	tell_program mark
	must until_ok 30 marked_more "$marks" || return
	# shellcheck disable=SC2046 # two words
	set -- $(sed -n 's/^mark \([0-9]*\) rounds, .* the longest \([0-9]*\) ms/\1 \2/p' \
		"$work/steady.out" | tail -n 1)
	rounds=$1 longest=$2
}

beside_waited() {
	must [ "$longest" -lt "$(patience 10)000" ]
}

marked_more() {
	[ "$(grep -c '^mark' "$work/steady.out")" -gt "$1" ]
}

# COMMAND…: with others there; the longest that one of them waited is limited.
beside_others() {
	begin_other && begin_beside
	others=$?
	if [ $others -eq 0 ]; then
		"$@" || others=1
		mark_beside && beside_waited || others=1
	fi
	end_beside || others=1
	end_other && return $others
}

# ---- The tests -------------------------------------------------------------------

requests_played() {
	plays sane ids numbers slots creds retire overlap count &&
	must all_given_back
}

kernel_requests() {
	on_taken_device beside_others requests_played
}

channels_played() {
	plays open close ending flood twice twins &&
	must all_given_back
}

kernel_opens() {
	on_taken_device beside_others channels_played
}

# What nobody thought of.
random_played() {
	plays random scribble calls &&
	must all_given_back
}

kernel_random() {
	on_taken_device beside_others random_played
}

# Kilobytes that the attacked domain has left.
memory_left() {
	attacked sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo
}

# vsysd and those that wait for a client stand still: no shadow is to be had.
repeat_played() {
	play sane || return
	must attacked killall -STOP vsysd vsysd-spare || return
	before=$(memory_left)
	play repeat
	repeated=$?
	after=$(memory_left)
	must attacked killall -CONT vsysd vsysd-spare || return
	taken=$(sed -n 's/^repeat: taken \([0-9]*\),.*/\1/p' "$work/play-repeat.out")
	echo "memory left: $before kB before, $after kB after $taken submissions"
	# Kept, a request of 256 pages takes 2 kB: half of that is far from both.
	must [ $repeated -eq 0 ] && must [ "$taken" -gt 4096 ] &&
	must [ $((before - after)) -lt "$taken" ] &&
	play settle &&
	must all_given_back
}

kernel_repeat() {
	on_taken_device repeat_played
}

# Others share a processor with who rings, and the one that it rings at: bells for
# nothing leave them a quarter of what they had, at least.
storm_played() {
	mark_beside && sleep 15 && mark_beside || return
	calm=$rounds
	play storm || return
	mark_beside || return
	echo "rounds in 15 s: $calm, in the storm's 15 s and some $rounds"
	must [ $((rounds * 4)) -gt "$calm" ] && beside_waited
}

kernel_storm() {
	on_taken_device beside_others storm_played
}

# Each leaves a device that nobody serves any more.
states_played() {
	for one in states 'nodes 0' 'nodes 2' 'nodes 3' 'nodes 5' 'nodes 6' 'nodes 8' \
	    'nodes 10' 'nodes 11' 'nodes 12' 'nodes 13' hurry states; do
		# shellcheck disable=SC2086 # two words
		play $one && renew_device || return
	done
	play sane
}

# While the device comes and goes, another domain's does, too; and hundreds of
# wrong versions are not told hundreds of times.
states_beside() {
	begin_other || return
	said=$("$lab" log network | grep -c 'another version')
	rm -f "$work/states.end"
	(states_played; played=$?; touch "$work/states.end"; exit $played) \
		> "$work/states.out" 2>&1 8>&- &
	playing=$!
	others=0
	until [ -e "$work/states.end" ]; do
		must dom0 virtuosctl detach small network &&
			must dom0 virtuosctl attach --timeout "$(patience 20)" \
				small network && continue
		others=1
		break
	done
	wait $playing || others=1
	cat "$work/states.out"
	said=$(($("$lab" log network | grep -c 'another version') - said))
	echo "told of another version $said times"
	must [ "$said" -lt 30 ] || others=1
	end_other && return $others
}

kernel_states() {
	on_taken_device states_beside
}

# ---- The other way round -----------------------------------------------------------

back_module=vsys-hostile-back
back_driver=/sys/bus/xen-backend/drivers/$back_module
back_mode=/sys/module/vsys_hostile_back/parameters/mode

# The device that is attached next goes to the hostile back end: in the service
# domain nothing is bound by itself meanwhile.
take_service() {
	must build_hostile &&
	must "$lab" copy "$work/hostile-$flavour/$back_module.ko" \
		network:/tmp/$back_module.ko &&
	must detach_network &&
	must attacked sh -c "echo 0 > /sys/bus/xen-backend/drivers_autoprobe
		insmod /tmp/$back_module.ko" &&
	must dom0 virtuosctl attach --no-wait "$(attached)" network &&
	must until_ok 20 attacked sh -c "
		for device in /sys/bus/xen-backend/devices/vsys-*; do
			[ ! -e \$device/driver ] && [ -e \$device ] || continue
			echo \${device##*/} > $back_driver/bind
		done
		ls $back_driver | grep vsys-" &&
	must until_ok 20 native virtuos run --routes /tmp/vt-back.conf -- true
}

return_service() {
	detach_network
	attacked sh -c "rmmod vsys_hostile_back
		echo 1 > /sys/bus/xen-backend/drivers_autoprobe"
	dom0 virtuosctl attach "$(attached)" network && user true && return
	# Whatever is left of it goes with the domain.
	must dom0 virtuosctl restart network && must user true
}

# The domain that is attacked now: its console.
our_console() {
	[ "$kind" = dom0 ] && echo dom0 || echo user
}

# MODE PROGRAM…: what it does with such answers is its own affair, but it ends, if
# need be by a signal, and everything else goes on.
endure() {
	mode=$1
	shift
	must attacked sh -c "echo $mode > $back_mode" || return
	lines=$("$lab" log "$(our_console)" | wc -l)
	for program; do
		"$lab" run --native --no-stdin --timeout "$(patience 120)" -- \
			timeout -s KILL "$(patience 20)" virtuos run \
			--no-check --routes /tmp/vt-back.conf -- \
			$bin/"$program" "/tmp/vt-back-$program" \
			> "$work/endure-$mode-$program.out" 2>&1
		status=$?
		echo "$mode: $program: $status"
		[ $status -lt 124 ] || [ $status -gt 125 ] && continue
		echo "failed: it has not ended $(patience 100) s after it was killed"
		return 1
	done
	must native true && console_sound "$(our_console)" "$lines"
}

# Later than documented is waited for, or never answered: two are enough.
endured() {
	for mode in honest range descriptors unasked events server scribble; do
		endure $mode udp tcp poll epoll sockmsg scm raw || return
	done
	for mode in silent late mute; do
		endure $mode udp poll || return
	done
	must attacked sh -c "echo honest > $back_mode"
}

kernel_back() {
	printf 'socket inet network\n' > "$work/back.conf"
	"$lab" copy "$work/back.conf" user:/tmp/vt-back.conf
	begin_writer
	take_service && endured
	status=$?
	end_writer || status=1
	return_service && return $status
}
