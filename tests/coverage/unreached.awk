# SPDX-License-Identifier: MIT
#
# Which functions of C have lines that no test reaches, and whether that is explained.
#
#   awk -v top=FOLDER -f unreached.awk coverage-unreached-c.txt COVERAGE.info...
#
# The first file has lines FILE, FUNCTION (* for all of the file's), REASON, separated by tabs.  Prints what is not explained and what
# explains nothing, but for reasons that begin with "on some machines:" or "on some runs:"; exit status 1 if there was any.

FNR == NR {
	if (!/^#/ && NF) {
		split($0, f, "\t")
		why[f[1], f[2]] = f[3]
		named[f[1]] = 1
	}
	next
}
/^SF:/ {
	file = substr($0, 4)
	if (index(file, top "/") == 1)
		file = substr(file, length(top) + 2)
	seen[file] = 1
	split("", start)
	next
}
/^FN:/ { split(substr($0, 4), f, ","); start[f[1]] = f[2]; next }
/^DA:/ {
	split(substr($0, 4), f, ",")
	if (f[1] in start)
		func_now = start[f[1]]
	total++
	if (f[2] > 0) { got++; next }
	missed[file, func_now]++
	lines[file, func_now] = lines[file, func_now] " " f[1]
	next
}
/^end_of_record/ { func_now = ""; next }

END {
	for (k in missed) {
		split(k, f, SUBSEP)
		if ((f[1], f[2]) in why)
			used[f[1], f[2]] = 1
		else if ((f[1], "*") in why)
			used[f[1], "*"] = 1
		else {
			printf "unexplained %s %s:%s\n", f[1], f[2], lines[k] | "sort"
			bad = 1
			continue
		}
		explained += missed[k]
	}
	close("sort")
	for (k in why) {
		split(k, f, SUBSEP)
		if (seen[f[1]] && !(k in used) && why[k] !~ /^on some (machines|runs):/) {
			printf "stale       %s %s\n", f[1], f[2]
			bad = 1
		}
	}
	printf "%d of %d lines of C reached, %d explained\n", got, total, explained
	exit bad
}
