#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs in a guest, last: writes what GCOV has counted in the driver, in lines that begin with @, for tests/coverage/driver.sh.
echo "TAP version 13"
cd /sys/kernel/debug/gcov || exit 1
n=0
find . -name "fcn_*.gcda" >/tmp/files
while read -r file; do
	# The file system says that they are empty.
	cat "$file" >/tmp/gcda
	echo "@gcda $(basename "$file")"
	base64 /tmp/gcda | sed 's/^/@+ /'
	n=$((n + 1))
done </tmp/files
[ "$n" -gt 10 ] && echo "ok 1 $n files of counts" || echo "not ok 1 $n files of counts"
echo "1..1"
