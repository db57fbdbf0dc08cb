#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# failnth on a kernel without fault injection: the module fcn_failnth (tests/driver/failnth) stands in for it.  Needs to be root.
# Arguments are failnth's.

if [ "$(id -u)" != 0 ] || ! modinfo fcn_failnth >/dev/null 2>&1; then
	echo "TAP version 13"
	echo "1..0 # SKIP needs root and the module fcn_failnth"
	exit 4
fi
modprobe fcn_failnth || exit 1
failnth "$@"
status=$?
rmmod fcn_failnth || exit 1
exit $status
