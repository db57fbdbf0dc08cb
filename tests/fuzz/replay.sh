#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the sequences of a file (operations up to a line `end`) in a guest, and prints what each call returns, and the kernel's log.
#
#   replay.sh BUILD FILE [KERNEL [TIMES]]     default: 6.12, once
#
# FILE may be a piece of a journal that tests/fuzz/run.sh has left.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: replay.sh BUILD FILE [KERNEL [TIMES]]}
file=$(realpath "${2:?usage: replay.sh BUILD FILE [KERNEL [TIMES]]}") || exit 1
kernel=${3:-6.12}
export BUILD=$build
. tests/hil/build.sh
. tests/fuzz/guest.sh

dir=$build/fuzz-ioctl/replay-$kernel
mkdir -p "$dir"
fuzz_build "$kernel" "$dir" || exit 1
cp "$file" "$dir/files/tests/replay.seq"
fuzz_guest "$kernel" "$dir" 300 "fuzz_ioctl --replay /tests/replay.seq --times ${4:-1}"
status=$?
cat "$dir/results.log"
awk -f tests/hil/splat.awk "$dir/console.log" && exit $status
echo "the kernel's log: $dir/console.log"
exit 1
