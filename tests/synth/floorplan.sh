#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Places on ECP5-85F for the multipliers of the 8x16 array and for the large memories, as commands for Yosys:
#
#   floorplan.sh PATH    PATH leads from the top to fcn_engines
#
# The device has three rows of 52 DSP sites, at Y = 10, 34 and 58, and four of 52 block RAMs, at 22, 46, 70 and 82.  Left
# alone, nextpnr scatters array and buffers over them.  Here sums go up: three rows of the array, 0 to 2 and 3 to 5, share
# a row of sites, column beside column, so that sums go to a neighbour or straight to the next row of sites; rows 6 and 7
# share the topmost with the multipliers of POST, which nextpnr places into the gaps.  Weights and the IFM buffer lie
# below the array's row 0, each column's accumulators beside its last row.  The OFM buffer is in the middle of the device,
# so POST's logic comes to lie above it and LOAD's below.  Wires along the rows are what there is too little of, so logic
# must have many rows: with accumulators and OFM buffer at the bottom it lay between Y = 40 and 80, and did not route.
# Four DSP sites share four clock enables: no four of these need more.
set -eu
path=${1:?usage: floorplan.sh PATH}

# The sites of a row come in blocks of four; the seventh block is followed by two columns for clocks.
block() { # INDEX: X of its block
	echo $((4 + 9 * ($1 / 4) + ($1 / 4 > 6 ? 2 : 0)))
}

place() { # SITE PATTERN, which must match one cell; brackets would be patterns
	echo "select -assert-count 1 c:$path.$2"
	echo "setattr -set BEL \"$1\" c:$path.$2"
}

dsp() { # Y INDEX PATTERN
	case $(($2 % 4)) in
	0) place "X$(block "$2")/Y$1/MULT18_0" "$3" ;;
	1) place "X$(($(block "$2") + 1))/Y$1/MULT18_1" "$3" ;;
	2) place "X$(($(block "$2") + 4))/Y$1/MULT18_4" "$3" ;;
	3) place "X$(($(block "$2") + 5))/Y$1/MULT18_5" "$3" ;;
	esac
}

ram() { # Y INDEX PATTERN
	place "X$(($(block "$2") + 2 * ($2 % 4)))/Y$1/EBR$(($2 % 4))" "$3"
}

for row in 0 1 2 3 4 5 6 7; do
	for col in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		dsp $((58 - 24 * (row / 3))) $((3 * col + row % 3)) "u_conv.u_array.g_row?$row?.u_row.g_col?$col?.u_pe.u_mul.mult"
	done
done
for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	ram 22 $((3 * i)) "u_conv.g_acc?$i?.u_acc.u_half_0.mem.*"
	ram 22 $((3 * i + 1)) "u_conv.g_acc?$i?.u_acc.u_half_1.mem.*"
	ram 70 $((2 * i)) "u_ifm.u_even.mem.0.$i"
	ram 70 $((2 * i + 1)) "u_ifm.u_odd.mem.0.$i"
	ram 46 $((10 + 2 * i)) "u_ofm.u_ram.u_even.mem.0.$i"
	ram 46 $((11 + 2 * i)) "u_ofm.u_ram.u_odd.mem.0.$i"
done
# Nine bits of a weight line each.
for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
	ram 82 $((3 * i * 9 / 8 + 1)) "u_conv.u_buf.g_bank?0?.u_ram.mem.0.$i"
done
