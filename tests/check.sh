#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs the test stages and sums them up.
#
#   check.sh BUILD [STAGE...]      without STAGE: all of tests/stages
#
# A stage is a command that prints TAP.  It fails when a test says `not ok`, when the plan is not met, or when
# its exit status is not 0.  Those with & in front of their names run beside the others, one of them after the other; behind
# a line --- nothing starts before all above has ended.  Ends with a line `N passed, N failed`; the exit status says the same.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: check.sh BUILD [STAGE...]}
shift
logs=$build/check
mkdir -p "$logs"

# Leaves in NAME.sum how many tests passed, failed and were skipped, and the seconds.
run_stage() { # NAME COMMAND
	local name=$1 log=$logs/$1.log start=$SECONDS status pass fail skip plan said
	bash -c "$2" >"$log" 2>&1 </dev/null
	status=$?
	skip=$(grep -cE '^ok .*# SKIP' "$log")
	pass=$(($(grep -cE '^ok ' "$log") - skip))
	fail=$(grep -cE '^not ok ' "$log")
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$log" | awk '{ s += $1 } END { print s + 0 }')
	if [ "$fail" = 0 ] && { [ "$status" != 0 ] || [ "$plan" != $((pass + skip)) ] || [ "$plan" = 0 ]; }; then
		echo "not ok - stage $name: exit status $status, $plan tests planned, $((pass + skip)) run" >>"$log"
		fail=1
	fi
	echo "$pass $fail $skip $((SECONDS - start))" >"$logs/$name.sum"
	# One piece, as another stage may speak at the same time.
	said=$(
		echo "== $name: $2"
		if [ "$fail" != 0 ]; then
			grep -E '^not ok ' "$log" | head -n 20
			echo "   last lines of $log:"
			tail -n 30 "$log" | sed 's/^/   | /'
		fi
		grep -E '^ok .*# SKIP' "$log" | sed 's/^/   /'
		printf '   %d passed, %d failed, %d skipped, %d s\n' "$pass" "$fail" "$skip" $((SECONDS - start))
	)
	echo "$said"
}

# Lines `NAME|COMMAND` from the input, but not those of run_beside().
run_in_turn() {
	local name command
	while IFS='|' read -r name command; do
		case $name in '' | '&'*) continue ;; esac
		echo "-- $name"
		run_stage "$name" "$command"
	done
}

beside=
trap '[ -z "$beside" ] || kill -- "-$beside" 2>/dev/null' EXIT
trap 'exit 130' INT TERM

# Stages between two lines ---.
run_block() { # LINES
	local apart
	apart=$(sed -n 's/^&//p' <<<"$1")
	if [ -n "$apart" ]; then
		set -m # a process group of its own: it can be ended whole
		run_in_turn <<<"$apart" &
		beside=$!
		set +m
	fi
	run_in_turn <<<"$1"
	[ -z "$beside" ] || wait "$beside"
	beside=
}

wanted=" $* "
known=" "
block=
names=()
rm -f "$logs"/*.sum
while IFS='|' read -r name command; do
	name=${name//[[:space:]]/}
	case $name in '' | '#'*) continue ;; esac
	if [ "$name" = --- ]; then
		blocks+=("$block")
		block=
		continue
	fi
	known+="${name#&} "
	[ "$wanted" = "  " ] || [[ "$wanted" == *" ${name#&} "* ]] || continue
	names+=("${name#&}")
	block+="$name|$(echo "$command" | sed "s#@BUILD@#$build#g; s#^ *##")"$'\n'
done <tests/stages
blocks+=("$block")
for name in $wanted; do
	if [[ "$known" != *" $name "* ]]; then
		echo "check.sh: there is no stage '$name'; tests/stages lists them" >&2
		exit 2
	fi
done
for block in "${blocks[@]}"; do
	run_block "$block"
done

total_pass=0
total_fail=0
total_skip=0
repeat=
cores=${GEOMETRIES:+"GEOMETRIES='$GEOMETRIES' "} # `make check-all` has more of them
printf '\n%-22s %7s %7s %8s %6s\n' stage passed failed skipped s
for name in "${names[@]}"; do
	read -r pass fail skip seconds 2>/dev/null <"$logs/$name.sum" || { pass=0 fail=1 skip=0 seconds=0; }
	printf '%-22s %7d %7d %8d %6d\n' "$name" "$pass" "$fail" "$skip" "$seconds"
	[ "$fail" = 0 ] || repeat+="  ${cores}tests/check.sh $build $name"$'\n'
	total_pass=$((total_pass + pass))
	total_fail=$((total_fail + fail))
	total_skip=$((total_skip + skip))
done
if [ -n "$repeat" ]; then
	printf '\nTo repeat what failed:\n%s' "$repeat"
fi
printf '\n%d passed, %d failed' "$total_pass" "$total_fail"
[ "$total_skip" = 0 ] || printf ', %d skipped' "$total_skip"
printf '\n'
[ "$total_fail" = 0 ]
