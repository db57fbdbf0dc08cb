# SPDX-License-Identifier: Apache-2.0
#
# rtl/desc/registers.desc to what prove_regfile includes: the register file with free inputs, and for each field an
# instance of the module that says what a field of its kind does.  A second reading of the description, which
# shares nothing with rtl/gen/.  The names of ports are those that the head of rtl/fcn_regfile.v gives.

function number(text,    i, value, digits) {
	if (text !~ /^0x/) return text + 0
	digits = "0123456789abcdef"
	for (i = 3; i <= length(text); i++) value = 16 * value + index(digits, tolower(substr(text, i, 1))) - 1
	return value
}

function port(direction, name, width) {
	if (direction == "i") printf "    (* anyseq *) wire [%d:0] %s;\n", width - 1, name
	else printf "    wire [%d:0] %s;\n", width - 1, name
	ports = ports ",\n        ." name "(" name ")"
}

# A field of the register at OFFSET, whose ports begin with STEM; ELEMENT is the array's, or nothing.
function one_field(stem, offset, element, name, bits, access, reset,    ends, hi, lo, width, p, kind, value) {
	split(bits, ends, ":")
	hi = ends[1] + 0; lo = ends[2] + 0; width = hi - lo + 1
	p = stem "_" name
	n++
	if (reset ~ /^const:/) value = "32'd" number(substr(reset, 7))
	else if (reset ~ /^param:/) {
		# Each parameter gets a value of its own.
		kind = substr(reset, 7)
		if (!(kind in values)) {
			values[kind] = 37 * n % 251 % 2 ^ width
			list = list (list ? ", " : "") "." kind "(" values[kind] ")"
		}
		value = "32'd" values[kind]
	} else if (access == "ro") {
		port("i", p "_i", width)
		value = p "_i"
	} else if (access == "rw" || access == "slot" || access == "kick") {
		port("o", p "_o", width)
		value = p "_o"
		checks = checks sprintf("    field_kept #(.AT(12'h%03x), .LSB(%d), .W(%d), .RESET(%s)) f%d (.clk_i(clk_i), .rst_i(rst_i),\n" \
			"        .wr_i(wr), .open_i(%s), .port_i(%s_o));\n", offset, lo, width, number(reset), n, access == "rw" ? "1'b1" : element "_open", p)
	} else if (access == "w1s") {
		port("o", p "_set_o", width)
		port("i", p "_i", width)
		value = p "_i"
		checks = checks sprintf("    field_action #(.AT(12'h%03x), .LSB(%d), .W(%d)) f%d (.clk_i(clk_i), .rst_i(rst_i), .wr_i(wr),\n" \
			"        .port_i(%s_set_o));\n", offset, lo, width, n, p)
	} else if (access == "w1c") {
		port("i", p "_set_i", width)
		port("o", p "_o", width)
		value = p "_o"
		checks = checks sprintf("    field_cause #(.AT(12'h%03x), .LSB(%d), .W(%d)) f%d (.clk_i(clk_i), .rst_i(rst_i), .wr_i(wr),\n" \
			"        .set_i(%s_set_i), .port_i(%s_o));\n", offset, lo, width, n, p, p)
	} else {
		print "registers.awk: access " access > "/dev/stderr"
		exit 1
	}
	reads = reads sprintf("\n        | (rd_addr_i == 10'h%03x ? {%s} << %d : 32'd0)", offset / 4, "32'd0 | " value, lo)
}

# All of a register; the loops run over its elements.
function one_reg(r, e,    stem, element, offset, f, p) {
	offset = reg_off[r]; element = ""
	stem = reg_name[r]
	if (reg_array[r] != "") {
		offset += base + e * stride
		element = array e
		stem = element "_" stem
	}
	for (f = first[r]; f <= last[r]; f++) {
		split(field[f], p, " ")
		one_field(stem, offset, element, tolower(p[2]), p[3], p[4], p[5])
	}
	if (reg_access[r] == "kick") {
		port("o", stem "_kick_o", 1)
		checks = checks sprintf("    register_kick #(.AT(12'h%03x)) k%d (.clk_i(clk_i), .rst_i(rst_i), .wr_i(wr), .open_i(%s_open),\n" \
			"        .port_i(%s_kick_o));\n", offset, n, element, stem)
		kicks[element] = kicks[element] " || " stem "_kick_o"
	}
}

$1 == "array" {
	array = tolower($2)
	for (i = 3; i <= NF; i++) {
		split($i, kv, "=")
		if (kv[1] == "base") base = number(kv[2])
		if (kv[1] == "stride") stride = number(kv[2])
		if (kv[1] == "count") count = number(kv[2])
	}
	inside = array
}
$1 == "end" { inside = "" }
$1 == "reg" {
	regs++
	reg_name[regs] = tolower($2); reg_off[regs] = number($3); reg_access[regs] = $4; reg_array[regs] = inside
	first[regs] = fields + 1; last[regs] = fields
}
$1 == "field" { field[++fields] = $0; last[regs] = fields }

END {
	for (e = 0; e < count; e++) port("i", array e "_locked_i", 1)
	for (r = 1; r <= regs; r++)
		for (e = 0; e < (reg_array[r] != "" ? count : 1); e++) one_reg(r, e)
	for (e = 0; e < count; e++)
		printf "    wire %s_open = !(%s_locked_i%s);\n", array e, array e, kicks[array e]
	printf "    fcn_regfile #(%s) dut (.clk_i(clk_i), .rst_i(rst_i)%s,\n        .wr_en_i(wr_en_i), .wr_addr_i(wr_addr_i), " \
		".wr_data_i(wr_data_i), .wr_strb_i(wr_strb_i),\n        .rd_addr_i(rd_addr_i), .rd_data_o(rd_data_o));\n", list, ports
	printf "%s", checks
	printf "    wire [31:0] reads = 32'd0%s;\n", reads
}
