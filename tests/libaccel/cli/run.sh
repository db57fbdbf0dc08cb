#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of accelctl: its options, results, errors and exit codes, with the address and undefined behaviour sanitizers;
# libFuzzer on the readers of pictures; installation.  Prints TAP.
#
#   run.sh BUILD_DIR [VARIABLE=VALUE...]     variables of libaccel.mk
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [VARIABLE=VALUE...]" >&2
	exit 2
fi
mkdir -p "$1/libaccel-cli" || exit 1
out=$(cd "$1/libaccel-cli" && pwd)
shift
cd "$(dirname "$0")/../../.." || exit 1
top=$PWD
here=tests/libaccel/cli
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
export UBSAN_OPTIONS=print_stacktrace=1
. tests/tap.sh

# Runs accelctl: its exit code must be CODE and its standard error one line that matches MESSAGE, or empty.
try() { # CODE MESSAGE NAME ARGUMENT...
	local code=$1 message=$2 name=$3 status lines
	shift 3
	timeout 120 "$ctl" "$@" >"$out/stdout" 2>"$out/stderr" </dev/null
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
	result 1 "$name: accelctl $*" "$out/stderr"
}

same() { # NAME FILE FILE
	cmp "$2" "$3" >"$out/cmp" 2>&1
	result $? "$1" "$out/cmp"
}

absent() { # NAME FILE
	! ls "$2"* >"$out/ls" 2>/dev/null
	result $? "$1" "$out/ls"
}

make -s -f libaccel/libaccel.mk BUILD="$out" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" "$@" libaccel accelctl \
	>"$out/make.log" 2>&1
result $? "libaccel and accelctl build" "$out/make.log"
# shellcheck disable=SC2086  # a list
gcc -std=c11 -Wall -Wextra -Werror $sanitize -Ilibaccel/include -Ilibaccel/src -Ilibaccel/accelctl $here/make_files.c \
	libaccel/accelctl/image*.c "$out/libaccel.a" -lpng -ljpeg -lstdc++ -lm -lpthread -o "$out/make_files" \
	>"$out/make.log" 2>&1 && rm -rf "$out/files" && mkdir "$out/files" && "$out/make_files" "$out/files" >"$out/make.log" 2>&1
result $? "files for the tests" "$out/make.log"
[ "$failed" = 0 ] || finish
ctl=$out/accelctl
cd "$out/files" || exit 1

# ---- the command line ----
try 2 "no command" "no command"
try 2 "no command 'fly'" "an unknown command" fly
try 0 "" "--help" --help
try 0 "" "--version" --version
for command in info run verify quantize bench profile dump; do
	try 0 "" "$command --help" $command --help
	try 2 "there is no option '--fly'" "$command: an unknown option" $command --fly
done
try 2 "needs an argument" "an option without its argument" run copy.onnx -o
try 2 "no model" "run without a model" run
try 2 "no output" "run without an output" run copy.onnx
try 2 "there is no option '--stage'" "an option of another command" run copy.onnx --stage emit
try 2 "is no shape" "a shape of letters" info copy.onnx --shape axb
try 2 "no such input" "a shape for nothing" info copy.onnx --shape picure=1x3x24x32
try 1 "fixes it at 24" "a shape that contradicts the model" info copy.onnx --shape picture=1x3x25x32
try 2 "3 numbers" "two means" run copy.onnx a.png -o y.npy --mean 1,2
try 2 "above 0" "a deviation of 0" run copy.onnx a.png -o y.npy --std 0
try 2 "at most" "a seed of letters" run copy.onnx -o y.npy --seed x
try 2 "separated by commas" "means without commas" run copy.onnx a.png -o y.npy --mean 1:2:3
try 2 "at least 1" "a multiple of 0" run copy.onnx a.png -o y.npy --multiple 0
try 2 "must be the smaller one" "a range backwards" run copy.onnx a.png -o y.png --range=2,1
try 2 "above 50" "a percentile of letters" quantize copy.onnx --calib . -o y.onnx --percentile x
try 2 "above 50" "a percentile of 50" quantize copy.onnx --calib . -o y.onnx --percentile 50
try 2 "'1x3y4' is no shape" "a shape with a letter" info copy.onnx --shape 1x3y4
shapes=()
for i in {1..17}; do shapes+=(--shape "1x$i"); done
try 2 "more than 16 arguments" "too many shapes" info copy.onnx "${shapes[@]}"
try 2 "more than 16" "too many devices" verify copy.onnx --devices "host:$(printf ',host:%.0s' {1..16})"
try 2 "too long" "a URI that is too long" info --device "model:$(printf 'memory=ideal,%.0s' {1..60})" --array 8x8
for command in verify quantize profile "dump --stage emit"; do
	# shellcheck disable=SC2086  # a list
	try 2 "no model is given" "$command without a model" $command
