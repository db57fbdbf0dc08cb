/* SPDX-License-Identifier: MIT */
/* Random quantised graphs of what the core can do: for tests of the compiler, and seeds of fuzzing. */
#ifndef TESTS_COMPILE_RANDOM_GRAPH_H
#define TESTS_COMPILE_RANDOM_GRAPH_H

#include "graph.h"

/* NULL: it could not be made. */
struct graph *random_graph(uint64_t seed);

#endif
