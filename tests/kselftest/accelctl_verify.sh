#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Whole networks through libaccel and the driver: each result equals the host's byte for byte; two processes at once, too.
# Models lie in models/ beside this script (models.sh makes them).  Prints TAP; exit status 4 where there is no device.
cd "$(dirname "$0")" || exit 1
echo "TAP version 13"

if ! command -v accelctl >/dev/null; then
	echo "1..0 # SKIP accelctl is not installed"
	exit 4
fi
if ! accelctl info 2>/dev/null | grep -q '^drm:'; then
	echo "1..0 # SKIP accelctl finds no drm: device"
	exit 4
fi

n=0
failed=0
result() { # STATUS NAME LOG
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		failed=1
		echo "not ok $n - $2"
		sed 's/^/# /' "$3"
	fi
}

log=$(mktemp)
other=$(mktemp)
trap 'rm -f "$log" "$other"' EXIT

models=$(ls models/*.onnx 2>/dev/null)
if [ -z "$models" ]; then
	echo "1..0 # SKIP there are no models; models.sh makes them"
	exit 4
fi
for model in $models; do
	name=$(basename "$model" .onnx)
	accelctl verify "$model" --devices drm:,host: --seed 7 >"$log" 2>&1
	result $? "$name on drm: equals host:" "$log"
	grep -q '^host:.* equal$' "$log"
	result $? "$name was compared" "$log"
done

# The core does the work, not the host behind its back: a line per layer, with the core's own cycles.
model=models/unet.onnx
accelctl profile "$model" --device drm: --csv >"$log" 2>&1
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	$col["op"] ~ /Conv/ { n++; if ($col["on"] != "core" || $col["cycles"] == 0) bad++ }
	END { exit !(n > 10 && !bad) }' "$log"
result $? "every convolution of the U-Net ran on the core" "$log"

# What accelctl does not do: fences, buffers, dma-bufs.
if command -v libaccel_api >/dev/null; then
	libaccel_api "$model" >"$log" 2>&1
	result $? "libaccel's fences, buffers and dma-bufs" "$log"
fi

# Twice at the same time, each with a context of its own.
accelctl verify "$model" --devices drm:,host: --seed 1 >"$other" 2>&1 &
first=$!
accelctl verify "$model" --devices drm:,host: --seed 2 >"$log" 2>&1
result $? "two processes at once: the second" "$log"
wait "$first"
result $? "two processes at once: the first" "$other"

# Names of the device, and one that is not there.
accelctl verify "$model" --devices drm:/dev/accel/accel0,host: >"$log" 2>&1
result $? "a device by its path" "$log"
accelctl verify "$model" --devices drm:/dev/accel/accel63,host: >"$log" 2>&1
test $? != 0 && grep -q accel63 "$log"
result $? "a device that is not there is named" "$log"
accelctl verify "$model" --devices drm:/dev/null,host: >"$log" 2>&1
test $? != 0 && grep -q /dev/null "$log"
result $? "a file that is no device is named" "$log"

echo "1..$n"
exit "$failed"
