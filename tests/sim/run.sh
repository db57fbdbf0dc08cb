#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the simulator library; prints TAP.
#
#   run.sh BUILD        GEOMETRIES (of the environment): the Verilated cores that are built and tested
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD}
out=$build/tests/sim
failed=0
mkdir -p "$out"

build_tests() { # ARGUMENT... of make; its output only when it fails
	if ! make -s -f tests/sim/tests.mk BUILD="$build" "$@" >"$out/make.log" 2>&1; then
		sed 's/^/# /' "$out/make.log"
		return 1
	fi
}

run() { # PROGRAM: one that prints TAP
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$out/$1" || failed=1
}

# Every C file, with every compiler that is there.
files=(sim/*.c tests/sim/*.c)
compilers=()
for cc in gcc clang; do
	command -v "$cc" >/dev/null && compilers+=("$cc")
done
echo "1..${#compilers[@]}"
n=0
for cc in "${compilers[@]}"; do
	n=$((n + 1))
	if "$cc" -std=c11 -Wall -Wextra -Wshadow -Werror -fsyntax-only -Isim -Iuapi -Itests/sim -Itests/rtl \
		"${files[@]}" 2>"$out/$cc.log"; then
		echo "ok $n - $cc has nothing to say"
	else
		echo "not ok $n - $cc has nothing to say"
		sed 's/^/# /' "$out/$cc.log"
		failed=1
	fi
done

if build_tests tests; then
	for test in mem fault axi check sim walk core; do
		run "test_$test"
	done
else
	failed=1
fi

# Waves need zlib's headers; the library itself does not.
if ! echo '#include <zlib.h>' | "${CC:-cc}" -E - >/dev/null 2>&1; then
	echo "1..1"
	echo "ok 1 - waves # SKIP zlib.h is not installed"
elif build_tests VARIANT=waves "$out/test_waves"; then
	run test_waves
else
	failed=1
fi
exit $failed
