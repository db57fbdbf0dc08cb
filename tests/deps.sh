#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs the Debian packages that building and testing need, or those that are named.  Does nothing when all are there.
#
#   deps.sh [PACKAGE...]
set -eu

# Why each is needed: README.md, "What it is built with".
packages="gcc g++ make clang libclang-rt-14-dev verilator iverilog yosys z3 libcmocka-dev libxnnpack-dev libpthreadpool-dev zlib1g-dev
libonnx-testdata libonnx-dev protobuf-c-compiler libprotobuf-c-dev libpng-dev libjpeg-dev libdrm-dev pkgconf mandoc
mmdebstrap uidmap busybox-static xz-utils shellcheck clang-format"

[ $# = 0 ] || packages="$*"

# clang's runtime is named after its version; any will do.
have() {
	name=$1
	[ "$name" != libclang-rt-14-dev ] || name='libclang-rt-*-dev'
	dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed'
}

missing=
for p in $packages; do
	have "$p" || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

# A new machine may not know yet what its release calls them.
root=$(id -u)
[ "$root" != 0 ] || apt-get update -qq
if echo "$missing " | grep -q ' libclang-rt-14-dev ' && ! apt-cache show libclang-rt-14-dev >/dev/null 2>&1; then
	runtime=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p')
	missing=$(echo "$missing" | sed "s/ libclang-rt-14-dev/ $runtime/")
fi
if [ "$root" != 0 ]; then
	echo "These packages are missing. Install them as root, then run the command again:" >&2
	echo "  apt-get install$missing" >&2
	exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list
apt-get install -y -qq --no-install-recommends $missing >/dev/null
