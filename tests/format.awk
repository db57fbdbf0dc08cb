# SPDX-License-Identifier: MIT
#
# Lines of which two files have the same but for blanks: those of the first, "NUMBER:TEXT", then those of the second.  Prints where the
# blanks differ.
#
#   awk -v name=FILE -f format.awk LINES-OF-THE-FILE LINES-OF-ITS-FORMATTED-FORM
#
# A line that continues another is aligned with something in it: its indentation is not looked at; nor is what follows a line that
# is broken elsewhere. Behind a comma blanks may align a table. Bodies of macros are left alone.

{
	at = $0; sub(/:.*/, "", at)
	text = $0; sub(/^[0-9]+:/, "", text)
}
FNR == NR { number[FNR] = at; line[FNR] = text; next }
{
	follows = FNR == 1 || (number[FNR] == number[FNR - 1] + 1 && at == before + 1)
	a = line[FNR]
	b = text
	if (b ~ /^\t* / || line[FNR - 1] ~ /[,(|&+?:"=-]$/) {
		sub(/^[ \t]+/, "", a)
		sub(/^[ \t]+/, "", b)
	}
	gsub(/,[ \t]+/, ", ", a)
	gsub(/,[ \t]+/, ", ", b)
	differs = a != b
	macro = line[FNR] ~ /\\$/ || line[FNR - 1] ~ /\\$/ || line[FNR] ~ /^#/
	odd = differs && (!follows || odd_before)
	if (differs && !odd && !macro) {
		printf "%s:%d: %s\n", name, number[FNR], line[FNR]
		bad = 1
	}
	odd_before = odd
	before = at
}
END { exit bad }
