// SPDX-License-Identifier: Apache-2.0
/* fcn-vfio: the simulated core as a PCI function, for any vfio-user client (QEMU 10.1 or newer). */
#include "record.h"
#include "server.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char usage[] =
	"Usage: fcn-vfio --socket PATH [OPTION]...\n"
	"       fcn-vfio --replay FILE [--waves FILE]\n"
	"\n"
	"The simulated core as a PCI function behind a vfio-user socket.  It serves one client after the other, and ends on\n"
	"SIGTERM or SIGINT.\n"
	"\n"
	"  --socket PATH    listen there\n"
	"  --array RxC      geometry of the core (16x16)\n"
	"  --memory PRESET  timing of its memory: ddr, ideal, random (ddr)\n"
	"  --seed N         of everything random (0)\n"
	"  --faults FILE    fault plan: sim/fcn_fault.h, sim/vfio/plan.h\n"
	"  --fault LINE     one more line of it; may be repeated\n"
	"  --log FILE       a line for each event, with the core's cycle; - is standard output\n"
	"  --record FILE    transcript of what goes into the core and comes out of it\n"
	"  --replay FILE    play a transcript, and compare\n"
	"  --no-msix        the function has MSI only\n"
	"  --spin N         say so when the guest reads a register N times without a change (1000; 0: never)\n"
	"  --waves FILE     waves (FST), in a build that has them\n"
	"  --help\n";

struct options {
	const char *socket, *log, *record, *replay;
	struct vf_device_options dev;
	char *faults; /* text */
	bool made; /* something that a transcript says is given, too */
};

static int stop_fd = -1;

static void on_signal(int sig)
{
	uint64_t one = 1;
	int saved = errno;

	(void)sig;
	if (write(stop_fd, &one, sizeof(one)) < 0)
		_exit(1);
	errno = saved;
}

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("fcn-vfio: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(status);
}

static uint64_t parse_number(const char *option, const char *text, uint64_t max)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value > max)
		die(2, "--%s %s: a number up to %" PRIu64 " is wanted", option, text, max);
	return value;
}

static void parse_array(const char *text, struct fcn_sim_config *cfg)
{
	char end;
	unsigned rows, cols;

	if (sscanf(text, "%ux%u%c", &cfg->rows, &cfg->cols, &end) == 2)
		for (unsigned i = 0; !fcn_sim_geometry(i, &rows, &cols); i++)
			if (rows == cfg->rows && cols == cfg->cols)
				return;
	fprintf(stderr, "fcn-vfio: --array %s: this program has", text);
	for (unsigned i = 0; !fcn_sim_geometry(i, &rows, &cols); i++)
		fprintf(stderr, " %ux%u", rows, cols);
	fputc('\n', stderr);
	exit(2);
}

static void parse_memory(const char *text, struct fcn_sim_config *cfg)
{
	int preset = fcn_axi_preset_find(text);

	if (preset < 0)
		die(2, "--memory %s: ddr, ideal or random is wanted", text);
	cfg->memory = (enum fcn_axi_preset)preset;
}

static void add_faults(struct options *opt, const char *text)
{
	size_t old = opt->faults ? strlen(opt->faults) : 0;
	char *more = realloc(opt->faults, old + strlen(text) + 2);

	if (!more)
		die(1, "out of memory");
	opt->faults = more;
	strcpy(opt->faults + old, text);
	strcat(opt->faults, "\n");
}

