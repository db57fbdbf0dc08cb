#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Hardware in the loop, two clients at work, and each fault of tests/hil/reactions in a guest of its own: what must become of the jobs of
# the client that it is aimed at, and of the other's.  Prints TAP.
#
#   reactions.sh BUILD [6.12|backports] [NAME...]    default: 6.12, all
#
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: reactions.sh BUILD [6.12|backports] [NAME...]}
kernel=${2:-6.12}
shift $(($# < 2 ? $# : 2))
export BUILD=$build
. tests/hil/build.sh
# shellcheck source=tests/hil/reaction.sh
. tests/hil/reaction.sh

names=("$@")
[ $# -gt 0 ] || read -r -d '' -a names < <(sed -n 's/^\([a-z-]*\) *|.*/\1/p' tests/hil/reactions)
for name in "${names[@]}"; do
	reaction "$name" || exit 2
done

# The page that says what must happen names each plan as it is.
check_page() {
	local log=$1/page.log name line row
	for name in "${names[@]}"; do
		reaction "$name"
		tr ';' '\n' <<<"${row[1]-}" | sed 's/^ *//' | while read -r line; do
			[ -z "$line" ] || grep -qF "\`$line\`" Documentation/faults.md || echo "$name: $line"
		done
		grep -qF "\`$name\`" Documentation/faults.md || echo "$name"
	done >"$log"
	! grep -q . "$log"
	result $? "Documentation/faults.md names each of these plans" "$log"
}

dir=$build/hil/reactions-$kernel
mkdir -p "$dir"
check_page "$dir"
make -s vfio accelctl tools >"$dir/build.log" 2>&1
if result $? "server, accelctl and tools build" "$dir/build.log" && { build_module "$kernel" "$dir" >"$dir/build.log" 2>&1; result $? "the module builds" "$dir/build.log"; } &&
	build_clients "$kernel" "$dir"; then
	for name in "${names[@]}"; do
		run_reaction "$kernel" "$dir" "$name"
	done
fi
finish
