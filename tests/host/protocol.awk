# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f protocol.awk FACTS docs/protocol.md
#
# FACTS is what the program of layout.awk printed, and lines "say SENTENCE".
# Prints every disagreement and exits 1 if there was one.  With -v list=1 it
# prints, for the self-test, the places that it checked:
#
#	LINE <tab> OLD TEXT <tab> TEXT THAT MUST BE REFUSED
#
# (new text empty: the line deleted must be refused).

function wrong(what) {
	bad = 1
	if (!list)
		printf "protocol.md:%s: %s\n", FNR, what
}

# Remember a place; the number in "text" is to be changed.
function place(text, number,	changed) {
	if (!list)
		return
	changed = text
	sub(number, number "1", changed)
	printf "%d\t%s\t%s\n", FNR, text, changed
	printf "%d\t%s\t\n", FNR, text
}

function strip(s) {
	gsub(/^[ \t]+|[ \t]+$/, "", s)
	return s
}

function words(s, out,	n) {
	n = 0
	while (match(s, /`[^`]+`/)) {
		out[++n] = substr(s, RSTART + 1, RLENGTH - 2)
		s = substr(s, RSTART + RLENGTH)
	}
	return n
}

# Does the line say it, and not only as the beginning of a longer number?
function says(line, s,	p) {
	p = index(line, s)
	return p && substr(line, p + length(s), 1) !~ /[0-9A-Za-z]/
}

function structure(name) {
	table = "field"
	current = name
}

FNR == NR {
	if ($1 == "field") {
		offset[$2, $3] = $4
		bytes[$2, $3] = $5
	} else if ($1 == "say") {
		say[++sentences] = substr($0, 5)
	} else {
		value[$1, $2] = $3
	}
	facts++
	next
}

# All sentences may stand anywhere.
{
	for (i = 1; i <= sentences; i++) {
		if (says($0, say[i])) {
			said[i] = 1
			if (list)
				printf "%d\t%s\t%s\n", FNR, say[i], mutate(say[i])
		}
	}
}

# The last number of a sentence, made different.
function mutate(s,	p) {
	p = length(s)
	while (p && substr(s, p, 1) !~ /[0-9a-f]/)
		p--
	while (p && substr(s, p, 1) !~ /[0-9]/)
		p--
	return substr(s, 1, p) "1" substr(s, p + 1)
}

/^#/ { table = "" }
/^### Head / { structure("vsys_head") }
/^### Slot / { structure("vsys_slot") }
/^`struct vsys_[a-z]+`:/ { words($0, w); structure(substr(w[1], 8)) }
/^Feature bits:/ { table = "feature" }
/^The protocol's own calls:/ { table = "call" }
/^\| nr \| request / { table = "request" }
/^\| node \| written by/ { table = "node" }
!/^\|/ && !/^`struct|^Feature|^The protocol's|^#/ && NF { table = "" }

/^\|/ && !/^\| ---/ {
	split($0, col, "|")
	for (i in col)
		col[i] = strip(col[i])
}

table == "field" && /^\| [0-9]/ {
	n = words(col[4], names)
	total = 0
	for (i = 1; i <= n; i++) {
		if (!((current, names[i]) in offset)) {
			wrong("struct " current " has no " names[i])
			continue
		}
		if (offset[current, names[i]] != col[2] + total)
			wrong(current "." names[i] " is at " \
			      offset[current, names[i]] ", not at " \
			      col[2] + total)
		total += bytes[current, names[i]]
		delete offset[current, names[i]]
	}
	if (total != col[3])
		wrong(col[4] " has " total " bytes, not " col[3])
	place("| " col[2] " | " col[3] " | `" names[1], col[2])
	place(" " col[3] " | `" names[1], col[3])
}

table == "feature" && /^\| [0-9]/ {
	words(col[3], names)
	if (value["feature", names[1]] != col[2] ||
	    !(("feature", names[1]) in value))
		wrong("feature " names[1] " is not bit " col[2])
	delete value["feature", names[1]]
	place("| " col[2] " | `" names[1], col[2])
}

(table == "call" || table == "request") && /^\| (0x)?[0-9]/ {
	if (!((table, col[3]) in value) || value[table, col[3]] != col[2])
		wrong(table " " col[3] " is not number " col[2])
	delete value[table, col[3]]
	place("| " col[2] " | " col[3], col[2])
}

table == "node" && /^\| `/ {
	n = words(col[2], names)
	for (i = 1; i <= n; i++) {
		sub(/-[0-9]+$/, "-N", names[i])
		if (names[i] ~ /^(backend|frontend)(-id)?$|^online$|^state$/)
			continue
		if (!(("node", names[i]) in value))
			wrong("no header names the node " names[i])
		seen["node", names[i]] = 1
	}
}

END {
	FNR = "end"
	for (k in offset) {
		split(k, w, SUBSEP)
		wrong("struct " w[1] ": nothing about " w[2])
	}
	for (k in value) {
		split(k, w, SUBSEP)
		if (!(k in seen))
			wrong("nothing about the " w[1] " " w[2])
	}
	for (i = 1; i <= sentences; i++)
		if (!(i in said))
			wrong("does not say: " say[i])
	if (facts < 60)
		wrong("only " facts + 0 " facts were found in the headers")
	exit bad
}
