# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154  # variables from and for recipes
#
# What is built once for each set of inputs and then lies in the cache, in a
# directory named by a hash of them.  A recipe, run as a program, sources this
# and says
#
#	name, what    who speaks in messages; what is built, for the usage
#	inputs        a function: prints what the result depends on, besides the
#	              recipe's own text
#	recipe        a function: makes the result in $out; it has `step', `fetch',
#	              `apply' and the others below
#
# then gives its arguments to `option', and ends with `cached DIRECTORY'.  It may
# have a `usage', an `option' and a `report' of its own.
#
# The hash holds the recipe and not this file, which keeps the books: mending a
# message here does not build a kernel anew.  But when what is done here to
# sources comes out differently, this number goes up.
edition=1

set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "$0")" && pwd)
script=$here/${0##*/}
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${VIRTUOS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/virtuos}
jobs=${VIRTUOS_JOBS:-$(nproc)}
# What our own make hands down (no built-in rules, say) is not meant for others'.
unset MAKEFLAGS MFLAGS MAKELEVEL
mode=build	# or key, dir
product=	# what is printed, below the directory
patches=()

say() { echo "$name: $*" >&2; }
die() { say "$*"; exit 1; }

usage() {
	cat <<-USAGE
	usage: build [--key | --print-dir]
	Builds $what if it is not in the cache; prints its directory.
	  --key        only print the hash of everything the build depends on
	  --print-dir  only print the directory it is in or would be in
	USAGE
}

option() {
	case $1 in
	--key) mode=key ;;
	--print-dir) mode=dir ;;
	-h | --help) usage; exit 0 ;;
	*)
		say "unknown option: $1"
		usage >&2
		exit 2 ;;
	esac
}

# series LIST…: the patches that they name, which lie beside them.
series() {
	local list patch
	for list; do
		while read -r patch _; do
			case $patch in '' | '#'*) continue ;; esac
			patch=${list%/*}/$patch
			[ -f "$patch" ] || die "the series names ${patch##*/}, which is not there"
			patches+=("$patch")
		done < "$list"
	done
}

compiler() { gcc --version | sed -n 1p; }

# ---- What a recipe has ------------------------------------------------------

fail() {
	tail -n 25 "$log" >&2
	die "$1 failed; the log is $log"
}

# step WHAT COMMAND…: its output goes to the log, and what it leaves running
# does not keep the lock.
step() {
	local what=$1
	shift
	"$@" >> "$log" 2>&1 9>&- || fail "$what"
}

since() { echo "$(($(date +%s) - started)) s"; }
progress() { tail -n 1 "$log" | cut -c1-70; }

# slowly WHAT COMMAND…: a step that takes minutes, and says how far it is.
slowly() {
	local what=$1 maker seconds=0
	shift
	say "$what (log: $log)"
	"$@" >> "$log" 2>&1 9>&- &
	maker=$!
	while kill -0 "$maker" 2> /dev/null; do
		sleep 1
		seconds=$((seconds + 1))
		[ $((seconds % 30)) -ne 0 ] || say "$(progress) after $(since)"
	done
	wait "$maker" || fail "$what"
}

# needs LIST…: Debian packages.
needs() { "$repo/build-aux/deps" "$@" 9>&- || exit 1; }

# The archives that this machine has Debian's packages from, whatever the form
# of its lists: URI RELEASE COMPONENT.
archives() {
	# shellcheck disable=SC2016  # apt expands these
	apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u
}

# apt-get with lists and sources of its own, in $apt; the machine's stay as they
# are.
source_apt() {
	apt-get -qy -o "Dir::Etc::SourceList=$apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$apt/lists" \
		-o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)" \
		-o APT::Update::Error-Mode=any "$@"
}

# fetch PACKAGE VERSION…: Debian's source of the first of these versions that can
# be had, which becomes $version, into $source.  It is kept for the next build.
fetch() {
	local package=$1 apt=$out/apt
	shift
	for version; do
		source=${out%/*}/source-${version//[^A-Za-z0-9.+~-]/_}
		[ ! -e "$source/done" ] || return 0
		[ -e "$apt" ] || source_lists
		say "fetching the source of $package $version"
		if (cd "$apt/source" && source_apt source --download-only "$package=$version") \
			>> "$log" 2>&1 9>&-; then
			touch "$apt/source/done"
			[ -e "$source/done" ] || rm -rf "$source"
			# Another build may have been faster.
			mv -T "$apt/source" "$source" 2>> "$log" || [ -e "$source/done" ] ||
				fail "keeping the source"
			rm -rf "$apt"
			return
		fi
		say "that version cannot be had"
		rm -f "$apt/source"/*
	done
	fail "fetching the source of $package"
}

source_lists() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	mkdir -p "$apt"/{source,lists/partial,cache/archives/partial}
	archives | sed "s,^,deb-src [signed-by=$keyring] ," > "$apt/sources.list"
	[ -s "$apt/sources.list" ] || die "apt knows no archive of Debian's (apt-get update?)"
	step "apt-get update" source_apt update
}

# unpack DIRECTORY: what was fetched.
unpack() { step unpacking dpkg-source --no-copy --no-check -x "$source"/*.dsc "$1"; }

# apply DIRECTORY: the series.
apply() {
	local patch
	for patch in "${patches[@]}"; do
		say "patch ${patch##*/}"
		step "patch ${patch##*/}" patch -d "$1" -p1 --fuzz=0 --no-backup-if-mismatch < "$patch"
	done
}

# ---- The cache --------------------------------------------------------------

report() { :; }

built() {
	[ -e "$out/done" ] || return 0
	report
	echo "$out$product"
	exit 0
}

# cached DIRECTORY: print the result, which lies in DIRECTORY-HASH of the cache
# (DIRECTORY/HASH if it ends so), and make it first if it is not there.
cached() {
	key=$({ echo "$edition"; cat "$script"; inputs; } | sha256sum | cut -c1-16)
	out=$cache/$1$key
	case $mode in
	key) echo "$key"; exit 0 ;;
	dir) echo "$out$product"; exit 0 ;;
	esac
	built

	mkdir -p "$out"
	exec 9> "$out.lock"
	if ! flock -n 9; then
		say "waiting for another build of the same"
		flock 9
	fi
	built
	log=$out/log
	: > "$log"
	started=$(date +%s)
	rm -rf "$out/apt"
	recipe
	touch "$out/done"
	say "done in $(since)"
	built
}
