#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Random command streams from fresh seeds until time is up, two minutes per geometry in turn.
#
#   soak.sh BUILD HOURS
#
# Each round prints its seeds, so that whatever fails can be repeated.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: soak.sh BUILD HOURS}
hours=${2:?usage: soak.sh BUILD HOURS}
geometries=${GEOMETRIES:-8x8 8x16 16x16}
end=$(($(date +%s) + $(awk -v h="$hours" 'BEGIN { print int(3600 * h) }')))
failed=0

tests/stream/build.sh "$build" stream_test '' tests/stream/*.c || exit 1
while [ "$(date +%s)" -lt $end ]; do
	for g in $geometries; do
		seed=$(od -An -N5 -tu8 /dev/urandom | tr -d ' ')
		left=$((end - $(date +%s)))
		[ $left -gt 0 ] || break
		echo "# $g from seed $seed"
		"$build/tests/stream_test" --geometry "$g" --seed "$seed" --count 1000000 \
			--seconds $((left < 120 ? left : 120)) || failed=1
	done
done
exit $failed
