// SPDX-License-Identifier: Apache-2.0
/*
 * Random commands for the comparison of the legality check in C and in Verilog: a walk by
 * single bits along the border of what is legal.  walk ROWS COLS VECTORS WHY writes a line
 * "VERDICT COMMAND" in hexadecimal per command, and every reason that was given.
 */
#include "fcn_cmd_check.h"
#include "fcn_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WALKS = 800, STEPS = 60, MAX_WHY = 256 };

static uint64_t state = 1;

/* Bits of an opcode's command that turned out to be reserved: not worth many tries. */
static unsigned char reserved[256][FCN_CMD_WORDS * 32];

static uint32_t rnd(uint32_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 33) % below);
}

static void start(struct fcn_cmd *c)
{
	uint32_t op = rnd(256);

	if (rnd(16))
		while (!fcn_op_name(op))
			op = rnd(256);
	fcn_cmd_init(c, op, 0, 0);
}

int main(int argc, char **argv)
{
	const char *seen[MAX_WHY];
	unsigned nseen = 0, legal = 0, total = 0, rows, cols;
	FILE *vectors, *whys;

	if (argc != 5)
		return 2;
	rows = (unsigned)atoi(argv[1]);
	cols = (unsigned)atoi(argv[2]);
	vectors = fopen(argv[3], "w");
	whys = fopen(argv[4], "w");
	if (!vectors || !whys) {
		perror("walk");
		return 2;
	}
	for (unsigned i = 0; i < WALKS; i++) {
		struct fcn_cmd c, good;

		start(&c);
		good = c;
		for (unsigned j = 0; j < STEPS; j++) {
			uint32_t op = c.w[0] & 255;
			const char *why = NULL;
			unsigned k, flips = !j ? 0 : rnd(4) ? 1 : 3, bit = 0;
			int bad;

			for (k = 0; k < flips; k++) {
				do
					bit = rnd(512) & (rnd(2) ? ~0u : ~0xcu); /* low bits are limited more often */
				while (reserved[op][bit] && rnd(100));
				c.w[bit / 32] ^= (uint32_t)1 << (bit % 32);
			}
			bad = fcn_cmd_check(&c, rows, cols, &why);
			if (bad ? !why : why != NULL) {
				puts("a verdict without a reason, or a reason without a verdict");
				return 1;
			}
			if (flips == 1 && why && strstr(why, "reserved bits"))
				reserved[op][bit] = 1;
			for (k = 0; why && k < nseen && strcmp(seen[k], why); k++)
				;
			if (why && k == nseen && nseen < MAX_WHY) {
				seen[nseen++] = why;
				fprintf(whys, "%s\n", why);
			}
			fprintf(vectors, "%d", !bad);
			for (k = FCN_CMD_WORDS; k-- > 0;)
				fprintf(vectors, "%08x", (unsigned)c.w[k]);
			fputc('\n', vectors);
			total++;
			legal += !bad;
			if (!bad)
				good = c;
			else if (rnd(4))
				c = good;
		}
	}
	if (fclose(vectors) || fclose(whys))
		return 2;
	printf("%u legal of %u\n", legal, total);
	return legal < total / 50 || legal > total / 50 * 49;
}
