#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Random command streams: the model against itself in two orders, then the Verilated core in each geometry against
# the model.  Prints TAP; the coverage table is in BUILD/tests/stream-coverage.txt.
#
#   run.sh BUILD
#
# GEOMETRIES: cores (default: 8x8 8x16 16x16); STREAMS: cases per geometry (default: 1000); SEED: of the first (1).
# A run of fewer than 2000 cases does not have to hit every class.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD}
geometries=${GEOMETRIES:-8x8 8x16 16x16}
streams=${STREAMS:-1000}
seed=${SEED:-1}
out=$build/tests
test=$out/stream_test
. tests/tap.sh

# compared STATUS NAME LOG: of the log only what differs, not what was covered.
compared() {
	result "$1" "$2" || grep '^#' "$3" | grep -v '^# \(field\|command\|token\|plan\|situation\)'
}

if ! tests/stream/build.sh "$build" stream_test '' tests/stream/*.c >"$build/stream-build.log" 2>&1; then
	sed 's/^/# /' "$build/stream-build.log"
	echo 'Bail out! stream_test does not build'
	exit 1
fi

"$test" --model-only --geometry 16x16 --seed "$seed" --count "$streams" >"$out/stream-model.log" 2>&1
compared $? "model: $streams cases are the same in every order that tokens allow" "$out/stream-model.log"

# Two geometries at a time: machines have two cores at least.
first=$seed
merge=()
running=()
declare -A pid
for g in $geometries; do
	"$test" --geometry "$g" --seed "$seed" --count "$streams" --cover-out "$out/stream-$g.cover" >"$out/stream-$g.log" 2>&1 &
	pid[$g]=$!
	running+=("$g")
	merge+=(--cover-in "$out/stream-$g.cover")
	seed=$((seed + streams))
	if [ ${#running[@]} -ge 2 ]; then
		wait "${pid[${running[0]}]}"
		compared $? "core ${running[0]}: $streams cases are as in the model" "$out/stream-${running[0]}.log"
		running=("${running[@]:1}")
	fi
done
for g in "${running[@]}"; do
	wait "${pid[$g]}"
	compared $? "core $g: $streams cases are as in the model" "$out/stream-$g.log"
done

"$test" --count 0 "${merge[@]}" --cover >"$out/stream-coverage.txt"
status=$?
if [ $((seed - first)) -lt 2000 ]; then
	skip 'every class of commands, fields and endings was hit' "only $((seed - first)) cases"
else
	compared $status 'every class of commands, fields and endings was hit' <(grep NEVER "$out/stream-coverage.txt")
fi
grep -h ' cases, ' "$out"/stream-model.log "$out"/stream-*x*.log
finish
