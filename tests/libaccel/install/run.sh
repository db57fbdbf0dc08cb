#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs libaccel below a folder and uses it from there as a stranger would: the header alone, the two example programs
# against the shared and the static library, symbol versions, manual pages; then uninstalls.  Prints TAP.
#
#   run.sh BUILD_DIR
# shellcheck disable=SC2317  # functions are called by check()
set -u

if [ $# != 1 ]; then
	echo "usage: $0 BUILD_DIR" >&2
	exit 2
fi
mkdir -p "$1/libaccel-install" || exit 1
build=$(cd "$1" && pwd)
out=$build/libaccel-install
cd "$(dirname "$0")/../../.." || exit 1
root=$out/root
prefix=/opt/fcnaccel
log=$out/log
. tests/tap.sh

check() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >"$log" 2>&1 </dev/null
	result $? "$name" "$log"
	: >"$log"
}

make_it() { # TARGET...
	make -s BUILD="$build" PREFIX="$prefix" DESTDIR="$root" ACCEL_GEOMETRIES=16x16 "$@"
}

# ---- install ----

rm -rf "$root" "$out/made"
mkdir -p "$root" "$out/made"
check "make install" make_it install
if [ ! -f "$root$prefix/include/accel.h" ]; then
	echo "1..$n"
	exit 1
fi
find "$root" ! -type d -printf '%P\n' | sort >"$out/installed"

lib=$root$prefix/lib
export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_PATH=$lib/pkgconfig
check "pkg-config knows libaccel" pkg-config --exists --print-errors libaccel

# ---- the header ----

header=$root$prefix/include/accel.h
check "accel.h alone, C11, gcc" gcc -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c "$header"
check "accel.h alone, C11, clang" clang -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c "$header"
check "accel.h alone, C++11, g++" g++ -std=c++11 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c++ "$header"

# ---- symbols ----

# The functions that accel.h declares.
sed 's,/\*.*\*/,,' "$header" | grep -oE '\baccel_[a-z_0-9]+\(' | tr -d '(' | sort -u >"$out/made/declared"
sed -n 's/^[[:space:]]*\(accel_[a-z_0-9]*\);$/\1/p' libaccel/src/libaccel.map | sort >"$out/made/mapped"
nm -D --defined-only "$lib/libaccel.so" | awk '$2 != "A" { print $3 }' | sort >"$out/made/exported"
sed 's/$/@@LIBACCEL_1.0/' "$out/made/mapped" >"$out/made/versioned"
same() {
	[ -s "$1" ] && diff "$1" "$2"
}
# Comments name functions, too: what is declared must be in the map, and the map's in the header.
check "libaccel.map and accel.h name the same functions" same "$out/made/mapped" "$out/made/declared"
check "the shared library shows these alone, each with its version" same "$out/made/versioned" "$out/made/exported"
static_names() { # others than accel_*, fcn_*, Verilator's and C++'s
	nm -g --defined-only "$lib/libaccel.a" 2>/dev/null | awk 'NF == 3 && $2 != "V" && $2 != "W" && $2 != "u" { print $3 }' |
		grep -vE '^(accel_|fcnm?_|_Z|_?Vfcn|vl_|verilated|Verilated|fst|sv[A-Z])' | sort -u >"$log.names"
	cat "$log.names"
	! grep -q . "$log.names"
}
check "the static library keeps its inner names to itself" static_names
soname() {
	objdump -p "$lib/libaccel.so" | grep -q 'SONAME *libaccel.so.1$' && [ -e "$lib/libaccel.so.1" ]
}
check "the shared library's name is libaccel.so.1" soname

# ---- manual pages ----

