# SPDX-License-Identifier: Apache-2.0
#
# Builds fcn-vfio.  Included by the top Makefile, from the top folder, behind sim/sim.mk.
#
# Given:   as of sim.mk; VFIO_GEOMETRIES, the cores that it has (16x16)
# Targets: vfio: $(BUILD)/fcn-vfio

VFIO_GEOMETRIES ?= 16x16
VFIO_SRCS := $(sort $(wildcard sim/vfio/*.c))
VFIO_OUT = $(BUILD)/vfio-obj
VFIO_OBJS = $(VFIO_SRCS:%.c=$(VFIO_OUT)/%.o)
VFIO_CC = $(CC) $(WARN) $(CFLAGS) $(FCN_SIM_CFLAGS) -Isim/vfio -D_GNU_SOURCE

.PHONY: vfio
vfio: $(BUILD)/fcn-vfio

$(VFIO_OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(VFIO_CC)' | cmp -s - $@ || echo '$(VFIO_CC)' >$@

$(VFIO_OUT)/%.o: %.c $(VFIO_OUT)/flags
	@mkdir -p $(@D)
	$(FCN_CCACHE) $(VFIO_CC) -MMD -MP -c -o $@ $<

-include $(VFIO_OBJS:.o=.d)

$(BUILD)/fcn-vfio: $(VFIO_OBJS) $(FCN_SIM_LIB) $(foreach g,$(VFIO_GEOMETRIES),$(call fcn_core_lib,$(g)))
	$(CC) $(CFLAGS) -o $@ $(VFIO_OBJS) $(call fcn_sim_link,$(VFIO_GEOMETRIES))

# ---- hardware in the loop ----

KERNEL ?=
.PHONY: hil hil-debug hil-failnth hil-faults hil-shell bench-hil
hil: deps
	@tests/hil/run.sh $(BUILD) $(KERNEL)

hil-debug: deps
	@tests/hil/run.sh $(BUILD) $(or $(KERNEL),debug kcsan)

hil-failnth: deps
	@tests/hil/failnth.sh $(BUILD) $(or $(KERNEL),6.12)

hil-faults: deps
	@tests/hil/faults.sh $(BUILD) $(KERNEL)
	@tests/hil/reactions.sh $(BUILD) $(or $(KERNEL),6.12)

hil-shell: deps
	@tests/hil/shell.sh $(BUILD) $(or $(KERNEL),6.12)

bench-hil: deps
	@tests/bench/hil.sh $(BUILD) $(KERNEL)
