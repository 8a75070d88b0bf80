# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the initramfs of dom0 and of the user domain do alike.  All of it happens
# here, by busybox, rather than in the Debian root: starting one of Debian's
# programs for each mount takes seconds under emulation.

start_early() {
	mount -t proc proc /proc
	mount -t devtmpfs devtmpfs /dev 2>/dev/null
	exec > /dev/console 2>&1 < /dev/null
}

# await_disk DEVICE…
await_disk() {
	_tries=400
	for _disk; do
		until [ -b "$_disk" ]; do
			_tries=$((_tries - 1))
			[ $_tries -gt 0 ] || fail "no disk $_disk"
			usleep 50000
		done
	done
}

# make_root DISK FOLDER: the root image on DISK, a writable layer in memory over
# it, and FOLDER's files laid over both, at /root.
make_root() {
	mkdir -p /base /writable /root
	mount -t ext4 -o ro,noatime "$1" /base || fail "the root image on $1"
	mount -t tmpfs -o mode=755 tmpfs /writable
	mkdir /writable/upper /writable/work
	cp -a "$2/." /writable/upper/
	mount -t overlay -o lowerdir=/base,upperdir=/writable/upper,workdir=/writable/work \
		overlay /root || fail "the writable layer"
}

fill_root() {
	mkdir -p /dev/pts /dev/shm
	ln -s /proc/self/fd /dev/fd
	ln -s /proc/self/fd/0 /dev/stdin
	ln -s /proc/self/fd/1 /dev/stdout
	ln -s /proc/self/fd/2 /dev/stderr
	mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
	mount -t tmpfs -o mode=1777 tmpfs /dev/shm
	mount -t sysfs sysfs /sys
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t xenfs xenfs /proc/xen
	mount -t tmpfs -o mode=755 tmpfs /root/run
	mount -t tmpfs -o mode=1777 tmpfs /root/tmp
	mkdir -p /root/run/lock /root/run/lab /root/run/xen
	ip link set lo up
	for _dir in dev sys proc; do
		mount --move /$_dir /root/$_dir
	done
}
