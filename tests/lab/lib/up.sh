# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Starting and stopping a lab.

up_number() {	# OPTION NUMBER LEAST
	case $2 in
	[0-9]|[0-9][0-9]) [ "$2" -lt "$3" ] || return 0 ;;
	esac
	misuse "up: $1 $2: want a number from $3 to 99"
}

up_options() {
	LAB_USER='' LAB_FLAVOUR=slim LAB_CAPTURE='' DISK='' DOM0_ONLY='' LAB_EXTRA='' PMU='' LAB_VCPUS=1 LAB_PROCESSORS=2
	WITH=() ADD=()
	local into='' file
	LAB_XEN=${LAB_XEN:-stock}
	while [ $# -gt 0 ]; do
		case $1 in
		--user) wants "pvh, pv or dom0" "$@"; LAB_USER=$2 into=''; shift ;;
		--user=*) LAB_USER=${1#*=} into='' ;;
		--with) into=WITH ;;
		--add) into=ADD ;;
		--debug) LAB_FLAVOUR=debug into='' ;;
		--capture) wants "a file" "$@"; LAB_CAPTURE=$(realpath -m "$2") into=''; shift ;;
		--disk) wants "a file" "$@"; DISK=$(realpath -m "$2") into=''; shift ;;
		--append) wants "kernel arguments" "$@"; LAB_EXTRA=$2 into=''; shift ;;
		--dom0-only) DOM0_ONLY=1 into='' ;;
		--pmu) PMU=1 into='' ;;
		--vcpus) wants "a number" "$@"; LAB_VCPUS=$2 into=''; shift ;;
		--processors) wants "a number" "$@"; LAB_PROCESSORS=$2 into=''; shift ;;
		--xen) wants "stock or patched" "$@"; LAB_XEN=$2 into=''; shift ;;
		-h|--help) usage; exit 0 ;;
		-*) misuse "up: unknown option $1" ;;
		*)
			case $into in
			WITH) WITH+=("$1") ;;
			ADD) ADD+=("$1") ;;
			*) misuse "up: what is \"$1\"?" ;;
			esac ;;
		esac
		shift
	done
	# Counters are an Intel processor's, nested paging is an AMD one's here.
	if [ -n "$PMU" ]; then
		LAB_CPU=${LAB_CPU:-Nehalem,pmu=on,+rdrand}
		LAB_USER=${LAB_USER:-pv}
		[ "$LAB_USER" != pvh ] || misuse "up: --pmu: the user domain can be pv or dom0, not pvh"
	fi
	LAB_CPU=${LAB_CPU:-qemu64,+svm,+npt,+rdrand}
	LAB_USER=${LAB_USER:-pvh}
	case $LAB_USER in
	pvh|pv|dom0) ;;
	*) misuse "up: --user $LAB_USER: want pvh, pv or dom0" ;;
	esac
	up_number "--vcpus" "$LAB_VCPUS" 1
	up_number "--processors" "$LAB_PROCESSORS" 2
	case $LAB_XEN in
	stock|patched) ;;
	*) misuse "up: --xen $LAB_XEN: want stock or patched" ;;
	esac
	for file in "$LAB_CAPTURE" "$DISK"; do
		[ -z "$file" ] || [ -w "${file%/*}/" ] || misuse "up: there is no folder ${file%/*} that $file could be written to"
	done
	export LAB_USER LAB_FLAVOUR LAB_EXTRA LAB_CAPTURE LAB_VCPUS LAB_PROCESSORS
}

# What kept dom0 from answering, as far as its console tells.
blame() {
	local part why log=$STATE/xen.log
	if ! machine_running; then
		why="the machine stopped; $(tail -n 1 "$STATE/qemu.log")"
	else
		why="no answer in time"
	fi
	if [ ! -s "$log" ]; then
		part="QEMU or the hypervisor's start"
	elif grep -aq 'Panic on CPU' "$log" || ! grep -aq 'Linux version' "$log"; then
		part=hypervisor
		why=$(grep -a -A4 'Panic on CPU' "$log" | grep -av '\*\*\*\*' | tail -n 1 || echo "$why")
	elif grep -aq 'Kernel panic' "$log"; then
		part="dom0's kernel"
		why=$(grep -a 'Kernel panic' "$log" | tail -n 1)
	elif grep -aq 'FAILED' "$log"; then
		part="dom0's start"
		why=$(grep -a 'FAILED' "$log" | tail -n 1)
	else
		part="dom0's start"
	fi
	echo "--- last lines of $log:" >&2
	tail -n 15 "$log" >&2 || true
	say "FAILED: $part: ${why:-no reason given}"
}

wait_for_dom0() {
	local limit=$((SECONDS + ${LAB_BOOT_LIMIT:-240}))
	until "$AGENT" client -n -w 2 -t 5 "$STATE" grep -qs ready /run/lab/state 2> "$STATE/wait.log"; do
		if ! machine_running || [ $SECONDS -gt $limit ] ||
			grep -aqs 'Panic on CPU\|Kernel panic' "$STATE/xen.log" ||
			"$AGENT" client -n -w 2 -t 5 "$STATE" grep -qs FAILED /run/lab/state 2> "$STATE/wait.log"; then
			blame
			return 1
		fi
		sleep 0.2
	done
}

