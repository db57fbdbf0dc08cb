# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Guests with something special and a list of their own, as tests/hil/sessions names them: included by run.sh, failnth.sh and
# tests/coverage/driver.sh.
# shellcheck disable=SC2034  # $session_programs is for who includes this

# What is special about a session: its fault plan goes to DIR/plan, the rest to $session_server and $session_append.
session_special() { # DIR WHAT
	local item items
	session_server='--faults plan'
	session_append=
	: >"$1/plan"
	IFS=';' read -ra items <<<"$2"
	for item in "${items[@]}"; do
		read -r item <<<"$item"
		case $item in
		@*) cat "${item#@}" >>"$1/plan" ;;
		--*) session_server+=" $item" ;;
		+*) session_append+=" ${item#+}" ;;
		*) echo "$item" >>"$1/plan" ;;
		esac
	done
}

# A small archive behind the common one, DIR/initramfs.gz, replaces the list, and has the programs that are not in the common one.  All of
# a run is in DIR/NAME.  The exit status is guest.sh's; $session_programs: what has run.
session_guest() { # KERNEL DIR NAME SPECIAL COMMANDS PROGRAMS
	local dir=$2/$3 root=$2/$3/root program
	rm -rf "$root"
	mkdir -p "$root/tests"
	tr ';' '\n' <<<"$5" >"$root/tests/list"
	session_programs=$(sed -E 's/[A-Za-z_]+=[^ ]* *//g; s/^ *//; s/ .*//' "$root/tests/list")
	for program in $session_programs; do
		cp "$6/$program" "$root/tests/"
	done
	session_special "$dir" "$4"
	append_files "$2/initramfs.gz" "$root" "$dir/initramfs.gz"
	HIL_SERVER="$session_server ${HIL_SERVER-}" HIL_APPEND="${HIL_APPEND-}$session_append" sim/hil/guest.sh "$1" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
}

# Calls COMMAND... NAME SPECIAL COMMANDS for each line.
each_session() { # COMMAND...
	local name special commands
	while IFS='|' read -r name special commands; do
		name=${name//[[:space:]]/}
		case $name in '' | '#'*) continue ;; esac
		"$@" "$name" "${special# }" "${commands# }" </dev/null
	done <tests/hil/sessions
}
