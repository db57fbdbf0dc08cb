# SPDX-License-Identifier: MIT
#
# Builds what a soak runs in process, from the top folder:
#
#   make -f tests/soak/soak.mk      $(BUILD)/soak/clients, $(BUILD)/soak/judge, $(BUILD)/soak/models
#
# Given: what libaccel.mk is given.

.PHONY: soak-programs
soak-programs:

# The same library as the top Makefile's; model: needs no Verilated core.
ACCEL_GEOMETRIES ?= 16x16
include libaccel/libaccel.mk

SOAK_OUT = $(BUILD)/soak
SOAK_CC = $(CC) $(WARN) $(CFLAGS) -Ilibaccel/include -Ilibaccel/src -Ilibaccel/tools -Itests/libaccel/compile -Itests/soak
SOAK_GRAPHS = tests/libaccel/compile/random_graph.c libaccel/tools/net_maker.c

soak-programs: $(SOAK_OUT)/clients $(SOAK_OUT)/judge $(SOAK_OUT)/seeds

$(SOAK_OUT)/clients: tests/soak/clients.c tests/soak/flat.c tests/soak/flat.h $(SOAK_GRAPHS) $(LIBACCEL_A)
	@mkdir -p $(@D)
	$(SOAK_CC) -o $@ $(filter %.c,$^) $(LIBACCEL_A) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc $(LIBACCEL_LIBS)

$(SOAK_OUT)/seeds: tests/libaccel/fuzz/seeds.c $(SOAK_GRAPHS) $(LIBACCEL_A)
	@mkdir -p $(@D)
	$(SOAK_CC) -o $@ $(filter %.c,$^) $(LIBACCEL_A) $(LIBACCEL_LIBS)

$(SOAK_OUT)/judge: tests/soak/judge.c tests/soak/flat.c tests/soak/flat.h
	@mkdir -p $(@D)
	$(SOAK_CC) -o $@ $(filter %.c,$^)
