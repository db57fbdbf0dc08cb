#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KUnit's tests of the driver's pure parts: the module fcn_accel_kunit has them (driver/tests), and KUnit runs them when it is loaded.
# Prints KUnit's results, one line for each case.
log=/sys/kernel/debug/kunit

echo "TAP version 13"
if [ "$(id -u)" != 0 ] || [ ! -d $log ] || ! modinfo fcn_accel_kunit >/dev/null 2>&1; then
	echo "1..0 # SKIP needs root, a kernel with KUnit, and the module fcn_accel_kunit"
	exit 4
fi
modprobe fcn_accel_kunit || exit 1
for results in "$log"/fcn_*/results; do
	suite=${results%/results}
	echo "# ${suite##*/}"
	# Cases stand below their suite, indented; what they logged is indented further.
	sed -n "s/^    \(\(not \)\{0,1\}ok\) [0-9]* \(.*\)/\1 ${suite##*/}.\3/p; s/^ *# /# /p" "$results"
done >/tmp/kunit.log
awk '/^(not )?ok / { n++; bad += /^not/; sub(/ok /, "ok " n " "); print; next } { print } END { print "1.." n + 0; exit bad || !n }' /tmp/kunit.log
status=$?
# Files that a test has closed are put by a worker, a moment later.
i=0
until rmmod fcn_accel_kunit; do
	i=$((i + 1))
	[ $i -le 50 ] || { status=1; break; }
	sleep 0.1
done
exit $status