static void add_faults_file(struct options *opt, const char *path)
{
	static char text[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		die(2, "%s: %s", path, strerror(errno));
	n = fread(text, 1, sizeof(text), f);
	if (ferror(f) || n == sizeof(text))
		die(2, "%s: cannot be read, or is longer than 64 KiB", path);
	fclose(f);
	text[n] = 0;
	add_faults(opt, text);
}

static void parse_options(struct options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "socket", 1, NULL, 's' }, { "array", 1, NULL, 'a' }, { "memory", 1, NULL, 'm' }, { "seed", 1, NULL, 'S' },
		{ "faults", 1, NULL, 'F' }, { "fault", 1, NULL, 'f' }, { "log", 1, NULL, 'l' }, { "record", 1, NULL, 'r' },
		{ "replay", 1, NULL, 'R' }, { "spin", 1, NULL, 'n' }, { "waves", 1, NULL, 'w' }, { "no-msix", 0, NULL, 'x' },
		{ "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct fcn_sim_config *sim = &opt->dev.sim;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 's': opt->socket = optarg; break;
		case 'a': parse_array(optarg, sim); opt->made = true; break;
		case 'm': parse_memory(optarg, sim); opt->made = true; break;
		case 'S': sim->seed = parse_number("seed", optarg, UINT64_MAX); opt->made = true; break;
		case 'F': add_faults_file(opt, optarg); break;
		case 'f': add_faults(opt, optarg); break;
		case 'l': opt->log = optarg; break;
		case 'r': opt->record = optarg; break;
		case 'R': opt->replay = optarg; break;
		case 'n': opt->dev.spin = (unsigned)parse_number("spin", optarg, UINT32_MAX); opt->made = true; break;
		case 'w': sim->waves = optarg; break;
		case 'x': opt->dev.no_msix = opt->made = true; break;
		case 'h': fputs(usage, stdout); exit(0);
		default: fputs(usage, stderr); exit(2);
		}
	}
	if (optind < argc)
		die(2, "what is '%s'? See --help", argv[optind]);
	if (!opt->socket == !opt->replay)
		die(2, "one of --socket and --replay is wanted. See --help");
	if (opt->replay && (opt->made || opt->log || opt->record || opt->faults))
		die(2, "--replay has all but --waves from the transcript. See --help");
}

static FILE *open_output(const char *path)
{
	FILE *f;

	if (!path)
		return NULL;
	if (!strcmp(path, "-"))
		return stdout;
	f = fopen(path, "w");
	if (!f)
		die(1, "%s: %s", path, strerror(errno));
	return f;
}

/* What is worth knowing at the end; returns the exit status. */
static int report(const struct vf_device *dev)
{
	struct fcn_sim *sim = dev->engine.sim;
	struct fcn_sim_counters c;
	uint64_t errors = fcn_sim_protocol_errors(sim);

	fcn_sim_counters(sim, &c);
	fprintf(stderr, "fcn-vfio: %" PRIu64 " cycles, %" PRIu64 " register reads, %" PRIu64 " writes, %" PRIu64 " messages, %" PRIu64 " faults\n",
		c.cycles, c.reg_reads, c.reg_writes, dev->irq.sent, c.faults + dev->struck);
	vf_watch_report(&dev->watch, stderr);
	for (unsigned i = 0; fcn_sim_protocol_error(sim, i); i++)
		fprintf(stderr, "fcn-vfio: the core broke a rule of the bus: %s\n", fcn_sim_protocol_error(sim, i));
	return errors ? 1 : 0;
}

static int close_output(FILE *f, const char *path)
{
	if (!f || !fclose(f))
		return 0;
	fprintf(stderr, "fcn-vfio: %s: %s\n", path, strerror(errno));
	return 1;
}

static void install_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int err;

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		die(1, "eventfd: %s", strerror(errno));
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	err = vf_dma_guard_install();
	if (err)
		die(1, "SIGBUS: %s", strerror(-err));
}

static int serve(struct options *opt)
{
	static struct vf_device dev;
	struct vf_plan plan;
	struct vf_conn conn;
	char why[200];
	int err, status;

	if (vf_plan_parse(&plan, opt->faults ? opt->faults : "", why, sizeof(why)))
		die(2, "fault plan: %s", why);
	install_signals();
	opt->dev.plan = &plan;
	opt->dev.stop_fd = stop_fd;
	opt->dev.log = open_output(opt->log);
	opt->dev.record = open_output(opt->record);
	err = vf_device_init(&dev, &opt->dev);
	if (err)
		die(1, "the core cannot be made: %s", strerror(-err));
	err = vf_conn_listen(&conn, opt->socket, stop_fd);
	if (!err)
		err = vf_serve(&conn, &dev);
	if (err)
		fprintf(stderr, "fcn-vfio: %s: %s\n", opt->socket, strerror(-err));
	vf_conn_close(&conn);
	vf_engine_stop(&dev.engine);
	status = report(&dev);
	vf_device_destroy(&dev);
	vf_plan_free(&plan);
	status |= close_output(opt->dev.log, opt->log) | close_output(opt->dev.record, opt->record);
	close(stop_fd);
	return err ? 1 : status;
}

int main(int argc, char **argv)
{
	struct options opt = { .dev = { .sim = { .rows = 16, .cols = 16 }, .spin = 1000 } };
	int status;

	parse_options(&opt, argc, argv);
	if (opt.replay)
		status = vf_replay(opt.replay, opt.dev.sim.waves, stdout) ? 1 : 0;
	else
		status = serve(&opt);
	free(opt.faults);
	return status;
}