done
for command in info "quantize --calib . -o y.onnx" "dump --stage emit"; do
	# shellcheck disable=SC2086  # a list
	try 2 "more than one model" "${command%% *} of two models" $command copy.onnx sum.onnx
done
try 2 "no --calib" "quantize without samples" quantize copy.onnx -o y.onnx
try 2 "must name one file" "quantize without an output" quantize copy.onnx --calib .
try 1 "none.onnx" "dump of a missing model" dump --stage emit none.onnx
try 1 "none.onnx" "verify of a missing model" verify none.onnx --devices host:,model:

# ---- devices ----
try 0 "" "info" info
grep -q '^model:' "$out/stdout" && grep -q '^host:' "$out/stdout"
result $? "info lists model: and host:" "$out/stdout"
try 0 "" "info of a device" info --device model: --array 8x16
grep -q '8x16' "$out/stdout"
result $? "it has the array that was asked for" "$out/stdout"
try 1 "is no device" "an unknown device" info --device gpu:
try 1 "is no device" "a model on an unknown device" info copy.onnx --device gpu:
try 1 "is no device" "a layer on an unknown device" bench --layer conv,8,8,16,16,3,1,1 --device gpu:
try 1 "8, 16 or 32" "an impossible array" info --device model: --array 7x7
try 1 "wanted is ROWSxCOLUMNS" "an array of letters" info --device model: --array large
try 2 "not for host:" "an array of the host" run copy.onnx -o y.npy --device host: --array 8x8
try 1 "no core of 8x8 is built in" "rtl: without cores" info --device rtl: --array 8x8
try 1 "is built in; there is none" "rtl: without cores, whichever" info --device rtl:

# ---- models ----
try 1 "cannot open none.onnx: No such file" "a missing model" info none.onnx
head -c 100 copy.onnx >cut.onnx
try 1 "cut.onnx" "a model that is cut off" info cut.onnx
: >empty.onnx
try 1 "empty.onnx" "an empty model" info empty.onnx
truncate -s 3G large.onnx
try 1 "more than" "a model of 3 GiB" info large.onnx
rm large.onnx
try 1 "a.png" "a picture as a model" info a.png
try 1 "/" "a folder as a model" info /
try 0 "" "info of a model" info copy.onnx
grep -q 'input *picture *float32 *1x3x24x32' "$out/stdout"
result $? "info shows inputs" "$out/stdout"
try 0 "" "info as JSON" info copy.onnx --json
if command -v python3 >/dev/null; then
	python3 -m json.tool "$out/stdout" >/dev/null 2>"$out/json"
	result $? "that is JSON" "$out/json"
fi

try 0 "" "names with quotes as JSON" info names.onnx --json
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; sys.exit(json.load(open(sys.argv[1]))["tensors"][0]["name"] != "a\"b\\c\td,e")' "$out/stdout" 2>"$out/json"
	result $? "come back" "$out/json"
fi
try 0 "" "and as CSV" info names.onnx --csv
grep -q '"a""b' "$out/stdout"
result $? "have their quotes twice" "$out/stdout"
try 0 "" "a model of any size" info open.onnx
grep -q '1x3x?x?' "$out/stdout"
result $? "shows that" "$out/stdout"
try 0 "" "a model of any rank" info any.onnx
try 0 "" "info of the host's part" info copy.onnx --host-only

