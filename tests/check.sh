#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs the test stages one after the other and sums them up.
#
#   check.sh BUILD [STAGE...]      all stages of tests/stages without STAGE
#
# A stage is a command that prints TAP.  It fails when a test says `not ok`, when the plan is not met, or when
# its exit status is not 0.  Ends with a line `N passed, N failed`; the exit status says the same.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: check.sh BUILD [STAGE...]}
shift
mkdir -p "$build/check"

total_pass=0
total_fail=0
total_skip=0
table=
repeat=

run_stage() {
	local name=$1 command=$2 log=$build/check/$1.log start=$SECONDS status pass fail skip plan
	printf '== %s: %s\n' "$name" "$command"
	bash -c "$command" >"$log" 2>&1 </dev/null
	status=$?
	skip=$(grep -cE '^ok .*# SKIP' "$log")
	pass=$(($(grep -cE '^ok ' "$log") - skip))
	fail=$(grep -cE '^not ok ' "$log")
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$log" | awk '{ s += $1 } END { print s + 0 }')
	if [ "$fail" = 0 ] && { [ "$status" != 0 ] || [ "$plan" != $((pass + skip)) ] || [ "$plan" = 0 ]; }; then
		echo "not ok - stage $name: exit status $status, $plan tests planned, $((pass + skip)) run" >>"$log"
		fail=1
	fi
	if [ "$fail" != 0 ]; then
		grep -E '^not ok ' "$log" | head -n 20
		echo "   last lines of $log:"
		tail -n 30 "$log" | sed 's/^/   | /'
		repeat+="  tests/check.sh $build $name"$'\n'
	fi
	grep -E '^ok .*# SKIP' "$log" | sed 's/^/   /'
	printf '   %d passed, %d failed, %d skipped, %d s\n' "$pass" "$fail" "$skip" $((SECONDS - start))
	table+=$(printf '%-22s %7d %7d %8d %6d' "$name" "$pass" "$fail" "$skip" $((SECONDS - start)))$'\n'
	total_pass=$((total_pass + pass))
	total_fail=$((total_fail + fail))
	total_skip=$((total_skip + skip))
}

wanted=" $* "
known=" "
while IFS='|' read -r name command; do
	name=${name//[[:space:]]/}
	case "$name" in '' | '#'*) continue ;; esac
	known+="$name "
	[ "$wanted" = "  " ] || [[ "$wanted" == *" $name "* ]] || continue
	run_stage "$name" "$(echo "$command" | sed "s#@BUILD@#$build#g; s#^ *##")"
done <tests/stages
for name in $wanted; do
	if [[ "$known" != *" $name "* ]]; then
		echo "check.sh: there is no stage '$name'; tests/stages lists them" >&2
		exit 2
	fi
done

printf '\n%-22s %7s %7s %8s %6s\n%s' stage passed failed skipped s "$table"
if [ -n "$repeat" ]; then
	printf '\nTo repeat what failed:\n%s' "$repeat"
fi
printf '\n%d passed, %d failed' "$total_pass" "$total_fail"
[ "$total_skip" = 0 ] || printf ', %d skipped' "$total_skip"
printf '\n'
[ "$total_fail" = 0 ]
