#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The platform front end: the PCIe function's window and interrupt are handed to a platform device (module fcn_platform_test, built from
# tests/driver/platform), and other tests run on that.  Needs to be root.
n=0
here=$(cd "$(dirname "$0")" && pwd)
tests="get_param submit_run syncobj prime fault suspend"

result() { # NAME STATUS
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n $1"
	else
		echo "not ok $n $1"
		failed=1
	fi
}

echo "TAP version 13"
driver=/sys/bus/pci/drivers/fcn_accel
function=
for link in "$driver"/0000:*; do
	[ -e "$link" ] && function=${link##*/}
done
if [ "$(id -u)" != 0 ] || [ -z "$function" ] || ! modinfo fcn_platform_test >/dev/null 2>&1; then
	echo "1..0 # SKIP needs root, a PCIe function and the module fcn_platform_test"
	exit 4
fi
echo "1..9"
failed=0
echo "$function" >$driver/unbind && modprobe fcn_platform_test
result "bound" $?
i=0
while [ ! -c /dev/accel/accel0 ] && [ $i -lt 50 ]; do
	i=$((i + 1))
	sleep 0.1
done
for test in $tests; do
	"$here/$test" >/tmp/platform.log 2>&1
	status=$?
	grep '^not ok' /tmp/platform.log | sed 's/^/# /'
	result "$test" $status
done
rmmod fcn_platform_test
result "unbound" $?
echo "$function" >$driver/bind
"$here/get_param" >/tmp/platform.log 2>&1
result "the PCIe function works again" $?
exit $failed
