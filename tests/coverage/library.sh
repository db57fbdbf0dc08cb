#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Line coverage of libaccel, accelctl and the tools: their tests, built once more by a gcc that counts.
#
#   library.sh BUILD
#
# SUITES: folders of tests/libaccel that run (graph onnx ref quant compile runtime drm cli tools).  Leaves BUILD/coverage/library.info.
# Programs that libFuzzer drives do not count.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: library.sh BUILD}
mkdir -p "$build/coverage/bin" "$build/coverage/lib"
out=$(cd "$build/coverage" && pwd)
suites=${SUITES:-graph onnx ref quant compile runtime drm cli tools}
status=0

# The tests call their compilers by these names.  Sanitizers have their own runs in make check; here they would only take time, so both are
# gcc without them, and libFuzzer is not there.  Threads count, too; children that are killed do not.
cat >"$out/bin/gcc" <<EOF
#!/bin/bash
args=()
for arg; do
	case \$arg in
	-fsanitize=*fuzzer*) echo "clang_rt.fuzzer is not used here" >&2; exit 1 ;;
	-fsanitize=* | -fno-sanitize*) ;;
	*) args+=("\$arg") ;;
	esac
done
exec $(command -v gcc) --coverage -fprofile-update=atomic "\${args[@]}"
EOF
chmod +x "$out/bin/gcc"
ln -sf gcc "$out/bin/clang"
find "$out/lib" -name '*.gcda' -delete
# A core for rtl:, where one has been built.
[ ! -d "$build/verilated" ] || ln -sfn "../../verilated" "$out/lib/verilated"

for suite in $suites; do
	PATH=$out/bin:$PATH "tests/libaccel/$suite/run.sh" "$build/coverage/lib" >"$out/$suite.tap" 2>&1
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
