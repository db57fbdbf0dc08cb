#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Test of the generator: run.sh FCNGEN REPOSITORY-ROOT.  Prints TAP.
# The committed outputs are what the generator makes; every kind of wrong description is
# rejected at the right line; the outputs compile, and the legality check in C and in Verilog
# agree on random commands.
set -u

if [ $# -ne 2 ]; then
	echo "usage: $0 FCNGEN REPOSITORY-ROOT" >&2
	exit 2
fi
gen=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$2" && pwd)
cc=${CC:-cc}
here=$root/tests/gen
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
. "$root/tests/tap.sh"

note() { # a file's lines as comments of TAP
	sed 's/^/# /' "$1"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# ---- the committed outputs ----

"$gen" -r "$root/rtl/desc/registers.desc" -c "$root/rtl/desc/commands.desc" -o "$tmp/out" 2>"$tmp/err"
result $? "the descriptions are accepted"
note "$tmp/err"

(cd "$tmp/out" && find . -type f | sed 's/^\.\///' | sort) >"$tmp/files"
mkdir "$tmp/have"
while read -r f; do
	mkdir -p "$tmp/have/$(dirname "$f")"
	[ -f "$root/$f" ] && cp "$root/$f" "$tmp/have/$f"
done <"$tmp/files"
[ -s "$tmp/files" ] && diff -r "$tmp/have" "$tmp/out" >"$tmp/diff" 2>&1
result $? "the committed outputs are up to date"
[ -s "$tmp/diff" ] && head -40 "$tmp/diff" >"$tmp/some" && note "$tmp/some"

"$gen" -r "$root/rtl/desc/registers.desc" -c "$root/rtl/desc/commands.desc" -o "$tmp/again" &&
	diff -r "$tmp/out" "$tmp/again" >/dev/null
result $? "two runs make the same"

# ---- what must be rejected ----

regs_head='block t size=64 version=1.0'
cmds_head='version 1
engine A 0 "a"
engine B 1 "b"
common
  field OPCODE 0 7:0 u "t"
  field VERSION 0 11:8 u "t"
  field WAIT 0 17:16 u "t"
  field SIGNAL 0 21:20 u "t"
end'

printf '%s\nreg OK 0 rw "t"\n  field F 0:0 rw 0 "t"\ncause C 1 "t"\n' "$regs_head" >"$tmp/good.regs"
printf '%s\ncommand OK 0x10 A "t"\nend\n' "$cmds_head" >"$tmp/good.cmds"
"$gen" -r "$tmp/good.regs" -c "$tmp/good.cmds" -o "$tmp/small" 2>"$tmp/err"
result $? "a small description is accepted"
note "$tmp/err"

reject() { # r or c, what, line, part of the message; description on stdin
	cat >"$tmp/bad"
	if [ "$1" = r ]; then
		set -- "$@" -r "$tmp/bad" -c "$tmp/good.cmds"
	else
		set -- "$@" -r "$tmp/good.regs" -c "$tmp/bad"
	fi
	rm -rf "$tmp/none"
	"$gen" "$5" "$6" "$7" "$8" -o "$tmp/none" >/dev/null 2>"$tmp/err"
	status=$?
	bad=0
	[ $status -eq 1 ] || bad=1
	grep -qF "fcngen: $tmp/bad:$3: " "$tmp/err" || bad=1
	grep -qF -- "$4" "$tmp/err" || bad=1
	[ ! -e "$tmp/none" ] || bad=1
	result $bad "rejected: $2"
	[ $bad -eq 0 ] || note "$tmp/err"
}

reg() { # what, line, message; lines behind the block on stdin
	{ echo "$regs_head" && cat; } >"$tmp/text"
	reject r "$1" "$2" "$3" <"$tmp/text"
}

cmd() { # the same, behind the common block, which ends in line 9
	{ echo "$cmds_head" && cat; } >"$tmp/text"
	reject c "$1" "$2" "$3" <"$tmp/text"
}

reg "registers that overlap" 4 "register 'B' overlaps register 'A' of line 2 at 0x004" <<'END'
reg A 4 rw "t"
  field F 0:0 rw 0 "t"
reg B 4 rw "t"
END
reg "a register that overlaps one of an array" 5 "register 'B' overlaps register 'A' of line 3 at 0x018" <<'END'
array S base=0x10 stride=8 count=2
reg A 0 rw "t"
end
reg B 0x18 rw "t"
END
reg "fields of a register that overlap" 4 "field 'G' of register 'A' overlaps field 'F' of line 3" <<'END'
reg A 0 rw "t"
  field F 7:0 rw 0 "t"
  field G 9:7 rw 0 "t"
END
reg "a field above bit 31" 3 "bits 32:30 lie outside 31..0" <<'END'
reg A 0 rw "t"
  field F 32:30 rw 0 "t"
END
reg "a bit range that is upside down" 3 "bits 2:5 are upside down" <<'END'
reg A 0 rw "t"
  field F 2:5 rw 0 "t"
END
reg "a reset value that does not fit" 3 "reset value 0x8 does not fit 3 bits" <<'END'
reg A 0 rw "t"
  field F 2:0 rw 8 "t"
END
reg "a reset value above 32 bits" 3 "does not fit 32 bits" <<'END'
reg A 0 rw "t"
  field F 2:0 rw 0x100000000 "t"
END
reg "a fixed value in a field that can be written" 3 "its value is fixed" <<'END'
reg A 0 rw "t"
  field F 2:0 rw const:1 "t"
END
reg "a register outside the block" 2 "offset 0x40 lies outside the block of 64 bytes" <<'END'
reg A 64 rw "t"
END
reg "a register outside its array's stride" 3 "offset 0x8 lies outside the array's stride of 0x8" <<'END'
array S base=0 stride=8 count=2
reg A 8 rw "t"
END
reg "an array outside the block" 2 "array 'S' ends outside the block" <<'END'
array S base=0x30 stride=16 count=2
END
reg "an array without an end" 3 "array 'S' has no end" <<'END'
array S base=0 stride=8 count=2
reg A 0 rw "t"
END
reg "an offset that is not a multiple of 4" 2 "is not a multiple of 4" <<'END'
reg A 2 rw "t"
END
reg "a register's name twice" 4 "register 'A' is there twice, first in line 2" <<'END'
reg A 0 rw "t"
  field F 0:0 rw 0 "t"
reg A 4 rw "t"
END
reg "a field's name twice" 4 "field 'F' of register 'A' is there twice, first in line 3" <<'END'
reg A 0 rw "t"
  field F 0:0 rw 0 "t"
  field F 1:1 rw 0 "t"
END
reg "a cause twice" 3 "cause 'B' = 1 is there twice, first in line 2" <<'END'
cause A 1 "t"
cause B 1 "t"
END
reg "a generated name twice" 5 "the generated name 'a_b_c_i' again" <<'END'
reg A_B 0 ro "t"
  field C 0:0 ro 0 "t"
reg A 4 ro "t"
  field B_C 0:0 ro 0 "t"
cause D 1 "t"
END
reg "a keyword of C" 2 "register 'while' is a keyword of C" <<'END'
reg while 0 rw "t"
END
reg "a keyword of Verilog" 3 "field 'wire' is a keyword of Verilog" <<'END'
reg A 0 rw "t"
  field wire 0:0 rw 0 "t"
END
reg "a keyword of SystemVerilog" 3 "field 'logic' is a keyword of Verilog or SystemVerilog" <<'END'
reg A 0 rw "t"
  field logic 0:0 rw 0 "t"
END
cmd "names that make a keyword together" 11 "the generated name 'always_ff', a keyword of" <<'END'
command ALWAYS 0x10 A "t"
  field FF 1 0:0 u "t"
end
END
reg "a name in lower case" 2 "register 'abc' is not a name" <<'END'
reg abc 0 rw "t"
END
reg "an unknown kind of access" 2 "'wo' is not a kind of access" <<'END'
reg A 0 wo "t"
END
reg "a field whose access is not its register's" 3 "give both the same access" <<'END'
reg A 0 rw "t"
  field F 0:0 w1c 0 "t"
END
reg "slot access outside an array" 2 "needs a slot" <<'END'
reg A 0 slot "t"
END
reg "a register without fields" 2 "register 'A' has no fields" <<'END'
reg A 0 rw "t"
END
reg "no causes" 3 "no causes: add one" <<'END'
reg A 0 rw "t"
  field F 0:0 rw 0 "t"
END
reg "a field without a register" 2 "a field before any register" <<'END'
field F 0:0 rw 0 "t"
END
reg "a line of an unknown kind" 2 "'registre' is unknown here" <<'END'
registre A 0 rw "t"
END
reg "too few words" 2 "too few words here" <<'END'
reg A 0 "t"
END
reg "a text without an end" 2 "a text does not end on its line" <<'END'
reg A 0 rw "t
END
reg "a text with a comment mark" 2 "may not hold a comment mark" <<'END'
reg A 0 rw "t */"
END
reject r "no block" 1 "before the block" <<'END'
reg A 0 rw "t"
END

cmd "an opcode twice" 12 "opcode 0x10 is taken by 'X' of line 10" <<'END'
command X 0x10 A "t"
end
command Y 0x10 A "t"
end
END
cmd "an opcode of another engine" 10 "bits 7..4 of opcode 0x20 must be 0x1 for engine 'A'" <<'END'
command X 0x20 A "t"
end
END
cmd "a command's name twice" 12 "command 'X' is there twice, first in line 10" <<'END'
command X 0x10 A "t"
end
command X 0x11 A "t"
end
END
cmd "an unknown engine" 10 "no engine 'C'" <<'END'
command X 0x30 C "t"
end
END
cmd "a field over the common ones" 11 "field 'F' of every command overlaps field 'WAIT' of line 7" <<'END'
command X 0x10 A "t"
  field F 0 18:17 u "t"
end
END
cmd "a field with the name of a common one" 11 "field 'WAIT' of every command is there twice" <<'END'
command X 0x10 A "t"
  field WAIT 1 1:0 u "t"
end
END
cmd "fields of a command that overlap" 12 "field 'G' of command 'X' overlaps field 'F' of line 11" <<'END'
command X 0x10 A "t"
  field F 1 7:0 u "t"
  field G 1 7:7 u "t"
end
END
cmd "a word that does not exist" 11 "word 16 does not exist" <<'END'
command X 0x10 A "t"
  field F 16 7:0 u "t"
end
END
cmd "an unknown kind of field" 11 "'f' is not a kind" <<'END'
command X 0x10 A "t"
  field F 1 7:0 f "t"
end
END
cmd "a maximum that limits nothing" 12 "max 7 is no limit" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
    max 7
end
END
cmd "an alignment that is no power of two" 12 "align 3 is not a power of two" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
    align 3
end
END
cmd "an unknown name in a rule" 12 "the rule's 'G' is unknown" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
  rule "t" F == G
end
END
cmd "a rule without an end" 12 "the rule ends too early" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
  rule "t" F ==
end
END
cmd "a rule without a bracket" 12 "the rule lacks a ')'" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
  rule "t" (F == 1
end
END
cmd "an assignment in a rule" 12 "the rule does not make sense at '= 1'" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
  rule "t" F = 1
end
END
cmd "a division by a field" 12 "divides by something that may be 0" <<'END'
command X 0x10 A "t"
  field F 1 2:0 u "t"
  rule "t" 7 / F
end
END
cmd "a command without an end" 10 "the last block has no end" <<'END'
command X 0x10 A "t"
END
reject c "an engine's number twice" 3 "engine 'B' = 0 is there twice, first in line 2" <<'END'
version 1
engine A 0 "a"
engine B 0 "b"
END
reject c "an engine without a bit in WAIT" 2 "number 2 has no bit in WAIT" <<'END'
version 1
engine A 2 "a"
common
  field OPCODE 0 7:0 u "t"
  field VERSION 0 11:8 u "t"
  field WAIT 0 17:16 u "t"
  field SIGNAL 0 21:20 u "t"
end
END
reject c "a common block without SIGNAL" 7 "no common field 'SIGNAL'" <<'END'
version 1
engine A 0 "a"
common
  field OPCODE 0 7:0 u "t"
  field VERSION 0 11:8 u "t"
  field WAIT 0 17:16 u "t"
end
END

"$gen" -r "$tmp/missing" -c "$tmp/good.cmds" -o "$tmp/none" >/dev/null 2>"$tmp/err"
[ $? -eq 1 ] && grep -qF "cannot read $tmp/missing" "$tmp/err"
result $? "rejected: a description that is not there"
"$gen" -r "$tmp/good.regs" >/dev/null 2>"$tmp/err"
[ $? -eq 1 ] && grep -qF "see fcngen --help" "$tmp/err"
result $? "rejected: missing options"
"$gen" --help | grep -q '^usage: fcngen'
result $? "--help"

# ---- every operator of a rule, and every access ----

{
	echo "$cmds_head"
	cat <<'END'
command X 0x20 B "every operator"
  field F 1 31:0 u "t"
  field G 2 5:0 u "t"
    align 2
  field H 2 31:28 s "t"
  rule "logic" !(F == 1 && G != 2) || H
  rule "bits" (((F & 3) | (~G ^ 5)) + (F < G)) % 3 != 0
  rule "sums" F + 3 * G - H / 2 != F % 7 << 1
  rule "shifts" (F << G) >= (F >> H) && -F > 9 || G == 0
  rule "order" 1 + 2 * 3 == 7 && (F <= COLS * ROWS || (F & 1) == 0)
end
command Y 0x21 B "no fields"
end
END
} >"$tmp/ops.cmds"
"$gen" -r "$tmp/good.regs" -c "$tmp/ops.cmds" -o "$tmp/ops" 2>"$tmp/err"
result $? "every operator is accepted"
note "$tmp/err"

# ---- the outputs compile, and C and Verilog agree ----

check() { # name, root of the outputs, description of the commands
	"$cc" -std=c11 -Wall -Wextra -Werror -I"$2/uapi" -I"$2/sim" -I"$2/tests/rtl" "$here/walk.c" \
		"$2/sim/fcn_cmd_check.c" "$2/sim/fcn_names.c" -o "$tmp/walk" 2>"$tmp/err"
	result $? "$1: the C compiles"
	note "$tmp/err"
	for cols in 8 32; do
		: >"$tmp/vectors"
		: >"$tmp/why"
		"$tmp/walk" 16 $cols "$tmp/vectors" "$tmp/why" >"$tmp/err" 2>&1
		result $? "$1, $cols columns: legal and illegal commands found"
		note "$tmp/err"
		bad=0
		sed -n 's/^ *rule "\([^"]*\)".*/\1/p' "$3" >"$tmp/rules"
		while read -r rule; do
			if ! grep -qF ": $rule" "$tmp/why"; then
				# With 32 columns, a field of 5 bits cannot break it.
				[ "$rule" = "COLS_N is below the array's columns" ] && [ $cols = 32 ] && continue
				echo "# never broken: $rule"
				bad=1
			fi
		done <"$tmp/rules"
		result $bad "$1, $cols columns: every rule was broken"
		if ! have iverilog || ! have vvp; then
			skip "$1, $cols columns: C and Verilog agree" "no iverilog"
			continue
		fi
		count=$(($(wc -l <"$tmp/vectors")))
		iverilog -g2005 -P"walk.COLS=$cols" -P"walk.COUNT=$count" -o "$tmp/walk.vvp" \
			"$here/walk.v" "$2/rtl/fcn_cmd_check.v" "$2/rtl/fcn_regfile.v" -s walk 2>"$tmp/err" &&
			(cd "$tmp" && vvp -n walk.vvp +vectors="$tmp/vectors") >>"$tmp/err" 2>&1 &&
			grep -q '^agree$' "$tmp/err"
		result $? "$1, $cols columns: C and Verilog agree on $count commands"
		note "$tmp/err"
	done
}

check "core" "$root" "$root/rtl/desc/commands.desc"
check "operators" "$tmp/ops" "$tmp/ops.cmds"

"$cc" -std=c11 -Wall -Wextra -Werror -I"$root/uapi" -I"$root/sim" -I"$root/tests/rtl" "$here/outputs.c" \
	"$root/sim/fcn_names.c" -o "$tmp/outputs" 2>"$tmp/err" && "$tmp/outputs" >>"$tmp/err"
result $? "setters, getters, names and the walk table"
note "$tmp/err"

if have iverilog && have vvp; then
	iverilog -g2005 -I"$root/rtl" -o "$tmp/regfile.vvp" "$here/regfile.v" "$root/rtl/fcn_regfile.v" \
		-s regfile 2>"$tmp/err" && vvp -n "$tmp/regfile.vvp" >>"$tmp/err" 2>&1 &&
		grep -q '^good$' "$tmp/err"
	result $? "the register file does what each access says"
	note "$tmp/err"
else
	skip "the register file does what each access says" "no iverilog"
fi

if have verilator; then
	printf 'module t;\n`include "fcn_defs.vh"\nendmodule\n' >"$tmp/t.v"
	bad=0
	: >"$tmp/err"
	for f in "$root/rtl/fcn_regfile.v" "$root/rtl/fcn_cmd_check.v" "$tmp/t.v"; do
		verilator --lint-only -Wall -I"$root/rtl" "$f" >>"$tmp/err" 2>&1 || bad=1
	done
	result $bad "the Verilog lints clean"
	note "$tmp/err"
else
	skip "the Verilog lints clean" "no verilator"
fi

finish
