# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What domains boot: busybox and files of ours.  To be sourced; $repo is the
# top of the sources.

# initramfs DIRECTORY FILE
initramfs() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z |
		cpio --null -o -H newc --quiet -R 0:0) > "$2"
}

busybox_tree() {
	mkdir -p "$1"/{bin,sbin,lib,proc,sys,dev,run,tmp,etc,root}
	[ -e "$1/dev/console" ] || mknod "$1/dev/console" c 5 1
	install -D "$(command -v busybox)" "$1/bin/busybox"
	for applet in $("$1/bin/busybox" --list); do
		[ "$applet" = busybox ] || ln -sf busybox "$1/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' > "$1/etc/passwd"
	echo 'root:x:0:' > "$1/etc/group"
}

# service_tree NAME DIRECTORY: a service domain's, without what is compiled.
service_tree() {
	busybox_tree "$2"
	install "$repo/service-domains/$1/init" "$2/init"
	install -m 644 "$repo/service-domains/service-domain.sh" "$2/lib/service-domain.sh"
}
