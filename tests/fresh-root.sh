#!/bin/bash
# SPDX-License-Identifier: MIT
#
# `make check` as on a fresh machine: in a new, minimal root of a Debian release, which holds make, git and a clone of HEAD.
#
#   fresh-root.sh SUITE BUILD [STAGE...]     SUITE: bookworm (Debian 12), trixie (Debian 13), ...
#
# What else is needed, `make check` installs there itself.  With stages, only these (and a root that is there already is used again;
# REUSE=1 does that for a whole run, too).  The root, BUILD/fresh/SUITE, shares kernel, network and /sys with the host and nothing else:
# ../shared is seen if there is one, and HIL_CACHE's folder if it is set.  Logs of the stages: BUILD/fresh/SUITE/src/fcnaccel/build/check.
# Needs root.  The exit status is that of `make check`.
set -eu
cd "$(dirname "$0")/.."

if [ $# -lt 2 ] || [ "$1" = --help ]; then
	sed -n '5,10s/^# \{0,1\}//p' tests/fresh-root.sh
	[ "${1-}" = --help ]
	exit
fi
if [ "$(id -u)" != 0 ]; then
	echo "fresh-root.sh: only root can install packages in a root; run it as root" >&2
	exit 1
fi
suite=$1
mkdir -p "$2/fresh"
root=$(cd "$2/fresh" && pwd)/$suite
shift 2

[ $# -gt 0 ] || [ "${REUSE-}" = 1 ] || rm -rf "$root" "$root.ok"
tests/debian-root.sh "$suite" "$root" make git ca-certificates mount

# The network as the host has it: names, apt's way to the mirror, the certificates that it trusts, npm's settings.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90host"
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
	cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
fi
if command -v npm >/dev/null; then
	echo "registry=$(npm config get registry)" >"$root/etc/npmrc"
fi

# The clone: what is committed, nothing that a build has left.
mkdir -p "$root/src/shared"
if [ -d "$root/src/fcnaccel/.git" ]; then
	git -C "$root/src/fcnaccel" fetch -q "$PWD" HEAD
	git -C "$root/src/fcnaccel" reset -q --hard FETCH_HEAD
else
	git clone -q . "$root/src/fcnaccel"
fi
shared=$PWD/../shared
cache=${HIL_CACHE-}
[ -z "$cache" ] || mkdir -p "$cache" "$root/hil-cache"

command=(make check)
[ $# = 0 ] || command=(sh -c 'tests/deps.sh && exec tests/check.sh build "$@"' sh "$@")
# Namespaces of its own: nothing stays mounted, and no process is left behind.  /dev is a small one of the root's own, so that nothing
# that runs there as root can damage the host's.  It becomes the root of its namespace: who is in a chroot may have no user namespaces.
# shellcheck disable=SC2016  # for the inner shell
exec unshare --mount --pid --ipc --fork --kill-child sh -ec '
	root=$1 shared=$2 cache=$3
	shift 3
	mount --bind "$root" "$root"
	mount -t proc proc "$root/proc"
	mount --rbind /sys "$root/sys"
	mount -t tmpfs -o mode=755 dev "$root/dev"
	for node in null:3 zero:5 full:7 random:8 urandom:9; do
		mknod -m 666 "$root/dev/${node%:*}" c 1 "${node#*:}"
	done
	mknod -m 666 "$root/dev/tty" c 5 0
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	for i in 0:stdin 1:stdout 2:stderr; do
		ln -s "/proc/self/fd/${i%:*}" "$root/dev/${i#*:}"
	done
	[ ! -d "$shared" ] || mount --bind -o ro "$shared" "$root/src/shared"
	[ -z "$cache" ] || mount --bind "$cache" "$root/hil-cache"
	cd "$root"
	pivot_root . .
	umount -l .
	exec env -C /src/fcnaccel -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TMPDIR=/tmp \
		${CI+CI="$CI"} ${HIL_SMP+HIL_SMP="$HIL_SMP"} ${cache:+HIL_CACHE=/hil-cache} "$@"' sh "$root" "$shared" "$cache" "${command[@]}"
