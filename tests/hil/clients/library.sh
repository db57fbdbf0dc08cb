#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What libaccel makes of a device that fails: runs a U-Net again and again, and demands of each run what it is told to.  For the guests of
# tests/hil/reaction.sh.  Prints TAP.
#
#   library.sh bus|stuck|gone|lost|right...
#
#   right   the result equals the host's, byte for byte
#   bus     an error that names the bus, the address, the layer and the command
#   stuck   an error that says that the job made no progress
#   gone    an error that says that the device is gone
#   lost    an error that names the device and says that its driver has given it up: nobody can open one that is gone
#   A-or-B  either of two, where the time decides which
cd "$(dirname "$0")" || exit 1
echo "TAP version 13"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo 1000 >/sys/module/fcn_accel/parameters/timeout_ms
fits() { # WANTED STATUS
	case $1 in
	right) [ "$2" = 0 ] && grep -q "^host:.* equal$" "$log" ;;
	bus) [ "$2" = 1 ] && grep -qE "bus error at address 0x[0-9a-f]+ \(layer '[^?']+', command [0-9]+\)" "$log" ;;
	stuck) [ "$2" = 1 ] && grep -q "made no progress" "$log" ;;
	gone) [ "$2" = 1 ] && grep -q "/dev/accel/accel[0-9]* is gone" "$log" ;;
	lost) [ "$2" = 1 ] && grep -q "/dev/accel/accel[0-9]* is lost" "$log" ;;
	*-or-*) fits "${1%%-or-*}" "$2" || fits "${1#*-or-}" "$2" ;;
	*) false ;;
	esac
}

n=0
failed=0
for want; do
	n=$((n + 1))
	accelctl verify models/unet.onnx --devices drm:,host: --seed "$n" >"$log" 2>&1
	status=$?
	if fits "$want" "$status"; then
		echo "ok $n - run $n: $want"
	else
		failed=1
		echo "not ok $n - run $n: $want (exit status $status)"
	fi
	sed 's/^/# /' "$log"
done
echo "1..$n"
exit $failed
