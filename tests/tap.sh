# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# TAP for scripts that test: included by them.
#
# n counts the tests, failed becomes 1 with the first that fails.
n=0
failed=0

# result STATUS NAME [LOG]: one test; its log's end follows when it failed.  Returns STATUS.
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		[ -z "${3-}" ] || tail -n 40 "$3" | sed 's/^/# /'
	fi
	return "$1"
}

# skip NAME REASON: one that cannot run here.
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# finish: the plan; the exit status says whether all passed.
finish() {
	echo "1..$n"
	exit "$failed"
}