# ---- run ----
try 0 "" "a picture to a picture" run copy.onnx a.png -o b.png
try 0 "" "and again" run copy.onnx b.png -o c.png
same "the network that copies copies" b.png c.png
try 0 "" "a picture to an array" run copy.onnx a.png -o p.npy
try 0 "" "an array to a picture" run copy.onnx --input p.npy -o d.png
same "the same picture" b.png d.png
try 0 "" "JPEG to JPEG" run copy.onnx a.jpg -o b.jpg
try 0 "" "an array to an array" run copy.onnx --input x.npy -o y.npy
same "the same array" x.npy y.npy
try 0 "" "float64 becomes float32" run copy.onnx --input double.npy -o z.npy
same "with the same values" x.npy z.npy
try 0 "" "mean and std" run copy.onnx a.png -o e.png --mean 0.5 --std 0.25 --range=-2,2
same "and range undo each other" b.png e.png
try 0 "" "blue, green, red" run copy.onnx a.png -o f.png --bgr
same "twice is as never" b.png f.png
try 1 "13 x 9 pixels" "a picture of another size" run copy.onnx odd.png -o y.png
try 0 "" "is scaled" run copy.onnx odd.png -o g.png --resize
try 0 "" "or extended" run sixteen.onnx odd.png -o h.png --multiple 16
try 1 "8 x 8" "an extended picture that is too large" run small.onnx odd.png -o i.png --multiple 16
try 0 "" "classes as colours" run classes.onnx a.png -o k.png
try 0 "" "classes over the picture" run classes.onnx a.png -o l.png --overlay
try 2 "needs a picture" "an overlay over nothing" run classes.onnx --input x.npy -o m.png --overlay
try 0 "" "random inputs" run sum.onnx -o s.npy --seed 3
try 0 "" "the same seed" run sum.onnx -o t.npy --seed 3
same "gives the same" s.npy t.npy
try 0 "" "two arrays" run sum.onnx --input ab.npy --input ab.npy -o u.npy
try 2 "3 inputs are given" "more inputs than the model has" run sum.onnx --input ab.npy --input ab.npy --input ab.npy -o v.npy
try 2 "2 files for outputs" "more outputs than the model has" run sum.onnx -o v.npy -o w.npy
try 1 "is no picture" "an output that is no picture" run sum.onnx --input ab.npy -o sum.png
try 1 "takes no picture" "a picture where none fits" run sum.onnx a.png -o y.npy
try 1 "int8.npy is int8" "an array of another type" run copy.onnx --input int8.npy -o y2.npy
try 1 "rank 1" "an array of another shape" run copy.onnx --input ab.npy -o y2.npy
try 1 "cannot open none.png" "a missing picture" run copy.onnx none.png -o y2.npy
cp copy.onnx text.png
try 1 "neither PNG nor JPEG" "a picture that is none" run copy.onnx text.png -o y2.npy
head -c -100 a.png >cut.png
try 1 "cannot read cut.png" "a PNG file that is cut off" run copy.onnx cut.png -o y2.npy
head -c 500 a.jpg >cut.jpg
try 1 "cannot read cut.jpg" "a JPEG file that is cut off" run copy.onnx cut.jpg -o y2.npy
absent "no output file was made" y2
try 1 "none/y.png" "an output in a folder that is not there" run copy.onnx a.png -o none/y.png
for type in double int32 int64 int8 uint8 bool; do
	try 0 "" "an input of $type" run in-$type.onnx -o y.npy
	try 0 "" "an output of $type as a picture" run out-$type.onnx a.png -o y.png
done
try 0 "" "a picture as bytes" run in-uint8.onnx a.png -o y.npy
try 0 "" "scores as colours" run scores.onnx a.png -o y.png
try 0 "" "two pictures in one" run two.onnx a.png -o y.png
try 1 "the output is 2 pictures" "an overlay of two" run two.onnx a.png -o y2.png --overlay
try 1 "1 pictures do not fit in one" "a picture that is too wide" run open.onnx --shape 1x3x1x32767 -o y2.png
try 1 "is no picture" "an output of rank 5" run five.onnx -o y2.png
try 1 "dim 2 of 'picture' is open; give --shape" "random numbers of any size" run open.onnx -o y2.npy
try 1 "no known shape; give --shape" "of any rank" run any.onnx -o y2.npy
try 1 "." "of a size that nothing has" run open.onnx --shape 1x3x1048576x1048576 -o y2.npy
try 1 "out of memory" "of a size that no memory has" run open.onnx --shape 1x3x524288x262144 -o y2.npy
for type in png jpg; do
	try 1 "40000 x 1 pixels; up to 32767" "a $type file that is too wide" run open.onnx wide.$type -o y2.npy
