// SPDX-License-Identifier: Apache-2.0
/*
 * fcngen: one description of the registers and one of the commands, every place that must
 * agree with them generated.  Both are read and checked first (lex.c, regs.c, cmds.c, expr.c,
 * check.c); only then are the outputs written (emit_*.c).
 */
#include "fcngen.h"

#include <string.h>

static const char usage[] =
	"usage: fcngen -r REGISTERS -c COMMANDS -o OUTROOT\n"
	"\n"
	"Generates everything that depends on the register and command descriptions.\n"
	"\n"
	"  -r FILE  register description (" REGS_DESC ")\n"
	"  -c FILE  command description (" CMDS_DESC ")\n"
	"  -o DIR   the repository's root, or an empty folder to compare with it\n"
	"  --help   this text\n";

int main(int argc, char **argv)
{
	static struct regs r;
	static struct cmds c;
	const char *regs = NULL, *cmds = NULL, *root = NULL;
	FILE *f;

	for (int i = 1; i < argc; i++) {
		const char **to = !strcmp(argv[i], "-r") ? &regs :
				  !strcmp(argv[i], "-c") ? &cmds :
				  !strcmp(argv[i], "-o") ? &root :
							   NULL;

		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(usage, stdout);
			return 0;
		}
		if (!to || i + 1 == argc)
			die("cannot use '%s': see fcngen --help", argv[i]);
		*to = argv[++i];
	}
	if (!regs || !cmds || !root)
		die("-r, -c and -o are all needed: see fcngen --help");

	read_regs(&r, regs);
	read_cmds(&c, cmds);
	check_generated_names(&r, &c);

#define OUTPUT(path, call)           \
	do {                         \
		f = out_open(root, path); \
		call;                \
		out_close(f);        \
	} while (0)

	OUTPUT("rtl/fcn_defs.vh", emit_defs_vh(f, &r, &c));
	OUTPUT("rtl/fcn_regfile.v", emit_regfile_v(f, &r));
	OUTPUT("rtl/fcn_cmd_check.v", emit_cmd_check_v(f, &c));
	OUTPUT("uapi/drm/fcn_accel_regs.h", emit_regs_h(f, &r));
	OUTPUT("uapi/drm/fcn_accel_cmd.h", emit_cmd_h(f, &c));
	OUTPUT("sim/fcn_cmd_check.h", emit_cmd_check_h(f));
	OUTPUT("sim/fcn_cmd_check.c", emit_cmd_check_c(f, &c));
	OUTPUT("sim/fcn_names.h", emit_names_h(f));
	OUTPUT("sim/fcn_names.c", emit_names_c(f, &r, &c));
	OUTPUT("Documentation/registers.md", emit_regs_md(f, &r));
	OUTPUT("Documentation/commands.md", emit_cmds_md(f, &c));
	OUTPUT("tests/rtl/reg_walk.h", emit_reg_walk_h(f, &r));
	return 0;
}
