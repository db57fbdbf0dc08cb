#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A run on an instrumented kernel as a stage of `make check`: when the kernel is built already. Where CI is set, `debug` is built if need be;
# `kcsan`, too, would take that beyond its time. Prints TAP.
#
#   debug_check.sh BUILD debug|kcsan
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: debug_check.sh BUILD debug|kcsan}
kernel=${2:?usage: debug_check.sh BUILD debug|kcsan}
export BUILD=$build

if { [ -z "${CI-}" ] || [ "$kernel" != debug ]; } && ! sim/hil/debug-kernel.sh "$kernel" --ready; then
	echo "ok 1 - kselftest on the kernel '$kernel' # SKIP it is not built; tests/hil/run.sh $build $kernel builds it"
	echo "1..1"
	exit
fi
exec tests/hil/run.sh "$build" "$kernel"