# The debug kernel takes several times as long to boot.
start_domains() {
	local each=240 all=600
	[ "$LAB_FLAVOUR" != debug ] || each=720 all=900
	"$AGENT" client -n -t "${LAB_DOMAINS_LIMIT:-$all}" "$STATE" \
		env LAB_READY_LIMIT=$each /usr/lib/lab/lab-domains up "$LAB_USER" >&2
}

make_disk() {
	local file=$1
	[ -e "$file" ] && return 0
	truncate -s 2G "$file"
	mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -L storage "$file" ||
		die "mke2fs could not make the storage domain's disk $file"
}

# Images of --add come and go: keep the eight that were used last.
prune_images() {
	local old
	find "$CACHE/image" -mindepth 2 -maxdepth 2 -name 'done' -printf '%T@ %h\n' | sort -rn |
		tail -n +9 | cut -d' ' -f2- | while read -r old; do
			rm -rf "$old" "$old.lock"
		done
}

lab_up() {
	local kernel guest root user='' started=$EPOCHREALTIME ready qemu
	up_options "$@"
	mkdir -p "$STATE"
	exec 9> "$STATE/up.lock"
	flock -n 9 || die "another \"up\" of the lab \"$NAME\" is going on"
	if machine_running; then
		die "the lab \"$NAME\" is already running (${0##*/} down stops it)"
	fi
	machine_alone
	rm -f "$STATE"/*.log "$STATE"/port* "$STATE"/monitor "$STATE"/console "$STATE"/config "$STATE"/marks

	if [ -n "$PMU" ]; then
		qemu=$("$LAB_DIR/qemu-pmu/build" 9>&-) || die "FAILED: the build of QEMU"
		QEMU=$qemu/qemu-system-x86_64
		LAB_XEN_APPEND="vpmu=on ${LAB_XEN_APPEND:-}"
	fi
	XEN=/boot/xen-4.17-amd64.gz
	if [ "$LAB_XEN" = patched ]; then
		XEN=$("$REPO/perfctr-xen/xen/build" 9>&-) || die "FAILED: the hypervisor's build"
		XEN=$XEN/xen.gz
		LAB_XEN_APPEND="perfctr ${LAB_XEN_APPEND:-}"
	fi
	kernel=$("$REPO/guest-kernel-patches/build" slim 9>&-) || die "FAILED: the kernel build"
	guest=$kernel
	if [ "$LAB_FLAVOUR" = debug ]; then
		guest=$("$REPO/guest-kernel-patches/build" debug 9>&-) || die "FAILED: the debug kernel's build"
	fi
	root=$("$LAB_DIR/image" 9>&-) || die "FAILED: the root image"
	if [ ${#WITH[@]} -gt 0 ] || [ ${#ADD[@]} -gt 0 ]; then
		user=$("$LAB_DIR/image" --with "${WITH[@]}" --add "${ADD[@]}" 9>&-) ||
			die "FAILED: the user domain's image"
	fi
	prune_images
	AGENT=$("$LAB_DIR/agent/build" 9>&-) || die "FAILED: the agent's build"
	LAB_KERNEL=$kernel LAB_GUEST_KERNEL=$guest LAB_USER_IMAGE=$user \
		"$LAB_DIR/payload" "$STATE" 9>&- || die "FAILED: the payload"
	if [ -z "$DISK" ]; then
		DISK=$STATE/nvme.img
		rm -f "$DISK"
	fi
	make_disk "$DISK"
	local virtuos=no
	[ ! -e "${VIRTUOS_BUILD:-$REPO/build}/bin/virtuos" ] || virtuos=yes
	printf '%s\n' "virtuos=$virtuos" "user=$LAB_USER" "flavour=$LAB_FLAVOUR" "xen=$LAB_XEN" "agent=$AGENT" "kernel=$guest" > "$STATE/config"

	net_up
	ready=$EPOCHREALTIME
	machine_start "$kernel" "$root" "$DISK" "$user"
	say "machine started $(since "$started") s after the command, waiting for dom0"
	if ! wait_for_dom0; then
		machine_stop
		net_down
		exit 1
	fi
	echo "dom0 boot $(since "$ready")" > "$STATE/times"
	say "dom0 is up $(since "$ready") s after the machine"
	if [ -z "$DOM0_ONLY" ]; then
		if ! start_domains; then
			say "the machine is left running for a look (${0##*/} run --domain dom0, ${0##*/} down)"
			exit 1
		fi
	fi
	say "up after $(since "$started") s"
}

since() {
	awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $1 }"
}

lab_down() {
	machine_running || say "no lab was running"
	machine_stop
	net_down
	rm -f "$STATE/nvme.img" "$STATE/payload.img" "$STATE/dom0.cpio" "$STATE/xen" "$STATE"/port*
}
