#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# QEMU with a vfio-user client (10.1 or newer): the host's when it is new enough, else Debian 13's backport.
#
#   qemu.sh ARGUMENT...    runs it
#   qemu.sh --fetch        only makes sure that there is one, and says which
#
# HIL_CACHE (BUILD/hil): folder for the fetched one, 260 MB.  It runs through its own loader and libraries, without
# installation and without root rights.
set -eu
cd_top=$(cd "$(dirname "$0")/../.." && pwd)

host=$(command -v qemu-system-x86_64 || true)
if [ -n "$host" ] && "$host" -device help 2>/dev/null | grep -q '"vfio-user-pci"'; then
	[ "${1-}" != --fetch ] || exec "$host" --version
	exec "$host" "$@"
fi

cache=${HIL_CACHE:-${BUILD:-$cd_top/build}/hil}
mkdir -p "$cache"
root=$(cd "$cache" && pwd)/root-qemu
if [ ! -f "$root.ok" ]; then
	exec 9>"$root.lock"
	flock 9
	"$cd_top"/tests/debian-root.sh trixie-backports "$root" qemu-system-x86 >&2
	exec 9>&-
fi
run=("$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/qemu-system-x86_64")
[ "${1-}" != --fetch ] || exec "${run[@]}" --version
exec "${run[@]}" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
