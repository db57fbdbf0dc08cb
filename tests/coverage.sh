#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Coverage of everything, on one page: the Verilog (tests/coverage/rtl.sh), libaccel (library.sh), the driver in a guest (driver.sh).
#
#   coverage.sh BUILD [PART...]      parts: rtl library driver (all)
#
# BUILD/coverage/html/index.html is the page.  Fails when a line was missed that tests/coverage-unreached.txt (Verilog) or
# tests/coverage-unreached-c.txt (C) does not explain, and when an explanation there is about nothing that was missed.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: coverage.sh BUILD [PART...]}
shift
[ $# -gt 0 ] || set -- rtl library driver
out=$build/coverage
status=0
mkdir -p "$out"
tests/deps.sh lcov || exit 1

for part; do
	rm -f "$out/$part.info"
	"tests/coverage/$part.sh" "$build" || status=1
done

infos=()
for part in rtl library driver; do
	[ ! -s "$out/$part.info" ] || infos+=("$out/$part.info")
done
[ ${#infos[@]} -gt 0 ] || exit 1
rm -rf "$out/html"
# Verilator names files from the top folder.
sed "s#^SF:rtl/#SF:$PWD/rtl/#" "${infos[@]}" >"$out/all.info"
genhtml --quiet --legend --title fcnaccel --prefix "$PWD" --output-directory "$out/html" "$out/all.info" >"$out/genhtml.log" 2>&1 || {
	tail -n 5 "$out/genhtml.log"
	exit 1
}
# By folder.
awk -F: -v top="$PWD/" '
	/^SF:/ { dir = $2; sub(top, "", dir); sub(/\/[^\/]*$/, "", dir) }
	/^DA:/ { split($2, f, ","); total[dir]++; got[dir] += f[2] > 0 }
	END { for (dir in total) printf "%-24s %6d of %6d lines, %.1f %%\n", dir, got[dir], total[dir], 100 * got[dir] / total[dir] }' \
	"$out/all.info" | sort
c=()
for part in library driver; do
	[ ! -s "$out/$part.info" ] || c+=("$out/$part.info")
done
[ ${#c[@]} = 0 ] || awk -v top="$PWD" -f tests/coverage/unreached.awk tests/coverage-unreached-c.txt "${c[@]}" || status=1
echo "$out/html/index.html"
exit $status
