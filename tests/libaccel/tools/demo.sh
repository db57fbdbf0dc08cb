#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs a demo as a user does, and looks at what it left: of the three, the one that fetches nothing.  Prints TAP.
#
#   demo.sh BUILD_DIR
set -u
build=${1:?usage: demo.sh BUILD_DIR}
cd "$(dirname "$0")/../../.." || exit 1
out=$build/demo/gan
log=$build/demo-gan.log
. tests/tap.sh

rm -rf "$out"
make -s demo-gan BUILD="$build" >"$log" 2>&1
result $? "make demo-gan" "$log"
cmp "$out/core.npy" "$out/host.npy" >>"$log" 2>&1
result $? "core and host have the same bytes" "$log"
# A picture of one grey would be of no use: 64 pictures of clothes do not fit into 20 kB.
"$build/accel-picture" crop "$out/gan.png" 0 0 526 526 "$out/cut.png" >>"$log" 2>&1 && [ "$(stat -c %s "$out/cut.png")" -gt 20000 ]
result $? "a picture of 526 x 526 pixels with something on it" "$log"
for column in ConvTranspose Tanh; do
	awk -v op=$column '$2 == op && $3 == "core" && $5 > 0 { found = 1 } END { exit !found }' "$out/profile.txt"
	result $? "the profile has cycles of $column" "$log"
done
if command -v python3 >/dev/null; then
	python3 -m json.tool "$out/trace.json" >/dev/null 2>>"$log"
	result $? "the trace is JSON" "$log"
fi
finish
