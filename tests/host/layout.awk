# SPDX-License-Identifier: GPL-2.0-only
#
# Reads headers of include/virtuos and writes a C program that prints what
# docs/protocol.md tells about them:
#
#	field STRUCT NAME OFFSET BYTES
#	feature NAME BIT
#	node NAME
#	request NAME NUMBER
#	call NAME NUMBER
#
# Reserved fields and padding are left out.

BEGIN {
	print "#include <stdio.h>"
	print "#include <virtuos/control.h>"
	print "#include <virtuos/counters.h>"
	print "#include <virtuos/calls.h>"
	print "int main(void)\n{"
	want["vsys_head"] = want["vsys_slot"] = 1
	want["vsys_open"] = want["vsys_creds"] = 1
	want["vsys_counter"] = want["vsys_account"] = 1
	want["vsys_record"] = want["vsys_records"] = 1
	want["vsys_count"] = want["vsys_totals"] = want["vsys_symbol"] = 1
}

# Comments away; they may span lines.
{
	line = $0
	if (comment) {
		if (!sub(/^.*\*\//, "", line))
			next
		comment = 0
	}
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
	if (sub(/\/\*.*$/, "", line))
		comment = 1
}

match(line, /^struct vsys_[a-z]+ \{/) {
	name = line
	sub(/^struct /, "", name)
	sub(/ \{.*/, "", name)
	inside = name in want ? name : ""
	next
}

/^};/ { inside = ""; own = 0 }

inside != "" && line ~ /;/ {
	n = split(line, part, /[;,]/)
	for (i = 1; i <= n; i++) {
		field = part[i]
		sub(/\[.*/, "", field)
		sub(/^.*[ \t]/, "", field)
		if (field == "" || field ~ /^(pad|reserved)[0-9]*$/)
			continue
		printf "printf(\"field %s %s %%zu %%zu\\n\", " \
			"offsetof(struct %s, %s), " \
			"sizeof(((struct %s *)0)->%s));\n",
			inside, field, inside, field, inside, field
	}
}

line ~ /^#define VSYS_FEATURE_[A-Z]+[ \t]/ {
	split(line, part, /[ \t]+/)
	printf "printf(\"feature %s %%d\\n\", __builtin_ctz(%s));\n",
		part[2], part[2]
}

line ~ /^#define VSYS_NODE_/ {
	split(line, part, /[ \t]+/)
	value = line
	sub(/^[^"]*"/, "", value)
	sub(/".*/, "", value)
	sub(/%u/, "N", value)
	printf "puts(\"node %s\");\n", value
}

line ~ /^enum vsys_control_nr/ { own = "request" }
line ~ /^enum vsys_call_nr/ { own = "call" }
own && line ~ /^[ \t]+VSYS_[A-Z_]+[ \t]*=/ {
	split(line, part, /[ \t]+/)
	name = part[2]
	sub(/^VSYS_(CONTROL|NR)_/, "", name)
	printf "printf(own_format(%d), \"%s\", %s);\n", own == "call", name,
		part[2]
}

END {
	print "return 0;\n}"
}
