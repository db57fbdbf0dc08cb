#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of the programs that the demos use, with the address and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR [VARIABLE=VALUE...]     variables of libaccel.mk
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [VARIABLE=VALUE...]" >&2
	exit 2
fi
# The same objects as of the tests of accelctl.
mkdir -p "$1/libaccel-cli" "$1/libaccel-tools" || exit 1
objects=$(cd "$1/libaccel-cli" && pwd)
out=$(cd "$1/libaccel-tools" && pwd)
shift
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/tools
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
export UBSAN_OPTIONS=print_stacktrace=1
n=0
failed=0

result() { # STATUS NAME [LOG]
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	failed=1
	[ $# -lt 3 ] || tail -n 20 "$3" | sed 's/^/# /'
}


finish() {
	echo "1..$n"
	exit "$failed"
}

# Runs a program: its exit code must be CODE and its standard error one line that matches MESSAGE, or empty.
try() { # CODE MESSAGE NAME PROGRAM ARGUMENT...
	local code=$1 message=$2 name=$3 program=$4 status lines
	shift 4
	timeout 60 "$objects/$program" "$@" >"$out/stdout" 2>"$out/stderr" </dev/null
	status=$?
	lines=$(wc -l <"$out/stderr")
	if [ "$status" != "$code" ]; then
		echo "exit code $status instead of $code" >>"$out/stderr"
	elif [ -z "$message" ] && [ "$lines" = 0 ]; then
		result 0 "$name"
		return
	elif [ -n "$message" ] && [ "$lines" = 1 ] && grep -q -- "$message" "$out/stderr"; then
		result 0 "$name: $(cat "$out/stderr")"
		return
	fi
	result 1 "$name: $program $*" "$out/stderr"
}

prints() { # WANTED NAME: what the last program printed
	[ "$(cat "$out/stdout")" = "$1" ]
	result $? "$2" "$out/stdout"
}

absent() { # NAME FILE
	! ls "$2"* >"$out/ls" 2>/dev/null
	result $? "$1" "$out/ls"
}

make -s -f libaccel/tools/tools.mk BUILD="$objects" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" "$@" accelctl tools \
	>"$out/make.log" 2>&1
result $? "the programs build" "$out/make.log"
# shellcheck disable=SC2086  # a list
gcc -std=c11 -Wall -Wextra -Werror $sanitize -Ilibaccel/include -Ilibaccel/src -Ilibaccel/accelctl -Ilibaccel/tools \
	$here/test_picture.c libaccel/tools/picture_{draw,text,scale,regions}.c libaccel/accelctl/image*.c \
	"$objects/libaccel.a" -lpng -ljpeg -lstdc++ -lm -lpthread -o "$out/test_picture" >"$out/make.log" 2>&1
result $? "the tests build" "$out/make.log"
[ "$failed" = 0 ] || finish
rm -rf "$out/files"
mkdir "$out/files"
"$out/test_picture" "$out/files" >"$out/picture.log" 2>&1 || failed=1
cat "$out/picture.log"
cd "$out/files" || exit 1

# ---- accel-picture ----
p=accel-picture
try 2 "no command" "no command" $p
try 2 "no command 'fly'" "an unknown command" $p fly
try 0 "" "help" $p --help
try 2 "wanted is: crop" "too few arguments" $p crop a.png
try 0 "" "crop" $p crop a.png 4 2 30 16 b.png
try 0 "" "a picture beside itself" $p beside c.png b.png "one" a.jpg "two: 100 %"
try 2 "has no caption" "a picture without a caption" $p beside d.png a.png one b.png
try 1 "do not lie in it" "a rectangle outside of the picture" $p crop a.png 4 2 40 16 d.png
try 1 "0 x 16" "a rectangle of no width" $p crop a.png 4 2 0 16 d.png
try 2 "wanted is a number" "a negative place" $p crop a.png -4 2 8 16 d.png
try 1 "cannot open none.png" "a missing picture" $p crop none.png 0 0 4 4 d.png
head -c 100 a.png >cut.png
try 1 "cannot read cut.png" "a picture that is cut off" $p scale cut.png 10 10 smooth d.png
cp map.npy text.png
try 1 "neither PNG nor JPEG" "a picture that is none" $p scale text.png 10 10 smooth d.png
for how in smooth bicubic nearest; do
	try 0 "" "scale, $how" $p scale a.png 80 40 $how e.png
	try 1 "up to 32767" "scale, $how, to nothing" $p scale a.png 0 40 $how d.png
done
try 2 "no way to scale" "scale in another way" $p scale a.png 80 40 fast d.png
try 0 "" "noise" $p psnr a.png a.png
prints inf "of equal pictures"
try 1 "cannot be compared" "noise of pictures of two sizes" $p psnr a.png e.png
try 0 "" "regions" $p regions a.png map.npy 0.3 f.png
# 96 * 1.5 / (2 * 22) = 3.3
prints "7 5 22 12 0.900" "the region is where it should be"
try 0 "" "regions of a map of two dims" $p regions a.png flat.npy 0.3 g.png
cmp f.png g.png >"$out/cmp" 2>&1
result $? "give the same" "$out/cmp"
try 1 "but other.npy 20 x 40" "a map of another size" $p regions a.png other.npy 0.3 d.png
try 1 "is no map" "a map of integers" $p regions a.png ints.npy 0.3 d.png
try 2 "from 0 to 1" "a threshold of letters" $p regions a.png map.npy x d.png
head -c 1000 map.npy >cut.npy
try 1 "cut.npy" "a map that is cut off" $p regions a.png cut.npy 0.3 d.png
try 0 "" "overlap" $p overlap map.npy flat.npy 0.3
prints 100.0 "of equal maps"
try 1 "but other.npy" "overlap of maps of two sizes" $p overlap map.npy other.npy 0.3
try 1 "cannot" "an output in a folder that is not there" $p crop a.png 0 0 4 4 none/d.png
absent "no output file was made by what failed" d.png

finish
