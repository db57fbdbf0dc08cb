#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes (or reuses) a Debian root with some packages in it, for tools that the host's release does not have.
#
#   debian-root.sh SUITE DIR PACKAGE...
#
#   debian-root.sh --remove DIR...      removes such roots: files of one that was made without root rights belong to other users
#
# SUITE-backports: SUITE with its backports, which are preferred.  The mirror is the one that the host's apt uses for Debian's
# main archive.  DIR is complete when DIR.ok lists the packages; an interrupted run leaves no DIR.ok and is started anew.
set -eu

# remove DIR: what belongs to users of a namespace, only that namespace can remove.
remove() {
	rm -rf "$1" 2>/dev/null || { mmdebstrap --unshare-helper find "$1" -mindepth 1 -delete && rmdir "$1"; }
}

if [ "${1-}" = --remove ]; then
	shift
	for dir; do
		[ ! -d "$dir" ] || remove "$dir"
	done
	exit
fi
if [ $# -lt 3 ] || [ "$1" = --help ]; then
	sed -n '5,10s/^# \{0,1\}//p' "$0"
	[ "${1-}" = --help ]
	exit
fi
suite=$1
dir=$2
shift 2

if [ -f "$dir.ok" ] && [ "$(cat "$dir.ok")" = "$suite $*" ]; then
	exit 0
fi
# shellcheck disable=SC2016  # apt's own placeholders
mirror=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(ORIGIN) $(LABEL) $(REPO_URI)' |
	awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 == "Debian" { print $NF; exit }')
if [ -z "$mirror" ]; then
	echo "debian-root.sh: apt knows no Debian main archive; run 'apt-get update' and look at /etc/apt/sources.list*" >&2
	exit 1
fi
rm -f "$dir.ok"
remove "$dir"
mkdir -p "$(dirname "$dir")"
packages=$(echo "$*" | tr ' ' ',')
base=${suite%-backports}
set -- "deb $mirror $base main"
if [ "$base" != "$suite" ]; then
	set -- --aptopt="APT::Default-Release \"$suite\"" "$base" "$dir" "$@" "deb $mirror $suite main"
else
	set -- "$base" "$dir" "$@"
fi
# A root has no use for the initramfs that a kernel's installation would make.  /src is where others mount what they work on:
# who is not root cannot make it later.
# shellcheck disable=SC2016  # for mmdebstrap
INITRD=No mmdebstrap --quiet --variant=apt --include="$packages" --customize-hook='mkdir -p "$1/src"' "$@"
# apt's caches are of no use in a root that is made once; mmdebstrap leaves few, and only root can remove them.
rm -rf "$dir"/var/cache/apt/archives/*.deb "$dir"/var/lib/apt/lists/* 2>/dev/null || true
echo "$suite $(echo "$packages" | tr ',' ' ')" >"$dir.ok"
