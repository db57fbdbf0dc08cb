#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Real and well-known networks on the Verilated core, the functional model and the host, byte for byte; shapes that follow
# from formulas.  Prints TAP.
#
#   run.sh BUILD
#
# REAL=large: bigger pictures, for minutes.  Models are those of ../shared/models and the one that fetch.sh gets; what is
# missing is skipped.  SANITIZE=1: with sanitizers.
set -u
cd "$(dirname "$0")/../../.." || exit 1
build=${1:?usage: run.sh BUILD}
out=$build/real
mkdir -p "$out" || exit 1
here=tests/libaccel/real

$here/fetch.sh "$out" 2>"$out/fetch.log" || sed 's/^/# /' "$out/fetch.log"
flags=(-std=c11 -O2 -g -Wall -Wextra -Werror -Ilibaccel/include -Ilibaccel/src -Ilibaccel/tools -Iuapi -Isim -Isim/model)
. tests/libaccel/library.sh
if ! { library "$build" && ${CC:-gcc} "${flags[@]}" $here/*.c libaccel/tools/{net_maker,nets}.c "${library[@]}" -o "$out/test_real"; } \
	>"$out/build.log" 2>&1; then
	sed 's/^/# /' "$out/build.log"
	echo 'Bail out! test_real does not build'
	exit 1
fi
exec "$out/test_real" ../shared/models "$out" "${REAL:-small}"
