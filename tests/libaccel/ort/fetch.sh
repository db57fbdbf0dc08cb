#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Fetches ONNX Runtime, the C header and the library, once:
#
#   fetch.sh DIR        DIR/onnxruntime_c_api.h, DIR/libonnxruntime.so.1
#
# The library is the npm package onnxruntime-node's (its install script is not run); the header is Debian trixie's
# libonnxruntime-dev's, from the mirror that the host's apt uses.  A newer library serves an older header.
# Exit status 1: cannot be had; the last line on standard error says why.
set -u

if [ $# != 1 ]; then
	sed -n '5,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
dir=$1
mkdir -p "$dir" || exit 1
dir=$(cd "$dir" && pwd)
tmp=$dir/new
cd "$(dirname "$0")/../../.." || exit 1
trap 'rm -rf "$tmp"' EXIT

die() {
	echo "fetch.sh: $*" >&2
	exit 1
}

fetch_library() {
	local arch
	case $(uname -m) in
	x86_64) arch=x64 ;;
	aarch64) arch=arm64 ;;
	*) die "onnxruntime-node has no library for $(uname -m)" ;;
	esac
	tests/npm-pack.sh onnxruntime-node "$tmp/npm" || die "npm has no onnxruntime-node"
	find "$tmp/npm/package/bin" -path "*/linux/$arch/*" -name 'libonnxruntime.so.1*' -type f -size +1M -exec cp {} "$tmp/lib" \; -quit
	[ -s "$tmp/lib" ] || die "onnxruntime-node has no libonnxruntime.so.1 any more"
	mv "$tmp/lib" "$dir/libonnxruntime.so.1"
}

# apt with a state of its own, which knows only trixie.
fetch_header() {
	local mirror apt
	# shellcheck disable=SC2016  # apt's own placeholders
	mirror=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(ORIGIN) $(LABEL) $(REPO_URI)' |
		awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 == "Debian" { print $NF; exit }')
	[ -n "$mirror" ] || die "apt knows no Debian main archive; run 'apt-get update'"
	mkdir -p "$tmp/apt/lists/partial" "$tmp/apt/cache/archives/partial" "$tmp/deb"
	echo "deb $mirror trixie main" >"$tmp/apt/sources.list"
	: >"$tmp/apt/status"
	apt=(-qq -o "Dir::Etc::SourceList=$tmp/apt/sources.list" -o Dir::Etc::SourceParts=- -o Dir::Etc::Preferences=-
		-o Dir::Etc::PreferencesParts=- -o "Dir::State=$tmp/apt" -o "Dir::State::status=$tmp/apt/status" -o "Dir::Cache=$tmp/apt/cache"
		-o "APT::Sandbox::User=" -o Acquire::Languages=none)
	(timeout 300 apt-get "${apt[@]}" update && cd "$tmp/deb" && timeout 300 apt-get "${apt[@]}" download libonnxruntime-dev) \
		>"$tmp/apt.log" 2>&1 || {
		sed 's/^/apt: /' "$tmp/apt.log" >&2
		die "cannot fetch trixie's libonnxruntime-dev"
	}
	dpkg-deb -x "$tmp"/deb/libonnxruntime-dev_*.deb "$tmp/deb/x" || die "libonnxruntime-dev is no Debian package"
	find "$tmp/deb/x" -name onnxruntime_c_api.h -exec cp {} "$tmp/header" \; -quit
	[ -s "$tmp/header" ] || die "libonnxruntime-dev has no onnxruntime_c_api.h"
	mv "$tmp/header" "$dir/onnxruntime_c_api.h"
}

rm -rf "$tmp"
mkdir "$tmp" || exit 1
[ -f "$dir/onnxruntime_c_api.h" ] || fetch_header
[ -f "$dir/libonnxruntime.so.1" ] || fetch_library
exit 0
