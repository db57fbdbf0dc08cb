# SPDX-License-Identifier: Apache-2.0
#
# Builds the tests of the vfio-user server; vfio_run.sh calls it from the top folder.  The server is built twice with sanitizers: for
# memory and undefined behaviour, and for threads.  The Verilated core is not.

BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g
WARN := -std=c11 -Wall -Wextra -Werror
HIL_GEOMETRY ?= 8x8

.PHONY: tests
tests:

include sim/sim.mk
include sim/vfio/vfio.mk

HIL_OUT = $(BUILD)/tests/hil
HIL_SAN_asan = -fsanitize=address,undefined -fno-sanitize-recover=undefined
HIL_SAN_tsan = -fsanitize=thread
HIL_CC = $(FCN_CCACHE) $(CC) $(WARN) -O1 -g $(FCN_SIM_CFLAGS) -Isim/vfio -Itests/hil -D_GNU_SOURCE
HIL_TESTS = protocol memory jobs faults
HIL_SHARED = $(addprefix $(HIL_OUT)/asan/tests/hil/,client.o rig.o guest.o)
HIL_LIB_SRCS = $(filter-out sim/model/%,$(FCN_SIM_SRCS))

tests: $(HIL_OUT)/fcn-vfio-asan $(HIL_OUT)/fcn-vfio-tsan $(HIL_TESTS:%=$(HIL_OUT)/test_%) $(HIL_OUT)/fuzz

$(HIL_OUT)/asan/%.o: %.c
	@mkdir -p $(@D)
	$(HIL_CC) $(HIL_SAN_asan) -MMD -MP -c -o $@ $<
$(HIL_OUT)/tsan/%.o: %.c
	@mkdir -p $(@D)
	$(HIL_CC) $(HIL_SAN_tsan) -MMD -MP -c -o $@ $<

-include $(shell find $(HIL_OUT) -name '*.d' 2>/dev/null)
.SECONDARY:

$(HIL_OUT)/fcn-vfio-%: $(foreach s,$(VFIO_SRCS:%.c=%.o) $(HIL_LIB_SRCS:%.c=%.o),$(HIL_OUT)/%/$(s)) $(call fcn_core_lib,$(HIL_GEOMETRY))
	$(CC) $(HIL_SAN_$*) -o $@ $(filter %.o,$^) -Wl,-u,fcn_core_$(HIL_GEOMETRY) $(call fcn_core_lib,$(HIL_GEOMETRY)) -lstdc++ -lm -lpthread

$(HIL_OUT)/test_%: $(HIL_OUT)/asan/tests/hil/test_%.o $(HIL_SHARED)
	$(CC) $(HIL_SAN_asan) -o $@ $^ -lcmocka
$(HIL_OUT)/fuzz: $(HIL_OUT)/asan/tests/hil/fuzz.o $(HIL_SHARED)
	$(CC) $(HIL_SAN_asan) -o $@ $^ -lcmocka
