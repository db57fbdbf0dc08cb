#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The guest's part of hil.sh: runs hil_client on the driver.  With HIL_BENCH=count it counts, too, what the client asks of the kernel
# while it measures.  For each line of models/cases (NAME MODEL one|two WARM RUNS) it prints
#
#   case NAME, hil_client's lines, `ioctl NUMBER COUNT` for each ioctl
#
# and one line of TAP.
cd "$(dirname "$0")" || exit 1
echo "TAP version 13"
device=$(readlink -f /sys/class/accel/accel0/device) || exit 1
event=/sys/kernel/tracing/events/syscalls/sys_enter_ioctl
count='hist:keys=cmd.hex:size=1024 if comm == "hil-measures"'

# A core that falls asleep between runs is reset when it wakes up: then a run has register accesses that are not its own.
echo on >"$device/power/control" || exit 1

counting() {
	[ "${HIL_BENCH-}" = count ]
}

failed=0
n=0
while read -r name model how warm runs; do
	echo "case $name"
	! counting || echo "$count" >"$event/trigger" || exit 1
	n=$((n + 1))
	if hil_client drm: "models/$model.onnx" "$how" "$warm" "$runs" 1 </dev/null; then
		echo "ok $n - $name"
	else
		failed=1
		echo "not ok $n - $name"
	fi
	counting || continue
	sed -n 's/^{ cmd: *\([0-9a-fx]*\) *} *hitcount: *\([0-9]*\).*/ioctl \1 \2/p; s/.*Dropped: *\([1-9][0-9]*\).*/dropped \1/p' "$event/hist"
	echo "!$count" >"$event/trigger"
done <models/cases
echo "1..$n"
exit $failed