man=$root$prefix/share/man/man3
libaccel/man-names.sh Documentation/man/*.3 | awk '{ print $1 }' | grep -v '^libaccel$' | sort >"$out/made/described"
check "every function has a manual page, and only functions have" same "$out/made/mapped" "$out/made/described"
pages_there() {
	local name
	while read -r name; do
		[ -s "$man/$name.3" ] || { echo "$name.3 is not installed" && return 1; }
		(cd "$man/.." && mandoc -Tutf8 "man3/$name.3" 2>&1) | grep -q "$name" || { echo "$name.3 does not show it" && return 1; }
	done <"$out/made/mapped"
}
if command -v mandoc >/dev/null; then
	check "mandoc has nothing to say" mandoc -Tlint Documentation/man/*.3
	check "each function's page is installed and names it" pages_there
else
	skip "mandoc has nothing to say" "there is no mandoc"
	skip "each function's page is installed and names it" "there is no mandoc"
fi
# All prototypes and examples of the pages, in one line each, against the header's.
sections() {
	local page part status=0
	for page in Documentation/man/accel_*.3; do
		for part in SYNOPSIS DESCRIPTION 'RETURN VALUE' ERRORS OWNERSHIP THREADS EXAMPLE 'SEE ALSO'; do
			grep -q "^\.SH $part$" "$page" || { echo "$page has no section $part" && status=1; }
		done
	done
	return "$status"
}
check "every page has all its sections" sections
flat() {
	tr '\n\t' '  ' | sed 's/  */ /g; s/; */;\n/g'
}
prototypes() {
	sed 's,/\*.*\*/,,; /^#/d; /^[ \/]\*/d' "$header" | grep -v '^$' | flat | grep -oE '(int|void|size_t|const char|void) [*]?accel_[a-z_]*\(.*\);$' |
		sort -u >"$out/made/prototypes"
	sed -n '/^\.SH SYNOPSIS/,/^\.fi/p' Documentation/man/accel_*.3 | sed '/^[.#]/d; /^$/d' | flat | sed 's/^ //; /^$/d' | sort -u >"$out/made/synopses"
	[ "$(wc -l <"$out/made/prototypes")" = "$(wc -l <"$out/made/mapped")" ] && same "$out/made/prototypes" "$out/made/synopses"
}
check "the pages' prototypes are the header's" prototypes
examples_of_pages() {
	local page name
	for page in Documentation/man/*.3; do
		name=$out/made/$(basename "$page" .3).c
		sed -n '/^\.EX/,/^\.EE/p' "$page" | sed '/^\.E[XE]/d; s/\\en/\\n/g; s/\\-/-/g' >"$name"
		[ -s "$name" ] && gcc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only "-I$root$prefix/include" "$name" || return 1
	done
}
check "the pages' examples compile" examples_of_pages

# ---- the examples ----

mkdir -p "$out/made/shared" "$out/made/static"
check "examples against the shared library" make -s -C libaccel/examples OUT="$out/made/shared"
check "examples against the static library" make -s -C libaccel/examples OUT="$out/made/static" STATIC=1
linked() {
	LD_LIBRARY_PATH=$lib ldd "$out/made/shared/segment" | grep -q "$lib/libaccel.so.1" &&
		! ldd "$out/made/static/segment" | grep libaccel
}
check "each is linked with the library that it asked for" linked

accel_model=$root$prefix/bin/accel-model
make_models() {
	"$accel_model" mlp "$out/made/mlp.onnx" && "$accel_model" fcn8s "$out/made/fcn.onnx" size=32 narrow=16 &&
		"$accel_model" noise 1x16x1x1 7 "$out/made/numbers.npy" && "$accel_model" noise 1x3x32x32 7 "$out/made/picture.npy"
}
check "models and inputs, by the installed accel-model" make_models

classify() { # KIND DEVICE
	LD_LIBRARY_PATH=$lib "$out/made/$1/classify-mlp" "$out/made/mlp.onnx" "$out/made/numbers.npy" "$2" >"$out/made/class-$1" 2>"$log" &&
		grep -q '^class [0-3] of 4, score ' "$out/made/class-$1"
}
segment() { # KIND DEVICE
	LD_LIBRARY_PATH=$lib "$out/made/$1/segment" "$out/made/fcn.onnx" "$out/made/picture.npy" "$out/made/classes-$1-$2.npy" "$2" \
		>"$out/made/profile" 2>"$log" && grep -q ' core ' "$out/made/profile" && grep -q ' of .* layers' "$log"
}
for kind in shared static; do
	check "classify-mlp, $kind, on rtl:" classify "$kind" rtl:
	mv "$out/made/class-$kind" "$out/made/class-$kind-rtl"
	check "classify-mlp, $kind, on host:" classify "$kind" host:
	check "both say the same" cmp "$out/made/class-$kind-rtl" "$out/made/class-$kind"
	check "segment, $kind, on model:" segment "$kind" model:
done
check "segment on rtl:" segment shared rtl:
check "the same classes on rtl: and model:" cmp "$out/made/classes-shared-rtl:.npy" "$out/made/classes-static-model:.npy"
says() { # PATTERN COMMAND...: fails with one line that matches
	local pattern=$1
	shift
	if "$@" >/dev/null 2>"$log"; then
		echo "it did not fail" >>"$log"
		return 1
	fi
	[ "$(wc -l <"$log")" = 1 ] && grep -qE "$pattern" "$log"
}
export LD_LIBRARY_PATH=$lib
says 'nothing.onnx.*No such file' "$out/made/shared/classify-mlp" nothing.onnx "$out/made/numbers.npy" model: &&
	says 'npu:' "$out/made/shared/classify-mlp" "$out/made/mlp.onnx" "$out/made/numbers.npy" npu: &&
	says "'input|input" "$out/made/shared/classify-mlp" "$out/made/mlp.onnx" "$out/made/picture.npy" model:
result $? "a missing model, an unknown device and a wrong input are told in one line" "$log"
unset LD_LIBRARY_PATH

# ---- bad input, to the accelctl that is installed: a line that says why, and no file ----

ctl=$root$prefix/bin/accelctl
cd "$out/made" || exit 1
# Fails with code 1 and a line that matches; leaves no file that starts with bad.
refused() { # PATTERN COMMAND...
	local pattern=$1 code
	shift
	timeout 60 "$@" >/dev/null 2>"$log.err"
	code=$?
	cat "$log.err"
	[ "$code" = 1 ] && [ "$(wc -l <"$log.err")" = 1 ] && grep -qE "$pattern" "$log.err" && ! ls bad* .bad* 2>/dev/null
}
check "a layer of 230 GB" refused 'memory' "$ctl" bench --layer conv,60000,60000,64,64,3,1,1 --device model:
check "an output where there can be none" refused 'bad|proc' "$ctl" run fcn.onnx --input picture.npy -o /proc/bad.npy --device host:
limited() { # KIND LIMIT COMMAND...: as a shell would limit it; a file that is too long is an error, no signal
	(
		trap '' XFSZ
		ulimit "$1" "$2"
		shift 2
		exec "$@"
	)
}
export -f limited
check "a disk that is full" refused 'bad.npy: File too large' bash -c "limited -f 1 '$ctl' run fcn.onnx --input picture.npy -o bad.npy --device host:"
# At any limit of memory it runs, or says that there is too little: somewhere between the two lies every allocation.
little_memory() {
	local kb code ran=0 failed=0
	for kb in $(seq 14000 1000 44000); do
		limited -v "$kb" "$ctl" run fcn.onnx --input picture.npy -o bad.npy --device model:array=8x8 >/dev/null 2>"$log.err"
		code=$?
		if [ "$code" = 0 ] && [ -s bad.npy ]; then
			ran=$((ran + 1))
			rm bad.npy
		elif [ "$code" = 127 ] || grep -qE 'error while loading|cannot allocate memory in static' "$log.err"; then
			continue # not even the program fits
		elif [ "$code" != 1 ] || ! grep -qE 'memory|cannot make a thread' "$log.err" || [ -e bad.npy ]; then
			echo "$kb kB: code $code" && cat "$log.err"
			return 1
		else
			failed=$((failed + 1))
		fi
	done
	echo "$ran ran, $failed had too little"
	[ "$ran" -gt 0 ] && [ "$failed" -gt 0 ]
}
check "too little memory" little_memory
cut_off() {
	local size at
	size=$(stat -c %s fcn.onnx)
	for at in $(seq 1 40); do
		head -c $((size * at / 41)) fcn.onnx >cut.onnx
		refused 'cut.onnx|initializer|node|graph' "$ctl" run cut.onnx --input picture.npy -o bad.npy --device host: >"$log.cut" || {
			echo "at $at of 41" && cat "$log.cut"
			return 1
		}
	done
}
check "a model that is cut off, anywhere" cut_off
cd "$OLDPWD" || exit 1

# ---- uninstall ----

check "make uninstall" make_it uninstall
find "$root" ! -type d -printf '%P\n' >"$out/left"
nothing_left() {
	cat "$out/left"
	! grep -q . "$out/left" && [ "$(wc -l <"$out/installed")" -gt 50 ]
}
check "uninstall leaves nothing behind" nothing_left

finish