done
try 1 "more than 200 scans" "a JPEG file of too many scans" run open.onnx scans.jpg -o y2.npy
head -c 20 a.png >cut2.png
try 1 "cannot read cut2.png" "a PNG file without a header" run copy.onnx cut2.png -o y2.npy
absent "no output file was made" y2
# A terminal is shown how far it is.
script -qec "$ctl bench copy.onnx --device host:" "$out/terminal" >"$out/stdout" 2>&1 </dev/null && grep -q '\[.*of ' "$out/terminal"
result $? "a terminal sees progress" "$out/terminal"
# A device, or anything that is no regular file, must never be replaced by renaming.
mkfifo pipe.npy pipe.png pipe.onnx pipe.json
try 1 "no regular file" "a pipe for an array" run copy.onnx --input x.npy -o pipe.npy
try 1 "no regular file" "a pipe for a picture" run copy.onnx a.png -o pipe.png
try 1 "no regular file" "a pipe for a trace" profile copy.onnx --trace pipe.json
mkdir -p one && cp a.png one
try 1 "no regular file" "a pipe for a model" quantize copy.onnx --calib one -o pipe.onnx
find pipe.npy pipe.png pipe.onnx pipe.json -type p | awk 'END { exit NR != 4 }'
result $? "they are still there"
cp b.png kept.png
try 1 "is no picture" "an output that fails" run sum.onnx --input ab.npy -o kept.png
same "leaves the file as it was" b.png kept.png

# ---- the other commands ----
try 0 "" "verify" verify copy.onnx a.png --devices model:array=8x8,host:
try 0 "" "verify as CSV" verify classes.onnx --devices host:,model:,host: --csv
awk 'END { exit NR != 3 }' "$out/stdout"
result $? "a row for each device but the first" "$out/stdout"
try 0 "" "verify as JSON" verify copy.onnx --devices model:array=8x8,host: --json
try 1 "has no option 'x'" "verify with a comma in a device" verify copy.onnx --devices "model:array=8x8,x=1,host:"
try 2 "at least two" "verify of one device" verify copy.onnx --devices model:
try 1 "is no device" "verify of an unknown device" verify copy.onnx --devices model:,gpu:
try 0 "" "bench of a model" bench copy.onnx --device model:
try 0 "" "bench without layers" bench copy.onnx --device model: --no-layers
try 0 "" "bench of layers" bench --layer conv,8,8,16,16,3,1,1 --layer deconv,8,8,16,8,4,2,1 --csv --device model:
[ "$(wc -l <"$out/stdout")" = 3 ]
result $? "a row for each" "$out/stdout"
try 0 "" "a layer on the host" bench --layer conv,8,8,16,16,3,1,1 --device host:
try 2 "wanted is" "a layer of too few numbers" bench --layer conv,8,8
try 2 "up to 65535" "a layer of a large number" bench --layer conv,8,8,16,70000,3,1,1
try 2 "only P may be 0" "a layer of stride 0" bench --layer conv,8,8,16,16,3,0,1
try 2 "wanted is" "a layer of words" bench --layer pool,8,8,16,16,3,1,1
try 2 "weights" "a layer that is too large" bench --layer conv,8,8,60000,60000,9,1,1
try 1 "--layer conv,2,2,16,16,5,1,0" "a layer without outputs" bench --layer conv,2,2,16,16,5,1,0
try 2 "neither a model" "bench of nothing" bench
try 0 "" "profile" profile copy.onnx a.png --trace trace.json --device model: -o profiled.npy
try 0 "" "run" run copy.onnx a.png --device model: -o plain.npy
same "profile and run have the same outputs" profiled.npy plain.npy
try 2 "2 files for outputs" "profile: more outputs than the model has" profile copy.onnx a.png -o y2.npy -o y3.npy
if command -v python3 >/dev/null; then
	python3 -m json.tool trace.json >/dev/null 2>"$out/json"
	result $? "the trace is JSON" "$out/json"
fi
mkdir -p pictures none-here
cp a.png a.jpg pictures
try 0 "" "quantize" quantize copy.onnx --calib pictures -o q.onnx
try 0 "" "the result runs" run q.onnx a.png -o q.png --device model:
try 0 "" "alike everywhere" verify q.onnx a.png --devices model:,model:array=8x8,host:
try 1 "has no .png" "no samples" quantize copy.onnx --calib none-here -o q2.onnx
try 1 "cannot open the folder none" "a missing folder" quantize copy.onnx --calib none -o q2.onnx
try 2 "minmax, percentile or entropy" "an unknown range" quantize copy.onnx --calib pictures -o q2.onnx --calib-range x
try 1 "inputs" "a model of two inputs" quantize sum.onnx --calib pictures -o q2.onnx
try 0 "" "a percentile" quantize copy.onnx --calib pictures -o q3.onnx --calib-range percentile --percentile 99
try 0 "" "profile of a quantised model" profile q.onnx a.png --trace core.json --device model:
grep -q '"X", "pid": 1' core.json
result $? "its trace has the core's time" core.json
for stage in import lower partition schedule allocate emit; do
	try 0 "" "dump of stage $stage" dump --stage $stage q.onnx --device model:
	[ -s "$out/stdout" ]
	result $? "shows something" "$out/stdout"
