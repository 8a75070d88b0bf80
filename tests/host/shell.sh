#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What:	shellcheck over every shell script of the project.
# How:	every file under version control whose first line names sh or bash.
set -u
cd "${1:?shell.sh TOP}" || exit 2
if ! command -v shellcheck > /dev/null; then
	echo "SKIP: shellcheck is not installed (Debian package shellcheck)"
	exit 77
fi
# Words that are meant to be split, and variables that sourced files share.
allowed=SC1091,SC2034,SC2046,SC2154
bad=0 count=0
for f in $(git ls-files); do
	[ -f "$f" ] || continue
	case $(head -n 1 "$f" | tr -d '\0') in
	'#!'*/sh* | '#!'*/bash* | '#!'*'env bash'*) ;;
	*)
		grep -q '^# shellcheck shell=' "$f" || continue
		;;
	esac
	count=$((count + 1))
	shellcheck -x -S warning -e "$allowed" "$f" || bad=1
done
echo "$count scripts"
[ "$count" -gt 0 ] || bad=1
exit $bad
