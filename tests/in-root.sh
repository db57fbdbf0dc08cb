#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a command in a Debian root (debian-root.sh), in namespaces of its own: nothing stays mounted, and no root rights are needed.
#
#   in-root.sh ROOT DIR SEEN COMMAND...
#
# DIR is seen in the root as /SEEN, read and write, and is the working folder.
set -eu

if [ $# -lt 4 ]; then
	sed -n '5,7s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
root=$1
dir=$(cd "$2" && pwd)
seen=$3
shift 3
[ -d "$root/$seen" ] || mkdir "$root/$seen"
# A root that was made without root rights has no device nodes.
# shellcheck disable=SC2016  # for the inner shell
exec unshare --map-root-user --mount --pid --fork sh -ec '
	root=$1
	mount --bind "$2" "$root/$3"
	mount -t proc proc "$root/proc"
	# Its own: GNU make names its pipe there by the process, and in a namespace of processes the numbers come again.
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	if [ ! -c "$root/dev/null" ]; then
		# Not sticky, as /tmp is: nobody may write to what belongs to another there.
		mount -t tmpfs -o mode=755 tmpfs "$root/dev"
		for node in null zero random urandom; do
			: >"$root/dev/$node"
			mount --bind "/dev/$node" "$root/dev/$node"
		done
	fi
	seen=$3
	shift 3
	exec /usr/sbin/chroot "$root" env -C "/$seen" -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"' sh "$root" "$dir" "$seen" "$@"
