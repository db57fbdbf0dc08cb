# SPDX-License-Identifier: Apache-2.0
#
# The functional model: what a Makefile at the top of the tree needs to build it.  Paths are
# relative to the top.  The inner loops need -O3.

MODEL_SRCS := $(addprefix sim/model/, \
	model.c model_buffer.c model_conv.c model_dispatch.c model_job.c model_load.c \
	model_mmu.c model_post.c model_regs.c model_requant.c model_store.c model_tile.c) sim/fcn_cmd_check.c
MODEL_HDRS := $(addprefix sim/model/, fcn_model.h model_int.h model_arith.h model_requant_lanes.h)
MODEL_CFLAGS := -std=c11 -O3 -Wall -Wextra -Werror -Wno-psabi -Iuapi -Isim -Isim/model
