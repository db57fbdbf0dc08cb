# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Part of run.sh: what needs a Debian root of its own: dt-schema and DKMS.
# shellcheck disable=SC2154  # given by who includes this

root=${HIL_CACHE:-$build/hil}/root-driver

# in_root COMMAND; $out is seen as /out there.
in_root() {
	tests/in-root.sh "$root" "$out" out sh -ec "$1"
}

check_binding() {
	local log=$out/binding.log
	mkdir -p "$out/dt"
	cp -R Documentation/devicetree/npu "$out/dt/"
	in_root 'cd dt && dt-doc-validate npu/fcnaccel,core.yaml' >"$log" 2>&1 && ! grep -q . "$log"
	result $? "the binding is a valid schema" "$log"
	in_root 'cd dt && dt-mk-schema -j npu/fcnaccel,core.yaml >schema.json && dt-extract-example npu/fcnaccel,core.yaml >example.dts &&
		cpp -nostdinc -undef -x assembler-with-cpp -I /usr/src/linux-headers-*-common/include example.dts | dtc -q -O dtb -o example.dtb - &&
		dt-validate -s schema.json example.dtb' >"$log" 2>&1 && ! grep -q . "$log"
	result $? "its example matches it" "$log"
	in_root 'cd dt && sed "s/interrupts = /interupts = /" example.dts | cpp -nostdinc -undef -x assembler-with-cpp -I /usr/src/linux-headers-*-common/include - |
		dtc -q -O dtb -o bad.dtb - && dt-validate -s schema.json bad.dtb' >"$log" 2>&1
	grep -q "'interrupts' is a required property" "$log"
	result $? "and a misspelt property would be seen" "$log"
}

check_dkms() {
	local log=$out/dkms.log
	rm -rf "$out/dkms"
	driver/dkms.sh "$out/dkms" >"$log" 2>&1
	result $? "sources for DKMS" "$log" || return
	# shellcheck disable=SC2016  # for the inner shell
	in_root 'release=$(ls /lib/modules | head -n 1)
		dkms remove -m fcn-accel -v 1.0 --all >/dev/null 2>&1 || true
		rm -rf /usr/src/fcn-accel-1.0 && cp -R dkms/usr/src/fcn-accel-1.0 /usr/src/
		dkms add -m fcn-accel -v 1.0 && dkms install -m fcn-accel -v 1.0 -k "$release"' >"$log" 2>&1
	result $? "DKMS builds and installs the module" "$log"
	# shellcheck disable=SC2016
	in_root 'release=$(ls /lib/modules | head -n 1)
		depmod "$release" && modinfo -k "$release" -F alias fcn_accel' >"$log" 2>&1
	grep -q '^pci:v00001AF4d000010F0sv00001AF4sd0000FCA0' "$log"
	result $? "modprobe finds it for the PCIe function" "$log"
	grep -q '^of:.*fcnaccel,core' "$log"
	result $? "and for a node of a device tree" "$log"
}

check_packages() {
	local log=$out/root.log
	exec 9>"$root.lock"
	flock 9
	tests/debian-root.sh trixie-backports "$root" linux-headers-amd64 dkms kmod make gcc cpp dt-schema device-tree-compiler >"$log" 2>&1
	result $? "a Debian root with dt-schema and DKMS" "$log"
	local status=$?
	exec 9>&-
	[ "$status" = 0 ] || return
	check_binding
	check_dkms
}
