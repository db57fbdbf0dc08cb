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
build_test() { # NAME SOURCE...
	local name=$1
	shift
	# shellcheck disable=SC2086  # a list
	gcc -std=c11 -Wall -Wextra -Werror $sanitize -Ilibaccel/include -Ilibaccel/src -Ilibaccel/accelctl -Ilibaccel/tools \
		$here/$name.c "$@" "$objects/libaccel.a" -lpng -ljpeg -lstdc++ -lm -lpthread -o "$out/$name" >"$out/make.log" 2>&1
	result $? "$name builds" "$out/make.log"
}
build_test test_picture libaccel/tools/picture_{draw,text,scale,regions}.c libaccel/accelctl/image*.c
build_test test_ncnn libaccel/tools/ncnn_{param,bin,graph}.c
[ "$failed" = 0 ] || finish
rm -rf "$out/files"
mkdir "$out/files"
for program in test_picture test_ncnn; do
	"$out/$program" "$out/files" >"$out/$program.log" 2>&1 || failed=1
	cat "$out/$program.log"
done
top=$PWD
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

# ---- accel-ncnn2onnx ----
p=accel-ncnn2onnx
printf '%s\n' 7767517 '2 2' 'Input in 0 1 x 0=6 1=5 2=1' 'Convolution c 1 1 x y 0=1 1=1 6=1' >n.param
printf '\0\0\0\0\0\0\0\100' >n.bin
try 0 "" "help" $p --help
try 2 "wanted are" "no arguments" $p
try 2 "no size" "a size of letters" $p n.param n.bin n.onnx large
try 2 "no size" "a size of 0" $p n.param n.bin n.onnx 0x4
try 0 "" "a network" $p n.param n.bin n.onnx
try 0 "" "which accelctl reads" accelctl info n.onnx --csv
grep -q '^input,x,float32,1x1x5x6' "$out/stdout" && grep -q '^output,y,float32,1x1x5x6' "$out/stdout"
result $? "and finds the shapes of" "$out/stdout"
try 0 "" "of another size" $p n.param n.bin m.onnx 7x8
try 0 "" "which accelctl reads" accelctl info m.onnx --csv
grep -q '^input,x,float32,1x1x8x7' "$out/stdout"
result $? "and finds the size of" "$out/stdout"
try 1 "cannot open none.param" "a missing text" $p none.param n.bin o.onnx
try 1 "cannot open none.bin" "missing weights" $p n.param none.bin o.onnx
try 1 "is no text" "weights as text" $p n.bin n.param o.onnx
try 1 "n.param.*way 0x" "text as weights" $p n.param n.param o.onnx
try 1 "none/o.onnx" "an output in a folder that is not there" $p n.param n.bin none/o.onnx
absent "no output file was made by what failed" o.onnx
# What somebody else converted from the same package; `make demo-upscale` fetches it.
theirs=$top/../shared/models/waifu2x_upconv7_142.onnx
ours=$objects/../demo/cache/waifu2x/waifu2x/models-upconv_7_anime_style_art_rgb/scale2.0x_model
if [ -e "$theirs" ] && [ -e "$ours.param" ]; then
	try 0 "" "waifu2x's upconv_7" $p "$ours.param" "$ours.bin" upconv.onnx 142x142
	"$out/test_ncnn" --same upconv.onnx "$theirs" >"$out/same" 2>&1
	result $? "has the weights of a conversion that we did not make" "$out/same"
	for model in upconv.onnx "$theirs"; do
		try 0 "" "it runs" accelctl run "$model" --device host: --seed 3 -o "$(basename "$model").npy"
	done
	cmp upconv.onnx.npy "$(basename "$theirs").npy" >"$out/cmp" 2>&1
	result $? "and computes the same" "$out/cmp"
else
	n=$((n + 1))
	echo "ok $n - waifu2x's upconv_7 # SKIP needs ../shared/models and, once, make demo-upscale"
fi

finish
