# SPDX-License-Identifier: Apache-2.0
#
# Builds the simulator library.  Included by the top Makefile, from the top folder.
#
# Given:   BUILD, CC, CFLAGS, WARN; GEOMETRIES, RxC of each core that `sim-lib` builds
#          VARIANT: empty, `waves` (FST on demand) or `cov` (line and toggle coverage, random power-up state)
#          FCN_MARCH: of the C++ compiler; `native` is right unless the program moves to another machine
#          FCN_CXX: that compiler
# Targets: sim-lib
#          $(FCN_SIM_LIB)                 the library, without cores
#          $(call fcn_core_lib,16x16)     one core
# Use:     $(CXX) … $(call fcn_sim_link,8x8 16x16)   what a program that wants these cores is linked with; it depends
#          on $(FCN_SIM_LIB) and $(call fcn_core_lib,…) of each

VARIANT ?=
FCN_MARCH ?= native
FCN_RTL ?= rtl
VERILATOR ?= verilator
# The C++ compiler of the cores: clang's code runs at 1.2 times the speed of gcc's (make bench-core).
FCN_CXX ?= $(if $(shell command -v clang++ 2>/dev/null),clang++,g++)
FCN_CCACHE ?= $(if $(shell command -v ccache 2>/dev/null),ccache)

FCN_SIM_CFLAGS := -Isim -Iuapi
FCN_SIM_OUT = $(BUILD)/sim$(if $(VARIANT),-$(VARIANT))
FCN_SIM_LIB = $(FCN_SIM_OUT)/libfcnsim.a
fcn_core_lib = $(BUILD)/verilated$(if $(VARIANT),-$(VARIANT))/$(1)/libVfcn_$(1).a

# -u: a core announces itself before main(), so nothing refers to it by name.
fcn_sim_link = $(foreach g,$(1),-Wl,-u,fcn_core_$(g) $(call fcn_core_lib,$(g))) \
	$(FCN_SIM_LIB) -lstdc++ -lm -lpthread $(if $(filter waves,$(VARIANT)),-lz)

# ---- the library in C ----

-include sim/model/model.mk

FCN_SIM_SRCS := $(sort $(addprefix sim/,fcn_axi.c fcn_axi_check.c fcn_axi_read.c fcn_axi_timing.c fcn_axi_write.c fcn_cmd_check.c \
	fcn_fault_run.c fcn_fault_table.c fcn_fault_text.c fcn_mem.c fcn_names.c fcn_sim.c fcn_sim_core.c fcn_sim_coverage.c \
	fcn_sim_counters.c fcn_sim_line.c fcn_sim_lite.c) \
	$(MODEL_SRCS))
FCN_SIM_OBJS = $(FCN_SIM_SRCS:%.c=$(FCN_SIM_OUT)/%.o)

# The compiler's options are part of what an object is made from: a change of CFLAGS rebuilds.
FCN_SIM_CC = $(CC) $(WARN) $(CFLAGS) -fPIC $(FCN_SIM_CFLAGS)

$(FCN_SIM_OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FCN_SIM_CC)' | cmp -s - $@ || echo '$(FCN_SIM_CC)' >$@

$(FCN_SIM_OUT)/sim/model/%.o: FCN_MORE = $(MODEL_CFLAGS)
$(FCN_SIM_OUT)/%.o: %.c $(FCN_SIM_OUT)/flags
	@mkdir -p $(@D)
	$(FCN_CCACHE) $(FCN_SIM_CC) $(FCN_MORE) -MMD -MP -MT $@ -c -o $@ $<

$(FCN_SIM_LIB): $(FCN_SIM_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

-include $(FCN_SIM_OBJS:.o=.d)

# ---- the Verilated cores ----

FCN_VFLAGS_ = --noassert --x-assign fast --x-initial fast
FCN_VFLAGS_waves = $(FCN_VFLAGS_) --trace-fst
FCN_VFLAGS_cov = --noassert --x-assign unique --x-initial unique --coverage-line --coverage-toggle

# Coverage counters make the code several times as large, and speed does not matter there.
FCN_OPT = -O3
FCN_OPT_cov = -O1

fcn_rows = $(firstword $(subst x, ,$(1)))
fcn_cols = $(lastword $(subst x, ,$(1)))
fcn_lanes = $(if $(filter 8,$(call fcn_cols,$(1))),8,16)

# One make of its own per core: sim/verilated.mk includes the makefile that Verilator generates.
$(BUILD)/verilated$(if $(VARIANT),-$(VARIANT))/%: GEOMETRY = $(firstword $(subst /, ,$*))
$(BUILD)/verilated$(if $(VARIANT),-$(VARIANT))/%.a: $(wildcard $(FCN_RTL)/*.v $(FCN_RTL)/*.vh) \
		sim/fcn_sim_verilated.cpp sim/fcn_sim_core.h sim/sim.mk sim/verilated.mk sim/verilator.vlt
	rm -rf $(@D)
	mkdir -p $(@D)
	$(VERILATOR) --cc -O3 $(FCN_VFLAGS_$(VARIANT)) --top-module fcn_core --prefix Vfcn_$(GEOMETRY) -Mdir $(@D) \
		--output-split 20000 \
		-GROWS=$(call fcn_rows,$(GEOMETRY)) -GCOLS=$(call fcn_cols,$(GEOMETRY)) -GLANES=$(call fcn_lanes,$(GEOMETRY)) \
		-I$(FCN_RTL) -y $(FCN_RTL) sim/verilator.vlt $(FCN_RTL)/fcn_core.v
	$(MAKE) -C $(@D) -f $(abspath sim/verilated.mk) PREFIX=Vfcn_$(GEOMETRY) SIM=$(abspath sim) MARCH=$(FCN_MARCH) OPT=$(or $(FCN_OPT_$(VARIANT)),$(FCN_OPT)) \
		ROWS=$(call fcn_rows,$(GEOMETRY)) COLS=$(call fcn_cols,$(GEOMETRY)) CORE_CXX=$(FCN_CXX) OBJCACHE=$(FCN_CCACHE) fcn_core.a
	mv $(@D)/fcn_core.a $@

.PHONY: sim-lib FORCE
sim-lib: $(FCN_SIM_LIB) $(foreach g,$(GEOMETRIES),$(call fcn_core_lib,$(g)))
