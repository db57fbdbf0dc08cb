#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Random layers against XNNPACK, on the model and on the Verilated core, in each geometry.  Prints TAP.
#
#   run.sh BUILD
#
# GEOMETRIES: cores (default: 8x8 8x16 16x16); MODEL_LAYERS, CORE_LAYERS: of each kind and geometry (1000, 40).
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD}
geometries=${GEOMETRIES:-8x8 8x16 16x16}
kinds=5
n=1
failed=0

if ! echo '#include <xnnpack.h>' | ${CC:-gcc} -E -x c - >/dev/null 2>&1; then
	echo 'ok 1 - layers against XNNPACK # SKIP there is no xnnpack.h: install libxnnpack-dev and libpthreadpool-dev'
	echo '1..1'
	exit 0
fi
if echo '#include <xnnpack.h>' | ${CC:-gcc} -E -x c - | grep -q xnn_reshape_deconvolution2d_nhwc_qs8; then
	export TEST_CFLAGS="${TEST_CFLAGS-} -DXNNPACK_RESHAPES"
fi
if ! tests/stream/build.sh "$build" conformance_test '-lXNNPACK' tests/conformance/*.c >"$build/conformance-build.log" 2>&1; then
	sed 's/^/# /' "$build/conformance-build.log"
	echo 'Bail out! conformance_test does not build'
	exit 1
fi
for g in $geometries; do
	"$build/tests/conformance_test" --geometry "$g" --count "${MODEL_LAYERS:-1000}" --seed $((1000 * n)) --first $n || failed=1
	n=$((n + kinds))
	"$build/tests/conformance_test" --geometry "$g" --count "${CORE_LAYERS:-40}" --macs 300000 --seed $((1000 * n)) --rtl \
		--first $n || failed=1
	n=$((n + kinds))
done
echo "1..$((n - 1))"
exit $failed
