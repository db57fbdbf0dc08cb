#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Fetches the kernel's test harness: kselftest.h and kselftest_harness.h, and nothing else, from Debian's package of
# kernel sources.
#
#   fetch_headers.sh DIR
#   fetch_headers.sh --source DIR    the package itself, for others who want a file of it
#
# Needs apt with a Debian archive (the release's own, or Debian 13 through the same mirror), dpkg-deb, tar, xz.  DIR is complete
# when both headers are in it: an interrupted run is started anew.
set -eu

source=
if [ "${1-}" = --source ]; then
	source=yes
	shift
fi
if [ $# != 1 ] || [ "$1" = --help ]; then
	sed -n '3,10s/^# \{0,1\}//p' "$0"
	[ "${1-}" = --help ]
	exit
fi
dir=$1
[ -z "$source" ] && [ -f "$dir/kselftest.h" ] && [ -f "$dir/kselftest_harness.h" ] && exit 0

mkdir -p "$dir"
work=$(mktemp -d "$dir/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A package list of its own: the host's release may be older than the kernel, and stays as it is.
# shellcheck disable=SC2016  # apt's own placeholders
mirror=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(ORIGIN) $(LABEL) $(REPO_URI)' |
	awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 == "Debian" { print $NF; exit }')
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -z "$mirror" ] || [ ! -f "$keyring" ]; then
	echo "fetch_headers.sh: apt knows no Debian main archive, or $keyring is missing; run 'apt-get update'" >&2
	exit 1
fi
work=$(cd "$work" && pwd)
mkdir -p "$work/etc" "$work/lists/partial" "$work/archives/partial"
echo "deb [signed-by=$keyring] $mirror trixie main" >"$work/etc/sources.list"
apt() {
	apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$work/etc/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Acquire::Languages=none "$@"
}
apt update
package=$(apt-cache -o Dir::Etc::SourceList="$work/etc/sources.list" -o Dir::Etc::SourceParts=/dev/null \
	-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" depends linux-source | sed -n 's/^ *Depends: //p')
if [ -z "$package" ]; then
	echo "fetch_headers.sh: Debian's package linux-source names no kernel" >&2
	exit 1
fi
(cd "$work" && apt download "$package")
if [ -n "$source" ]; then
	mv "$work"/linux-source-*.deb "$dir/"
	exit
fi
dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb |
	tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
	tar -xJ -C "$work" --strip-components=4 --wildcards '*/tools/testing/selftests/kselftest.h' \
		'*/tools/testing/selftests/kselftest_harness.h'
mv "$work/kselftest.h" "$work/kselftest_harness.h" "$dir/"
