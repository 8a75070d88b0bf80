# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the first processes of all service domains do alike.

sd_mount() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev 2>/dev/null
	exec > /dev/console 2>&1 < /dev/null
	mkdir -p /dev/pts /dev/shm
	ln -s /proc/self/fd /dev/fd
	# Terminals, debugfs and xenfs are there in the lab only.
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts 2>/dev/null
	mount -t tmpfs -o mode=1777 tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir -p /tmp
	chmod 1777 /tmp
	mount -t xenfs xenfs /proc/xen 2>/dev/null
	# Each new client is moved to a group, which otherwise takes a grace period.
	mount -t cgroup2 -o nodev,nosuid,noexec,favordynmods cgroup2 /sys/fs/cgroup
}

# sd_export NAME…: what shadows have as their root, /export: mount points and
# nothing else.  It is read-only, for a name made there, by a client that may
# write anywhere, would be the service domain's memory.
sd_export() {
	mkdir -p /export
	mount -t tmpfs -o mode=755,size=64k tmpfs /export || sd_fail "no root for shadows"
	for _name; do
		mkdir "/export/$_name"
	done
	mount -t tmpfs -o remount,ro,nodev,nosuid,noexec tmpfs /export || sd_fail "the root of shadows stays writable"
}

sd_name() {
	SD_NAME=$1
	hostname "$1"
}

sd_fail() {
	echo "$SD_NAME: FAILED: $*"
	exec poweroff -f
}

# sd_wait WHAT SECONDS COMMAND…: until the command succeeds; prints its output.
sd_wait() {
	_what=$1
	_tries=$(($2 * 20))
	shift 2
	while [ $_tries -gt 0 ]; do
		_out=$("$@") && { echo "$_out"; return 0; }
		_tries=$((_tries - 1))
		usleep 50000
	done
	echo "$SD_NAME: $_what did not appear in time" >&2
	return 1
}

find_nic() {
	for _dir in /sys/class/net/*; do
		if [ -e "$_dir/device" ]; then
			echo "${_dir##*/}"
			return 0
		fi
	done
	return 1
}

carrier() {
	[ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

# Load the back end and start the daemon.  Linux hands words of its command line
# that it does not know to the first process: so what is extra in a domain's xl
# configuration can hold VSYSD_OPTIONS="--memory-user=20% …".
sd_offer() {
	# Users of a directory that all may write are not to trip each other up.
	for _kind in hardlinks symlinks fifos regular; do
		echo 1 > "/proc/sys/fs/protected_$_kind"
	done
	if [ -e /lib/modules/vsysback.ko ]; then
		# shellcheck disable=SC2086 # options are words
		insmod /lib/modules/vsysback.ko ${VSYSBACK_OPTIONS:-} || sd_fail "vsysback does not load"
	else
		echo "$SD_NAME: no vsysback.ko in this image"
	fi
	if [ -x /sbin/vsysd ]; then
		# shellcheck disable=SC2086
		/sbin/vsysd ${VSYSD_OPTIONS:-} &
	else
		echo "$SD_NAME: no vsysd in this image"
	fi
}

# Say that all is up, and leave the rest to the lab's agent if there is one.
sd_ready() {
	echo 7 > /proc/sys/kernel/printk
	read -r _uptime _ < /proc/uptime
	echo "$SD_NAME: ready after $_uptime s"
	if [ -x /sbin/lab-agent ]; then
		exec /sbin/lab-agent serve
	fi
	while :; do
		wait
		sleep 3600
	done
}
