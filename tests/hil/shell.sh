#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A shell in a guest that has the simulated core as a PCIe function, with the driver loaded.
#
#   shell.sh BUILD 6.12|backports|debug|kcsan
#
# debug and kcsan are instrumented kernels (sim/hil/debug-kernel.sh).  Ctrl-A X ends the guest at any time.
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: shell.sh BUILD 6.12|backports|debug|kcsan}
kernel=${2:?usage: shell.sh BUILD 6.12|backports|debug|kcsan}
export BUILD=$build
. tests/hil/build.sh

dir=$build/hil/$kernel
mkdir -p "$dir"
build_all "$kernel" "$dir"
echo "Booting; this takes some ten seconds.  Ctrl-A X ends the guest."
sim/hil/guest.sh "$kernel" "$dir/initramfs.gz" "$dir/shell" shell
