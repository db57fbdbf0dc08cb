# SPDX-License-Identifier: Apache-2.0
#
# Builds the tests of the simulator library; run.sh calls it from the top folder.
# The C code, library included, is compiled with sanitizers; the Verilated cores are not.

BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g
WARN := -std=c11 -Wall -Wextra -Werror
GEOMETRIES ?= 8x8 8x16 16x16
# Waves are a property of the build, not of the geometry: one, and the smallest, will do.
WAVES_GEOMETRY := 8x8

.PHONY: tests bench
tests:

include sim/sim.mk

TEST_OUT = $(BUILD)/tests/sim
TEST_SAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined
TEST_CC = $(FCN_CCACHE) $(CC) $(WARN) -O1 -g $(TEST_SAN) $(FCN_SIM_CFLAGS) -Itests/sim -Itests/rtl
# The functional model has tests of its own.
TEST_LIB_OBJS = $(patsubst %.c,$(TEST_OUT)/%.o,$(filter-out sim/model/%,$(FCN_SIM_SRCS)))
TEST_SHARED = $(addprefix $(TEST_OUT)/tests/sim/,axi_master.o fake_core.o geometry.o job.o)
TEST_NAMES = mem fault axi check sim walk core
TEST_PROGRAMS = $(TEST_NAMES:%=$(TEST_OUT)/test_%)

tests: $(TEST_PROGRAMS)

$(TEST_OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(TEST_CC) -MMD -MP -MT $@ -c -o $@ $<

-include $(TEST_LIB_OBJS:.o=.d) $(TEST_SHARED:.o=.d) $(TEST_NAMES:%=$(TEST_OUT)/tests/sim/test_%.d)
.SECONDARY: $(TEST_NAMES:%=$(TEST_OUT)/tests/sim/test_%.o)

# Tests without a Verilated core bring their own, where they need one.
$(TEST_OUT)/test_%: $(TEST_OUT)/tests/sim/test_%.o $(TEST_SHARED) $(TEST_LIB_OBJS)
	$(CC) $(TEST_SAN) -o $@ $(filter-out %geometry.o %job.o,$^) -lcmocka -lm -lpthread

TEST_CORES = $(foreach g,$(GEOMETRIES),$(call fcn_core_lib,$(g)))

$(TEST_OUT)/test_walk $(TEST_OUT)/test_core: $(TEST_OUT)/test_%: $(TEST_OUT)/tests/sim/test_%.o $(TEST_SHARED) \
		$(TEST_LIB_OBJS) $(TEST_CORES) $(FCN_SIM_LIB)
	$(CC) $(TEST_SAN) -o $@ $(filter-out %fake_core.o %.a,$^) $(call fcn_sim_link,$(GEOMETRIES)) -lcmocka

# With VARIANT=waves.
$(TEST_OUT)/test_waves: $(TEST_OUT)/tests/sim/test_waves.o $(TEST_SHARED) $(TEST_LIB_OBJS) \
		$(call fcn_core_lib,$(WAVES_GEOMETRY)) $(FCN_SIM_LIB)
	$(CC) $(TEST_SAN) -o $@ $(filter-out %fake_core.o %.a,$^) $(call fcn_sim_link,$(WAVES_GEOMETRY)) -lcmocka

bench: $(TEST_OUT)/bench_sim
$(TEST_OUT)/bench_sim: tests/sim/bench_sim.c tests/sim/job.c $(TEST_CORES) $(FCN_SIM_LIB)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) $(FCN_SIM_CFLAGS) -Itests/sim -o $@ $(filter %.c,$^) $(call fcn_sim_link,$(GEOMETRIES))
