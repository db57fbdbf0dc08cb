# SPDX-License-Identifier: MIT
#
# Thin: each room has its own rules.  `make help` lists what a person may want.

BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g
WARN := -std=c11 -Wall -Wextra -Werror
# Geometries that `make check` builds and tests; 32x32 joins in `make check-all`.
GEOMETRIES ?= 8x8 8x16 16x16

export BUILD CC GEOMETRIES

.PHONY: help all deps check check-all check-bookworm check-trixie lint prove synth bench bench-core bench-host soak fuzz fuzz-ioctl coverage \
	generate install uninstall clean demo demo-upscale demo-gan

help:
	@echo 'make check        install what is needed, build, run the tests of tests/stages'
	@echo 'make check-all    the same with the 32x32 array'
	@echo 'make check-trixie  make check in a new Debian 13 root, as root; check-bookworm: Debian 12 (STAGES=...: only these)'
	@echo 'make bench        figures of the library on the Verilated core, each beside its peer (CSV=1; five minutes)'
	@echo 'make bench-core   figures of the core: utilisation, copy bandwidth, job change, simulation speed'
	@echo 'make bench-host   the host backend beside ONNX Runtime, one thread each'
	@echo 'make bench-hil    the driver in a guest: register accesses and ioctls of a job, latency, processor time (KERNEL=...; four minutes)'
	@echo 'make prove        formal proofs of the core (yosys-smtbmc)'
	@echo 'make synth        FPGA resources and clock (ECP5, Xilinx 7 series)'
	@echo 'make soak HOURS=n random models, streams, ioctls and faults, in process and in guests; counts must stay flat'
	@echo 'make fuzz SECONDS=n  so many seconds of each fuzzer: onnx npy image quant pipeline (FUZZERS=...)'
	@echo 'make fuzz-ioctl SECONDS=n  the ioctls of the driver, in a guest with the simulated core (KERNEL=6.12, backports or debug: one)'
	@echo 'make coverage     lines of the Verilog, libaccel and the driver that tests reach, on one page (PARTS="rtl library driver")'
	@echo 'make lint         each module of the Verilog alone, the shell scripts, licence lines'
	@echo 'make generate     regenerate what comes from rtl/desc/'
	@echo 'make hil          the driver in Debian guests with the simulated core as a PCIe function (KERNEL=6.12 or backports: one)'
	@echo 'make hil-debug    the same on kernels with KASAN, lockdep, kmemleak and more, and with KCSAN, built on first use (KERNEL=debug or kcsan: one)'
	@echo 'make hil-failnth  every allocation of the driver fails once, in a guest with a kernel of Debian (KERNEL=backports: the other)'
	@echo 'make hil-faults   guests with a bus, an interrupt or a server that fail, two clients at work: Documentation/faults.md (KERNEL=...)'
	@echo 'make hil-shell    a shell in a guest that has the core (KERNEL=6.12, backports, debug or kcsan)'
	@echo 'make vfio         build fcn-vfio, the server that is the PCIe function of these guests'
	@echo 'make deps         only install the Debian packages, or name them'
	@echo "make all          build libaccel and accelctl (ACCEL_GEOMETRIES='16x16 8x16': the cores that rtl: has; 16x16)"
	@echo 'make demo         find the text in a photograph on the Verilated core: build/demo/demo.png'
	@echo 'make demo-upscale double a photograph likewise; make demo-gan makes pictures of clothes'
	@echo 'make tools        build accel-model, accel-picture, accel-ncnn2onnx'
	@echo 'make install      install them below PREFIX (/usr/local), DESTDIR in front; make uninstall'
	@echo 'make clean        remove $(BUILD)/'
	@echo 'As root, all but generate, all, tools, vfio, install, uninstall and clean install the Debian packages that they need;'
	@echo 'as another user they name those that are missing.'

# The cores that rtl: has, built in: `rtl:array=8x16` needs 8x16 here.
ACCEL_GEOMETRIES ?= 16x16

all: libaccel accelctl

install: libaccel-install tools-install
uninstall: libaccel-uninstall tools-uninstall

deps:
	@tests/deps.sh

$(BUILD)/fcngen: $(wildcard rtl/gen/*.c rtl/gen/*.h)
	@mkdir -p $(BUILD)
	$(CC) $(CFLAGS) $(WARN) -o $@ $(filter %.c,$^)

generate: $(BUILD)/fcngen
	$(BUILD)/fcngen -r rtl/desc/registers.desc -c rtl/desc/commands.desc -o .

include sim/sim.mk
include sim/vfio/vfio.mk
include libaccel/libaccel.mk
include libaccel/tools/tools.mk

check: deps
	@tests/check.sh $(BUILD)

check-all: deps
	@GEOMETRIES='8x8 8x16 16x16 32x32' tests/check.sh $(BUILD)

# The whole of it in a new root of another Debian release; STAGES: only these.
check-bookworm check-trixie:
	@tests/deps.sh mmdebstrap
	@tests/fresh-root.sh $(@:check-%=%) $(BUILD) $(STAGES)

lint: deps
	@tests/lint.sh $(BUILD)

prove: deps
	@tests/prove/run.sh $(BUILD)

synth: deps
	@tests/synth/run.sh $(BUILD)

bench-host: deps
	@tests/bench/host.sh $(BUILD)

bench-core: deps
	@FCN_CXX='$(FCN_CXX)' tests/bench/run.sh $(BUILD)

bench: deps
	@tests/bench/bench.sh $(BUILD) $(if $(CSV),--csv) $(PARTS)

HOURS ?= 1
soak: deps
	@tests/soak/run.sh $(BUILD) $(HOURS) $(KERNEL)

SECONDS ?= 600
fuzz: deps
	@tests/libaccel/fuzz/run.sh $(BUILD) $(SECONDS) $(FUZZERS)

fuzz-ioctl: deps
	@tests/fuzz/run.sh $(BUILD) $(SECONDS) $(KERNEL)

coverage: deps
	@tests/coverage.sh $(BUILD) $(PARTS)

demo:
	@libaccel/demo/text.sh $(BUILD)

demo-upscale:
	@libaccel/demo/upscale.sh $(BUILD)

demo-gan:
	@libaccel/demo/gan.sh $(BUILD)

clean:
	@rm -rf $(BUILD) 2>/dev/null || { tests/debian-root.sh --remove $(BUILD)/hil/root-* $(BUILD)/root-* && rm -rf $(BUILD); }