done
try 1 "there is no stage 'fly'" "an unknown stage" dump --stage fly copy.onnx
try 2 "no --stage" "dump without a stage" dump copy.onnx

cp odd.png pictures
try 1 "13 x 9" "a sample of another size" quantize copy.onnx --calib pictures -o q2.onnx
absent "no output file was made" q2
timeout 60 "$ctl" info >/dev/full 2>"$out/stderr"
[ $? = 1 ] && grep -q "standard output" "$out/stderr"
result $? "a full disk behind standard output" "$out/stderr"
cd "$top" || exit 1

# ---- installation ----
rm -rf "$out/destdir"
make -s -f libaccel/libaccel.mk BUILD="$out" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" "$@" DESTDIR="$out/destdir" \
	PREFIX=/usr libaccel-install >"$out/make.log" 2>&1
result $? "install" "$out/make.log"
cat >"$out/user.c" <<'END'
#include <accel.h>
#include <stdio.h>

int main(void)
{
	struct accel_device *dev;

	if (accel_device_open("host:", &dev))
		return 1;
	accel_device_close(dev);
	return puts(accel_version()) < 0;
}
END
for cc in "gcc -std=c99 -pedantic" "g++ -xc++"; do
	# shellcheck disable=SC2086  # lists
	$cc -Wall -Wextra -Werror $sanitize -I"$out/destdir/usr/include" "$out/user.c" -L"$out/destdir/usr/lib" -laccel \
		-o "$out/user" >"$out/make.log" 2>&1 && LD_LIBRARY_PATH=$out/destdir/usr/lib "$out/user" >>"$out/make.log" 2>&1
	result $? "a program with the installed library, by ${cc%% *}" "$out/make.log"
done
nm -D --defined-only "$out/destdir/usr/lib/libaccel.so.1" | awk '{ print $3 }' | grep -v '^accel_.*@@LIBACCEL_1.0$' |
	grep -v '^LIBACCEL_1.0' >"$out/symbols"
! grep -q . "$out/symbols"
result $? "the library shows nothing but its interface" "$out/symbols"
grep -o '\baccel_[a-z_]*(' libaccel/include/accel.h | tr -d '(' | sort -u >"$out/declared"
nm -D --defined-only "$out/destdir/usr/lib/libaccel.so.1" | sed -n 's/.* \(accel_[a-z_]*\)@@.*/\1/p' | sort -u |
	diff "$out/declared" - >"$out/symbols"
result $? "and all of it" "$out/symbols"
make -s -f libaccel/libaccel.mk BUILD="$out" ACCEL_GEOMETRIES= DESTDIR="$out/destdir" PREFIX=/usr libaccel-uninstall \
	>"$out/make.log" 2>&1
[ -z "$(find "$out/destdir" -type f -o -type l)" ]
result $? "uninstall leaves nothing" "$out/make.log"

# ---- fuzzing ----
if ! clang -std=c11 -g -O1 "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all -Ilibaccel/src \
	-Ilibaccel/accelctl $here/fuzz_image.c libaccel/accelctl/image*.c libaccel/src/{error,file}.c -lpng -ljpeg -lm \
	-o "$out/fuzz_image" 2>"$out/clang.log"; then
	skip "readers of pictures, by libFuzzer" "needs clang with libFuzzer"
else
	rm -rf "$out/corpus"
	mkdir "$out/corpus"
	cp "$out"/files/{a.png,a.jpg,odd.png} "$out/corpus"
	timeout 300 "$out/fuzz_image" -runs=20000 -seed=1 -max_len=8192 -timeout=20 -rss_limit_mb=1024 \
		-artifact_prefix="$out/" "$out/corpus" >"$out/fuzz.log" 2>&1
	result $? "readers of pictures, by libFuzzer: 20000 runs" "$out/fuzz.log"
fi
finish
