# SPDX-License-Identifier: Apache-2.0
#
# Compiles one Verilated core, in the folder that Verilator filled; sim.mk calls it.
#
# Given: PREFIX, the model's class; ROWS, COLS; SIM, the folder of fcn_sim_verilated.cpp; MARCH, OPT, OBJCACHE;
#        CORE_CXX, the compiler of the model.
# Makes: fcn_core.a: the model, its C interface, and Verilator's run-time library.
#
# Command-line flags would not do: Verilator 5.006 puts its own -Os behind them.

# Sets VK_OBJS and VK_GLOBAL_OBJS, and has the rules to make them.
include $(PREFIX).mk

OPT_FAST = $(OPT) -march=$(MARCH)
OPT_SLOW = -O0
OPT_GLOBAL = -O2
CXXFLAGS += -fPIC -fvisibility=hidden -DFCN_MODEL=$(PREFIX) -DFCN_ROWS=$(ROWS) -DFCN_COLS=$(COLS) \
	-DFCN_CORE=fcn_core_$(ROWS)x$(COLS) -I$(SIM)
VPATH += $(SIM)

# Not Verilator's run-time library: it is small, and clang's would need libatomic.
CXX = $(CORE_CXX)
$(VK_GLOBAL_OBJS): private CXX = g++

# Code that only runs while waves are written need not be fast, only compiled fast.  Newer Verilators have the header precompiled, for OPT_FAST as the
# others have it: here it is read as it is.
$(PREFIX)__Trace%.o: private OPT_FAST = -O1
$(PREFIX)__Trace%.o: private VK_PCH_I_FAST = -include $(PREFIX)__pch.h

fcn_core.a: $(VK_OBJS) $(VK_GLOBAL_OBJS) fcn_sim_verilated.o
	rm -f $@
	$(AR) rcs $@ $^
