# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The QEMU process.

PORTS=8			# commands that can run at the same time
LOGGED='user network storage'
QEMU=${LAB_QEMU:-qemu-system-x86_64}	# --pmu has another

machine_pid() {
	local pid
	pid=$(cat "$STATE/qemu.pid" 2>/dev/null) || return 1
	# A pid file may be older than the process that has its number now.
	grep -qs qemu-system "/proc/$pid/comm" || return 1
	grep -qsF "$STATE/" <(tr '\0' '\n' < "/proc/$pid/cmdline") || return 1
	echo "$pid"
}

machine_running() { machine_pid > /dev/null; }

need_machine() {
	local other
	machine_running && return
	other=$(machine_other) || die "no lab is running (start one: ${0##*/} up)"
	die "no lab \"$NAME\" is running, but \"$other\" is: LAB_NAME=$other"
}

# The name of another running lab, if there is one.
machine_other() {
	local pid
	for pid in "${STATE%/*}"/*/qemu.pid; do
		[ "$pid" != "$STATE/qemu.pid" ] || continue
		if STATE=${pid%/*} machine_running; then
			basename "${pid%/*}"
			return 0
		fi
	done
	return 1
}

# Two labs at once slow each other down many times over on two processors: wait
# for the other to end.  LAB_TOGETHER=1 starts all the same.
machine_alone() {
	local other waited=0 limit=${LAB_WAIT:-1200}
	[ -z "${LAB_TOGETHER:-}" ] || return 0
	while other=$(machine_other); do
		[ $waited -gt 0 ] || say "waiting for the lab \"$other\" to end (LAB_TOGETHER=1 does not wait)"
		[ $waited -lt "$limit" ] ||
			die "the lab \"$other\" has been running for $limit s (LAB_NAME=$other ${0##*/} down stops it)"
		sleep 1
		waited=$((waited + 1))
	done
}

# machine_start KERNEL-DIR ROOT-IMAGE NVME-IMAGE [USER-IMAGE]
machine_start() {
	local kernel=$1 root=$2 nvme=$3 user=${4:-} i memory=1024
	# All of the machine's memory is below 4 GiB (q35 splits it from 2816 on): QEMU 7.2 cuts off addresses
	# of control blocks beyond that while a guest is not in 64-bit mode.
	[ "$LAB_FLAVOUR" = debug ] && memory=768

	zcat "$XEN" > "$STATE/xen" ||
		die "no hypervisor $XEN: install xen-hypervisor-4.17-amd64 (make deps)"
	local args=(
		-name "virtuos-lab-$NAME" -display none -no-reboot -nodefaults
		-machine q35 -accel "tcg,thread=multi" -cpu "$LAB_CPU" -smp "$LAB_PROCESSORS" -m 2800
		-kernel "$STATE/xen"
		-append "com1=115200 console=com1 loglvl=info guest_loglvl=info dom0_mem=${memory}M,max:${memory}M dom0_max_vcpus=2 iommu=required spec-ctrl=no bootscrub=0 gnttab_max_frames=512 gnttab_max_maptrack_frames=4096 ${LAB_XEN_APPEND:-}"
		-initrd "$kernel/bzImage console=hvc0 earlyprintk=xen panic=5 nmi_watchdog=0 tsc=unstable xen-pciback.hide=(00:05.0)(00:06.0) ${LAB_DOM0_APPEND:-},$STATE/dom0.cpio"
		-chardev "socket,id=xen,path=$STATE/console,server=on,wait=off,logfile=$STATE/xen.log" -serial chardev:xen
		-monitor "unix:$STATE/monitor,server=on,wait=off"
		-device intel-iommu
		-netdev "tap,id=net,ifname=tap0,script=no,downscript=no"
		-device "e1000e,netdev=net,addr=5,mac=52:54:00:09:00:02"
		-drive "file=$nvme,if=none,id=nvme,format=raw,cache=unsafe,aio=threads"
		-device "nvme,drive=nvme,serial=virtuos1,addr=6"
		-drive "file=$root,if=none,id=root,format=raw,readonly=on"
		-device "virtio-blk-pci,drive=root,addr=8"
		-drive "file=$STATE/payload.img,if=none,id=payload,format=raw,readonly=on"
		-device "virtio-blk-pci,drive=payload,addr=9"
		-device "virtio-serial-pci,id=serial,max_ports=31,addr=0xb"
	)
	if [ -n "$user" ]; then
		args+=(-drive "file=$user,if=none,id=user,format=raw,readonly=on"
			-device "virtio-blk-pci,drive=user,addr=0xa")
	fi
	for ((i = 0; i < PORTS; i++)); do
		args+=(-chardev "socket,id=port$i,path=$STATE/port$i,server=on,wait=off"
			-device "virtserialport,chardev=port$i,name=lab.$i")
	done
	for i in $LOGGED; do
		args+=(-chardev "file,id=log$i,path=$STATE/$i.log"
			-device "virtserialport,chardev=log$i,name=log.$i")
	done
	if [ -n "${LAB_CAPTURE:-}" ]; then
		args+=(-object "filter-dump,id=capture,netdev=net,file=$LAB_CAPTURE")
	fi
	printf '%s\n' "${args[@]}" > "$STATE/qemu.args"
	# QEMU outlives us: it must not keep a caller's descriptors (locks, pipes).
	# A shell waits for it, so that its log says how it ended.
	(
		for i in /proc/"$BASHPID"/fd/*; do
			i=${i##*/}
			[ "$i" -le 2 ] || [ "$i" = 255 ] || eval "exec $i>&-"
		done
		# shellcheck disable=SC2016
		exec setsid bash -c '"$@"; echo "QEMU ended with status $? at $(date +%T)"' - \
			ip netns exec "$NETNS" "$QEMU" "${args[@]}" -pidfile "$STATE/qemu.pid"
	) > "$STATE/qemu.log" 2>&1 < /dev/null &
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$STATE/monitor" ] || ! machine_running || return 0
		! grep -qs 'QEMU ended' "$STATE/qemu.log" || break
		sleep 0.1
	done
	cat "$STATE/qemu.log" >&2
	net_down
	die "QEMU did not start"
}

machine_stop() {
	local pid n=0
	pid=$(machine_pid) || return 0
	kill "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		n=$((n + 1))
		[ $n -eq 50 ] && kill -9 "$pid" 2>/dev/null
		[ $n -lt 100 ] || die "QEMU (process $pid) does not end"
		sleep 0.1
	done
	rm -f "$STATE/qemu.pid"
}
