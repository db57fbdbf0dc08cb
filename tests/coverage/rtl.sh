#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Line and toggle coverage of the Verilog, from random streams and the simulator's tests on an 8x8 core built for it.
#
#   rtl.sh BUILD
#
# STREAMS: cases (default 150); SEED: of the first (1).  The core begins with random contents, so that its reset
# toggles what a run would not, such as the upper half of a counter.  Prints what part of lines and toggles was reached, and the lines that
# were not; BUILD/coverage/rtl/annotated has the sources with counts.  Fails when a line was missed that
# tests/coverage-unreached.txt does not explain, and when an explanation there is about no line that was missed.
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: rtl.sh BUILD}
out=$build/coverage/rtl
rm -rf "$out"
mkdir -p "$out/dat" "$out/annotated"

export VARIANT=cov GEOMETRIES=8x8
tests/stream/build.sh "$build" stream_test '' tests/stream/*.c
FCN_SIM_COVERAGE=$out/dat "$build/tests-cov/stream_test" --geometry 8x8 --seed "${SEED:-1}" --count "${STREAMS:-150}" | tail -n 1
# Registers, resets, aborts.
make -s -f tests/sim/tests.mk BUILD="$build" VARIANT=cov GEOMETRIES=8x8 TEST_OUT="$build/tests-cov/sim" \
	"$build/tests-cov/sim/test_walk" "$build/tests-cov/sim/test_core"
for test in walk core; do
	FCN_SIM_COVERAGE=$out/dat "$build/tests-cov/sim/test_$test" >"$out/test_$test.log" 2>&1 || {
		cat "$out/test_$test.log"
		exit 1
	}
done

verilator_coverage --write "$out/merged.dat" "$out"/dat/*.dat
verilator_coverage --annotate "$out/annotated" --annotate-min 1 "$out/merged.dat" >/dev/null
verilator_coverage --write-info "$build/coverage/rtl.info" "$out/merged.dat" >/dev/null

# A point is C 'keys' count; keys are ^Akey^Bvalue: f file, l line, page kind/module.  Instances of a module are summed up.
# So is a generated block: it is reached when one of its copies is.
awk '
	/^C / {
		keys = $0; sub(/^C \047/, "", keys); sub(/\047 [0-9]+$/, "", keys)
		split("", v)
		n = split(keys, part, "\001")
		for (i = 1; i <= n; i++) { split(part[i], kv, "\002"); v[kv[1]] = kv[2] }
		kind = v["page"]; sub(/^v_/, "", kind); sub(/\/.*/, "", kind)
		file = v["f"]; sub(/.*\//, "", file)
		id = kind SUBSEP file SUBSEP v["l"] SUBSEP v["o"] SUBSEP v["n"]
		hits[id] += $NF
	}
	END {
		for (id in hits) {
			split(id, k, SUBSEP)
			total[k[1]]++
			if (hits[id]) got[k[1]]++
			else if (k[1] != "toggle") print k[2] ":" k[3] > missed
		}
		for (kind in total)
			printf "%-7s %6d of %6d reached, %.1f %%\n", kind, got[kind], total[kind], 100 * got[kind] / total[kind]
	}' missed="$out/missed.raw" "$out/merged.dat" | sort
touch "$out/missed.raw"
sort -u "$out/missed.raw" >"$out/missed"

# coverage-unreached.txt: FILE, a piece of the line, why.  Lines move, their text does not.
status=0
: >"$out/used"
while IFS=: read -r file line; do
	text=$(sed -n "${line}p" "rtl/$file" | sed 's/^ *//')
	if reason=$(T=$text awk -F'\t' -v f="$file" -v used="$out/used" '
		$1 == f && index(ENVIRON["T"], $2) { print $3; print $0 >>used; found = 1; exit }
		END { exit !found }' tests/coverage-unreached.txt); then
		echo "explained   $file:$line: $text ($reason)"
	else
		echo "unexplained $file:$line: $text"
		status=1
	fi
done <"$out/missed"
if grep -v '^#' tests/coverage-unreached.txt | grep -vxFf "$out/used" >"$out/stale"; then
	sed 's/^/stale       /' "$out/stale"
	status=1
fi
exit $status
