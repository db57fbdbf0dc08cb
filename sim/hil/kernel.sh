#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Kernels for the guests, each with its headers and the compiler that they want, in a root of its own: Debian's own, and instrumented ones
# that are built from Debian's sources.
#
#   kernel.sh KERNEL                    makes the root when it is not there, and says where things are (NAME=value)
#   kernel.sh KERNEL make DIR [ARG...]  the kernel's own make on the module sources in DIR: make -C BUILD M=DIR ARG...
#   kernel.sh KERNEL run DIR CMD...     any command in the root, with DIR as its working folder
#
# KERNEL: 6.12 (Debian 13's), backports (the newest that Debian 13 has in its backports), debug or kcsan (sim/hil/debug-kernel.sh).
# DIR is seen in the root as /src, read and write; results are written beside the sources, so give it a copy.
# HIL_CACHE (BUILD/hil): folder of the roots, 650 MB each, that of debug and kcsan 2 GB; several checkouts can share one.
set -eu
cd "$(dirname "$0")/../.."

usage() {
	sed -n '4,14s/^# \{0,1\}//p' sim/hil/kernel.sh
	exit "$1"
}

[ "${1-}" != --help ] || usage 0
kernel=${1-}
case $kernel in
6.12) suite=trixie ;;
backports) suite=trixie-backports ;;
debug | kcsan) suite= ;;
*)
	echo "kernel.sh: KERNEL is 6.12, backports, debug or kcsan, not '$kernel'" >&2
	usage 2
	;;
esac
shift

cache=${HIL_CACHE:-${BUILD:-build}/hil}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
if [ -n "$suite" ]; then
	root=$cache/root-$kernel
	# One at a time: another run may be making the same root.
	exec 9>"$root.lock"
	flock 9
	tests/debian-root.sh "$suite" "$root" linux-image-amd64 linux-headers-amd64 make sparse kmod >&2
	exec 9>&-
	release=
	for dir in "$root"/lib/modules/*/build; do
		release=$(basename "$(dirname "$dir")")
	done
else
	root=$cache/root-debug
	release=$(sim/hil/debug-kernel.sh "$kernel")
fi
if [ ! -f "$root/boot/vmlinuz-$release" ]; then
	echo "kernel.sh: $root has no kernel '$release'; remove $root and $root.ok, and run this again" >&2
	exit 1
fi

# in_root DIR CMD...
in_root() {
	local dir=$1
	shift
	tests/in-root.sh "$root" "$dir" src "$@"
}

case ${1-} in
'')
	echo "root=$root"
	echo "release=$release"
	echo "image=$root/boot/vmlinuz-$release"
	echo "modules=$root/lib/modules/$release"
	# Within the root: links in it are absolute, and the kernel's helper programs need the root's C library.
	echo "build=/lib/modules/$release/build"
	;;
make)
	[ $# -ge 2 ] || usage 2
	dir=$2
	shift 2
	in_root "$dir" make -C "/lib/modules/$release/build" M=/src "$@"
	;;
run)
	[ $# -ge 3 ] || usage 2
	shift
	in_root "$@"
	;;
*) usage 2 ;;
esac
