#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Line coverage of libaccel, accelctl and the tools: their tests, built once more by a gcc that counts.
#
#   library.sh BUILD
#
# SUITES: folders of tests/libaccel that run (graph onnx ref quant compile runtime drm cli tools faults).  Leaves BUILD/coverage/library.info.
# Programs that libFuzzer drives do not count; what suites that do not run now counted before does.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: library.sh BUILD}
mkdir -p "$build/coverage/bin" "$build/coverage/lib"
out=$(cd "$build/coverage" && pwd)
suites=${SUITES:-graph onnx ref quant compile runtime drm cli tools faults}
status=0

# The tests call gcc by this name.  Sanitizers have their own runs in make check; here they would only take time.  Optimised code tells less well
# which line it came from.  The simulator is not measured.  Threads count, too, where a suite has any; children that are killed do not.
# A compiler cache would find this gcc in PATH, so it is told of the real one; it does not know how to count threads.  In front of this gcc it
# would lose what --coverage writes.
gcc=
for file in $(type -ap gcc); do
	[[ "$(readlink -f "$file")" == */ccache ]] || { gcc=$file && break; }
done
[ -n "$gcc" ] || { echo "library: there is no gcc" && exit 1; }
cache=$(command -v ccache)
cat >"$out/bin/gcc" <<EOF
#!/bin/bash
args=() simulator= level=-O0
for arg; do
	case \$arg in
	-fsanitize=* | -fno-sanitize*) continue ;;
	sim/*.c) simulator=yes ;;
	-O*) level=\$arg && continue ;;
	esac
	args+=("\$arg")
done
[ -z "\$simulator" ] || CCACHE_COMPILER=$gcc exec $cache $gcc \$level "\${args[@]}"
[ -n "\${COUNT_THREADS-}" ] || CCACHE_COMPILER=$gcc exec $cache $gcc --coverage "\${args[@]}"
exec $gcc --coverage -fprofile-update=atomic "\${args[@]}"
EOF
cat >"$out/bin/clang" <<EOF
#!/bin/sh
echo "clang_rt.fuzzer is not used here" >&2
exit 1
EOF
chmod +x "$out"/bin/*
# A core for rtl:.
if ! make -s -f libaccel/libaccel.mk BUILD="$build" "$build/verilated/8x8/libVfcn_8x8.a" >"$out/core.log" 2>&1; then
	tail -n 5 "$out/core.log"
	exit 1
fi
ln -sfn "../../verilated" "$out/lib/verilated"

for suite in $suites; do
	mkdir -p "$out/lib/libaccel-$suite"
	find "$out/lib/libaccel-$suite" -name '*.gcda' -delete
	case $suite in
	graph | onnx | ref | quant | compile) threads= ;;
	*) threads=yes ;;
	esac
	args=("$build/coverage/lib")
	[ "$suite" != quant ] || args+=(-)	# real models take minutes, and are in no line of their own
	# A program that may not write files cannot write its counts either: its complaint is not the test's.  Without sanitizers there is time for
	# every allocation to fail.
	GCOV_ERROR_FILE=$out/gcov.log EVERY=1 CC=gcc FCN_CCACHE='' COMPILERS=gcc COUNT_THREADS=$threads PATH=$out/bin:$PATH "tests/libaccel/$suite/run.sh" "${args[@]}" >"$out/$suite.tap" 2>&1
	printf '%-10s %s\n' "$suite" "$(grep -c '^ok ' "$out/$suite.tap") passed, $(grep -c '^not ok ' "$out/$suite.tap") failed"
	if grep -q '^not ok ' "$out/$suite.tap"; then
		grep -A 5 '^not ok ' "$out/$suite.tap"
		status=1
	fi
done
if ! lcov --quiet --capture --no-external --base-directory "$PWD" --directory "$out/lib" --output-file "$out/library.all" >"$out/lcov.log" 2>&1 ||
	! lcov --quiet --extract "$out/library.all" "$PWD/libaccel/src/*" "$PWD/libaccel/accelctl/*" "$PWD/libaccel/tools/*" \
		--output-file "$out/library.info" >>"$out/lcov.log" 2>&1; then
	tail -n 5 "$out/lcov.log"
	exit 1
fi
exit $status
