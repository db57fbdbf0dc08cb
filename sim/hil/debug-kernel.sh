#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The instrumented kernels for the guests, built from Debian's kernel sources.  sim/hil/kernel.sh calls this for its kernels `debug` and
# `kcsan`; so does who wants to know whether a kernel is there.
#
#   debug-kernel.sh debug|kcsan            builds it unless it is there, and prints its release
#   debug-kernel.sh debug|kcsan --ready    builds nothing; exit status 1 when it is not there
#
# A kernel is known by a hash of the versions of sources and compiler and its configuration (sim/hil/debug), and kept in HIL_CACHE/root-debug.
set -eu
cd "$(dirname "$0")/../.."

name=${1-}
case $name in
debug) configs="sim/hil/debug/common.config sim/hil/debug/debug.config" ;;
kcsan) configs="sim/hil/debug/common.config sim/hil/debug/kcsan.config" ;;
*)
	sed -n '7,10s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
cache=${HIL_CACHE:-${BUILD:-build}/hil}
root=$cache/root-debug

# What the kernel is made from, without comments.
suffix() {
	local version
	version=$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Version} ' 'linux-source-*' gcc)
	# shellcheck disable=SC2086  # a list
	{ echo "$version"; sed '/^# CONFIG_/b; /^#/d; /^$/d' $configs sim/hil/debug/Kconfig; } | sha256sum | cut -c1-10
}

if [ "${2-}" = --ready ]; then
	[ -f "$root.ok" ] && [ -f "$root/boot/built-fcn-$name-$(suffix)" ]
	exit
fi

mkdir -p "$cache"
root=$(cd "$cache" && pwd)/root-debug
exec 9>"$root.lock"
flock 9
tests/debian-root.sh trixie "$root" linux-source gcc make flex bison bc libelf-dev libc6-dev perl kmod xz-utils >&2
suffix=-fcn-$name-$(suffix)
if [ ! -f "$root/boot/built$suffix" ]; then
	echo "Building the kernel '$name': some minutes, once.  $root.$name.log" >&2
	# A copy: nobody who works on this folder disturbs the build.
	rm -rf "$root.$name.src"
	cp -R sim/hil/debug "$root.$name.src"
	if ! tests/in-root.sh "$root" "$root.$name.src" src ./build.sh "$name" "$suffix" >"$root.$name.log" 2>&1; then
		tail -n 20 "$root.$name.log" >&2
		echo "debug-kernel.sh: the kernel '$name' was not built" >&2
		exit 1
	fi
fi
cat "$root/boot/built$suffix"
