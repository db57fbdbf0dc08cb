#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Looks whether user-space C has the indentation and the blanks that clang-format gives it (.clang-format).  Prints TAP.
#
#   format.sh BUILD           all files
#   format.sh --file FILE...  these: prints the lines that differ
#
# Where a line is broken is left to its author; so is what stands before a comment at its end.  driver/ is checkpatch's
# (tests/driver/run.sh), generated headers are the generator's, and tests/rtl is C++.
set -u
cd "$(dirname "$0")/.." || exit 1

# Blanks before a comment, and before the backslash of a macro, may align them.
even() {
	sed -E 's/([^[:space:]])[[:space:]]+(\/\*|\/\/)/\1 \2/; s/[[:space:]]+\\$/ \\/'
}

check_file() {
	local a=$1.a b=$1.b dir status=0
	dir=$(mktemp -d) || return
	a=$dir/a
	b=$dir/b
	even <"$1" >"$a"
	clang-format --style=file "$1" | even >"$b"
	diff -w --old-line-format= --new-line-format= --unchanged-line-format='%dn:%L' "$a" "$b" >"$dir/ours"
	diff -w --old-line-format= --new-line-format= --unchanged-line-format='%dn:%L' "$b" "$a" >"$dir/theirs"
	awk -v name="$1" -f tests/format.awk "$dir/ours" "$dir/theirs" || status=1
	rm -r "$dir"
	return $status
}

if [ "${1-}" = --file ]; then
	shift
	status=0
	for file; do
		check_file "$file" || status=1
	done
	exit $status
fi

# Each version lays out some lines in its own way.
if ! clang-format --version | grep -q "version 14\\."; then
	echo "ok 1 - indentation of C # SKIP needs clang-format 14; this is $(clang-format --version)"
	echo "1..1"
	exit 0
fi
out=${1:?usage: format.sh BUILD | --file FILE...}/lint
mkdir -p "$out"
git ls-files '*.[ch]' | grep -vE '^(driver/|tests/driver/|tests/rtl/|uapi/drm/fcn_accel_(cmd|regs)\.h)' >"$out/c-files"
xargs -n 40 -P 2 tests/format.sh --file <"$out/c-files" >"$out/format.log"
# format-exempt: FILE, a piece of the line, why.
awk -F"\t" '
	/^#/ { next }
	FNR == NR { file[++n] = $1; piece[n] = $2; next }
	{
		found = 0
		at = substr($0, 1, index($0, ":") - 1)
		for (i = 1; i <= n; i++)
			if (file[i] == at && (piece[i] == "*" || index($0, piece[i])))
				found = used[i] = 1
		if (!found)
			print
	}
	END {
		for (i = 1; i <= n; i++)
			if (!used[i])
				print "tests/format-exempt: stale: " file[i] " " piece[i]
	}' tests/format-exempt FS="\n" "$out/format.log" >"$out/format.bad"
! grep -q . "$out/format.bad"
status=$?
if [ $status = 0 ]; then
	echo "ok 1 - $(wc -l <"$out/c-files") files of C are indented as .clang-format says"
else
	echo "not ok 1 - $(wc -l <"$out/c-files") files of C are indented as .clang-format says"
	sort "$out/format.bad" | sed 's/^/# /'
fi
echo "1..1"
exit $status
