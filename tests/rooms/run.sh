#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Checks that no room includes what it should not know, by rooms.tsv.  Prints TAP, one test a row of the table, and one
# that every C and Verilog file outside tests/ has a row.
#
#   run.sh
set -u
cd "$(dirname "$0")/../.." || exit 1
table=tests/rooms/rooms.tsv

patterns=() allowed=() wrong=() used=()
while IFS='|' read -r pattern may; do
	pattern=${pattern//[[:space:]]/}
	case "$pattern" in '' | '#'*) continue ;; esac
	patterns+=("$pattern")
	allowed+=("$may")
	wrong+=("")
	used+=(0)
done <"$table"

# resolve FILE NAME: the file of this tree that FILE means by NAME, or NAME where there is none.
resolve() {
	local dir
	for dir in "$(dirname "$1")" uapi sim sim/model libaccel/include libaccel/src libaccel/accelctl rtl; do
		if [ -f "$dir/$2" ]; then
			realpath --relative-to=. "$dir/$2"
			return
		fi
	done
	echo "$2"
}

may_include() { # PATH PATTERN...
	local path=$1 pattern
	shift
	for pattern; do
		# shellcheck disable=SC2053  # a pattern
		[[ $path == $pattern ]] && return 0
	done
	return 1
}

homeless=
while IFS= read -r file; do
	row=-1
	for i in "${!patterns[@]}"; do
		# shellcheck disable=SC2053
		if [[ $file == ${patterns[i]} ]]; then
			row=$i
			break
		fi
	done
	if [ "$row" = -1 ]; then
		homeless+="# $file has no row in $table"$'\n'
		continue
	fi
	used[row]=1
	while IFS= read -r name; do
		[ -n "$name" ] || continue
		path=$(resolve "$file" "$name")
		read -ra may <<<"${allowed[row]}"
		may_include "$path" "${may[@]}" || wrong[row]+="# $file includes $path"$'\n'
	done < <(sed -nE 's/^[[:space:]]*[#`]include[[:space:]]+"([^"]+)".*/\1/p' "$file")
done < <(git ls-files '*.c' '*.h' '*.cpp' '*.v' '*.vh' | grep -v '^tests/')

n=0
for i in "${!patterns[@]}"; do
	n=$((n + 1))
	if [ -z "${wrong[i]}" ]; then
		echo "ok $n - ${patterns[i]} includes only what it may$([ "${used[i]}" = 1 ] || echo ' # SKIP no such file yet')"
	else
		printf 'not ok %d - %s includes only what it may\n%s' "$n" "${patterns[i]}" "${wrong[i]}"
	fi
done
n=$((n + 1))
if [ -z "$homeless" ]; then
	echo "ok $n - every file has a row"
else
	printf 'not ok %d - every file has a row\n%s' "$n" "$homeless"
fi
echo "1..$n"
