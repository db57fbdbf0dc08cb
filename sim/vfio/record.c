// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_faults(FILE *to, const struct fcn_fault_plan *plan)
{
	int n = fcn_fault_plan_print(plan, NULL, 0);
	char *text = malloc((size_t)n + 1), *save, *line;

	if (!text)
		return;
	fcn_fault_plan_print(plan, text, (size_t)n + 1);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		fprintf(to, "fault %s\n", line);
	free(text);
}

void vf_record_begin(FILE *to, const struct fcn_sim_config *cfg)
{
	if (!to)
		return;
	fprintf(to, "fcn-record %d\narray %ux%u\nmemory %s\nseed %" PRIu64 "\n", VF_RECORD_VERSION, cfg->rows, cfg->cols,
		fcn_axi_preset_name(cfg->memory), cfg->seed);
	if (cfg->faults)
		put_faults(to, cfg->faults);
	fputs("begin\n", to);
}

void vf_record_access(FILE *to, char what, uint64_t now, uint32_t off, uint32_t value)
{
	if (!to)
		return;
	if (what == 'W')
		fprintf(to, "W %" PRIu64 " %x %x\n", now, off, value);
	else
		fprintf(to, "R %" PRIu64 " %x\n", now, off);
}

void vf_record_value(FILE *to, uint64_t now, uint32_t value)
{
	if (to)
		fprintf(to, "V %" PRIu64 " %x\n", now, value);
}

void vf_record_dma_line(char *line, char what, uint64_t now, uint64_t addr, const void *data, size_t n, int err)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *p = data;

	line += sprintf(line, "%c %" PRIu64 " %" PRIx64 " ", what, now, addr);
	if (err) {
		sprintf(line, "!%zx", n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		*line++ = digit[p[i] >> 4];
		*line++ = digit[p[i] & 15];
	}
	*line = 0;
}

void vf_record_dma(FILE *to, char what, uint64_t now, uint64_t addr, const void *data, size_t n, int err)
{
	char line[VF_RECORD_LINE];

	if (!to)
		return;
	vf_record_dma_line(line, what, now, addr, data, n, err);
	fprintf(to, "%s\n", line);
}

void vf_record_irq(FILE *to, uint64_t now, int level)
{
	if (to)
		fprintf(to, "I %" PRIu64 " %d\n", now, level);
}

void vf_record_mark(FILE *to, char what, uint64_t now)
{
	if (to)
		fprintf(to, "%c %" PRIu64 "\n", what, now);
}
