// SPDX-License-Identifier: Apache-2.0
//
// The only C++ of the simulator: wraps one Verilated model class into struct fcn_core_ops.
// Compiled once per geometry with
//   FCN_MODEL                the class, for example Vfcn_16x16
//   FCN_ROWS, FCN_COLS       its geometry
//   FCN_CORE                 the name of the symbol that pulls the geometry out of its archive
//   VM_TRACE_FST, VM_COVERAGE   1 when the model was Verilated with waves or coverage
#include "fcn_sim_core.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#define FCN_STR_(x) #x
#define FCN_STR(x) FCN_STR_(x)
#include FCN_STR(FCN_MODEL.h)
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "data beats are copied as they lie in memory: little endian hosts only"
#endif

namespace {

struct Core {
	// A context of its own: time, random numbers and coverage are not shared between instances.
	VerilatedContext context;
	std::unique_ptr<FCN_MODEL> top;
#if VM_TRACE_FST
	std::unique_ptr<VerilatedFstC> fst;
#endif
};

void *core_create(uint64_t seed)
{
	try {
		auto core = std::make_unique<Core>();

		// Only models Verilated with --x-initial unique look at these two.
		core->context.randReset(2);
		core->context.randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
#if VM_TRACE_FST
		// Waves may be opened later only when this is said before the first evaluation.
		core->context.traceEverOn(true);
#endif
		core->top = std::make_unique<FCN_MODEL>(&core->context, "fcn");
		return core.release();
	} catch (const std::bad_alloc &) {
		return nullptr;
	}
}

int core_waves(void *ptr, const char *path)
{
#if VM_TRACE_FST
	Core *core = static_cast<Core *>(ptr);

	if (core->fst)
		core->fst->close();
	if (!path)
		return 0;
	if (!core->fst) {
		core->fst = std::make_unique<VerilatedFstC>();
		core->top->trace(core->fst.get(), 99);
	}
	core->fst->open(path);
	return core->fst->isOpen() ? 0 : -EIO;
#else
	(void)ptr;
	return path ? -ENOTSUP : 0;
#endif
}

void core_destroy(void *ptr)
{
	Core *core = static_cast<Core *>(ptr);

	core_waves(core, nullptr);
	// Verilator 5.006 takes scopes out of the thread's last context, which may be another core's.
	Verilated::threadContextp(&core->context);
	core->top->final();
	delete core;
}

int core_coverage(void *ptr, const char *path)
{
#if VM_COVERAGE
	static_cast<Core *>(ptr)->context.coveragep()->write(path);
	return 0;
#else
	(void)ptr;
	(void)path;
	return -ENOTSUP;
#endif
}

inline void drive(FCN_MODEL &top, const fcn_pins_in &in)
{
	top.rst_i = in.rst;
	top.s_axil_awvalid_i = in.lite_awvalid;
	top.s_axil_awaddr_i = in.lite_awaddr;
	top.s_axil_wvalid_i = in.lite_wvalid;
	top.s_axil_wdata_i = in.lite_wdata;
	top.s_axil_wstrb_i = 0xf;
	top.s_axil_bready_i = in.lite_bready;
	top.s_axil_arvalid_i = in.lite_arvalid;
	top.s_axil_araddr_i = in.lite_araddr;
	top.s_axil_rready_i = in.lite_rready;
	top.m_axi_arready_i = in.arready;
	top.m_axi_awready_i = in.awready;
	top.m_axi_wready_i = in.wready;
	top.m_axi_bvalid_i = in.bvalid;
	top.m_axi_bid_i = in.bid;
	top.m_axi_bresp_i = in.bresp;
	top.m_axi_rvalid_i = in.rvalid;
	if (in.rvalid) {
		top.m_axi_rid_i = in.rid;
		top.m_axi_rresp_i = in.rresp;
		top.m_axi_rlast_i = in.rlast;
		std::memcpy(top.m_axi_rdata_i.data(), in.rdata, FCN_BEAT);
	}
}

inline void read_ar(const FCN_MODEL &top, fcn_axi_addr &a)
{
	a = {top.m_axi_araddr_o, top.m_axi_arid_o, top.m_axi_arlen_o, top.m_axi_arsize_o,
	     top.m_axi_arburst_o, top.m_axi_arcache_o, top.m_axi_arprot_o};
}

inline void read_aw(const FCN_MODEL &top, fcn_axi_addr &a)
{
	a = {top.m_axi_awaddr_o, top.m_axi_awid_o, top.m_axi_awlen_o, top.m_axi_awsize_o,
	     top.m_axi_awburst_o, top.m_axi_awcache_o, top.m_axi_awprot_o};
}

inline void read_out(const FCN_MODEL &top, fcn_pins_out &out)
{
	out.irq = top.irq_o;
	out.lite_awready = top.s_axil_awready_o;
	out.lite_wready = top.s_axil_wready_o;
	out.lite_bvalid = top.s_axil_bvalid_o;
	out.lite_bresp = top.s_axil_bresp_o;
	out.lite_arready = top.s_axil_arready_o;
	out.lite_rvalid = top.s_axil_rvalid_o;
	out.lite_rresp = top.s_axil_rresp_o;
	out.lite_rdata = top.s_axil_rdata_o;
	out.rready = top.m_axi_rready_o;
	out.bready = top.m_axi_bready_o;
	out.arvalid = top.m_axi_arvalid_o;
	if (out.arvalid)
		read_ar(top, out.ar);
	out.awvalid = top.m_axi_awvalid_o;
	if (out.awvalid)
		read_aw(top, out.aw);
	out.wvalid = top.m_axi_wvalid_o;
	if (out.wvalid) {
		out.wlast = top.m_axi_wlast_o;
		out.wstrb = top.m_axi_wstrb_o;
		std::memcpy(out.wdata, top.m_axi_wdata_o.data(), FCN_BEAT);
	}
}

inline void dump(Core &core, uint64_t time)
{
#if VM_TRACE_FST
	if (core.fst && core.fst->isOpen())
		core.fst->dump(time);
#else
	(void)core;
	(void)time;
#endif
}

void core_cycle(void *ptr, uint64_t now, const fcn_pins_in *in, fcn_pins_out *out)
{
	Core &core = *static_cast<Core *>(ptr);
	FCN_MODEL &top = *core.top;

	core.context.time(2 * now);
	drive(top, *in);
	top.clk_i = 0;
	top.eval();
	dump(core, 2 * now);
	top.clk_i = 1;
	top.eval();
	dump(core, 2 * now + 1);
	read_out(top, *out);
}

const fcn_core_ops ops = {
	FCN_ROWS, FCN_COLS, core_create, core_destroy, core_cycle, core_waves, core_coverage,
};

} // namespace

// A linker takes an object out of an archive only when someone asks for a symbol of it.
extern "C" fcn_core_entry FCN_CORE;
fcn_core_entry FCN_CORE = {&ops, nullptr};

namespace {
const bool registered = (fcn_core_register(&FCN_CORE), true);
}
