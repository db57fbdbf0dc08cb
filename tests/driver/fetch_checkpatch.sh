#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Fetches checkpatch.pl and its lists of words from Debian's package of kernel sources (150 MB, once).
#
#   fetch_checkpatch.sh DIR
set -eu

if [ $# != 1 ] || [ "$1" = --help ]; then
	sed -n '3,6s/^# \{0,1\}//p' "$0"
	[ "${1-}" = --help ]
	exit
fi
dir=$1
[ -f "$dir/checkpatch.pl" ] && exit 0

mkdir -p "$dir"
work=$(mktemp -d "$dir/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
work=$(cd "$work" && pwd)
tests/kselftest/fetch_headers.sh --source "$work"
dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb |
	tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
	tar -xJ -C "$work" --strip-components=2 --wildcards 'linux-source-*/scripts/checkpatch.pl' \
		'linux-source-*/scripts/spelling.txt' 'linux-source-*/scripts/const_structs.checkpatch'
mv "$work/spelling.txt" "$work/const_structs.checkpatch" "$dir/"
mv "$work/checkpatch.pl" "$dir/"
