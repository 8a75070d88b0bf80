#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What:	docs/protocol.md against include/virtuos/.
# Why:	a document whose numbers are wrong is worse than none.
# How:	fields, numbers and names are taken out of the headers, compiled, and
#	held against the document's tables and sentences.  Then the test tests
#	itself: every number that was checked is changed, and every row deleted,
#	in a copy of its own, and each of these copies must be refused.
#
#	protocol.sh WORKDIR
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
doc=$top/docs/protocol.md
work=${1:?protocol.sh WORKDIR}
mkdir -p "$work"

headers="$top/include/virtuos/vsys.h $top/include/virtuos/channel.h
	$top/include/virtuos/control.h $top/include/virtuos/calls.h
	$top/include/virtuos/counters.h"
# shellcheck disable=SC2086 # a list
{
	cat <<-'END'
		#define own_format(call) \
			(call) ? "call %s %#x\n" : "request %s %d\n"
	END
	awk -f "$here/layout.awk" $headers
} > "$work/layout.c"
cat > "$work/say.c" <<-'END'
	#include <stdio.h>
	#include <virtuos/control.h>
	#include <virtuos/counters.h>
	#include <virtuos/calls.h>
	#define SAY(...) printf("say " __VA_ARGS__); putchar('\n');
	int main(void)
	{
	#include "sentences.h"
		return 0;
	}
END
${CC:-gcc} -std=gnu11 -Wall -Wno-format-security -I"$top/include" -I"$here" \
	-o "$work/layout" "$work/layout.c"
${CC:-gcc} -std=gnu11 -Wall -I"$top/include" -I"$here" \
	-o "$work/say" "$work/say.c"
"$work/layout" > "$work/facts"
"$work/say" >> "$work/facts"

check() {
	awk -f "$here/protocol.awk" "$work/facts" "$1"
}

if ! check "$doc"; then
	echo "docs/protocol.md and the headers disagree"
	exit 1
fi

awk -v list=1 -f "$here/protocol.awk" "$work/facts" "$doc" > "$work/places" ||
	true
tab=$(printf '\t')
count=0 bad=0
while IFS=$tab read -r line old new; do
	LINE=$line OLD=$old NEW=$new awk '
	NR != ENVIRON["LINE"] { print; next }
	ENVIRON["NEW"] == "" { next }
	{
		p = index($0, ENVIRON["OLD"])
		print substr($0, 1, p - 1) ENVIRON["NEW"] \
			substr($0, p + length(ENVIRON["OLD"]))
	}' "$doc" > "$work/mutated.md"
	count=$((count + 1))
	if cmp -s "$doc" "$work/mutated.md"; then
		echo "self-test: could not change line $line: $old"
		bad=1
	elif check "$work/mutated.md" > /dev/null; then
		echo "self-test: not refused: line $line: '$old' -> '$new'"
		bad=1
	fi
done < "$work/places"
echo "$(wc -l < "$work/facts") facts hold; $count false documents refused"
[ "$count" -gt 60 ] || { echo "self-test: too few places"; exit 1; }
exit $bad
