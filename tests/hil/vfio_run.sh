#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the vfio-user server, without QEMU; prints TAP.
#
#   vfio_run.sh BUILD        FUZZ: hostile connections of each run (150), SEED: of them (1)
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: vfio_run.sh BUILD}
out=$build/tests/hil
failed=0
mkdir -p "$out"

compilers=()
for cc in gcc clang; do
	command -v "$cc" >/dev/null && compilers+=("$cc")
done
echo "1..${#compilers[@]}"
n=0
for cc in "${compilers[@]}"; do
	n=$((n + 1))
	if "$cc" -std=c11 -Wall -Wextra -Wshadow -Werror -fsyntax-only -D_GNU_SOURCE -Isim -Iuapi -Isim/vfio -Itests/hil \
		sim/vfio/*.c tests/hil/*.c 2>"$out/$cc.log"; then
		echo "ok $n - $cc has nothing to say"
	else
		echo "not ok $n - $cc has nothing to say"
		sed 's/^/# /' "$out/$cc.log"
		failed=1
	fi
done

tests/hil/judges.sh || failed=1

if ! make -s -f tests/hil/tests.mk BUILD="$build" tests >"$out/make.log" 2>&1; then
	sed 's/^/# /' "$out/make.log"
	exit 1
fi

export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
for san in asan tsan; do
	export FCN_VFIO=$PWD/$out/fcn-vfio-$san
	[ "$san" = asan ] || export RIG_TSAN=1
	for test in protocol memory jobs faults; do
		echo "# $test, $san"
		# cmocka calls a skipped test "not ok".
		timeout 300 "$out/test_$test" | sed "s/^not ok \\(.*# SKIP\\)/ok \\1/" || failed=1
	done
	timeout 300 "$out/fuzz" "${SEED:-1}" "${FUZZ:-150}" || failed=1
done
exit $failed
