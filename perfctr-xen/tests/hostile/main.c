// SPDX-License-Identifier: GPL-2.0-only
/*
 * perfctr_hostile: what the kernel of a hostile PV guest may say to a patched Xen
 * (perfctr-xen/hypercall.h, and the operations of stock Xen's vPMU besides).
 *
 * Loading it is the test: it fails with EIO if Xen let anything pass; each line in
 * the kernel's log is a check.  That Xen and other domains live on is for the
 * caller to see.  It takes the vPMU of the first processor for itself and does not
 * give it back, so perf counts nothing there afterwards; and perfctr_xen.ko must
 * not be loaded.
 */
#define pr_fmt(fmt) "perfctr_hostile: " fmt

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include <asm/asm.h>
#include <asm/msr.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>
#include <xen/interface/xenpmu.h>
#include <xen/xen.h>

#include <perfctr-xen/hypercall.h>
#include <perfctr-xen/record.h>

#define CPU		0
#define INSTRUCTIONS	0x00c0u
#define PERIOD		20000u
#define PATIENCE	(1ul << 30)

static struct xen_pmu_data *shared;	/* the vPMU's page */
static struct perfctr_record *record;
static struct perfctr_get get;		/* what Xen offers */
static bool failed;

static __printf(2, 3) bool check(bool good, const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	text.va = &args;
	pr_info("%s %pV\n", good ? "ok  " : "FAIL", &text);
	va_end(args);
	if (!good)
		failed = true;
	return good;
}

static void expect(int rc, int want, const char *what)
{
	check(rc == want, "%s: %d, should be %d", what, rc, want);
}

/* ---- Operations ------------------------------------------------------------------ */

static u64 frame_of(const void *address)
{
	return virt_to_mfn(address);
}

static int vpmu(int op, u64 frame, u32 vcpu)
{
	struct xen_pmu_params params = {
		.version = { XENPMU_VER_MAJ, XENPMU_VER_MIN },
		.val = frame,
		.vcpu = vcpu,
	};

	return HYPERVISOR_xenpmu_op(op, &params);
}

static int enable(u32 features, u64 frame)
{
	struct perfctr_enable e = { .features = features, .frame = frame };

	return HYPERVISOR_xenpmu_op(XENPMU_perfctr_enable, &e);
}

static int set(struct perfctr_set *s)
{
	return HYPERVISOR_xenpmu_op(XENPMU_perfctr_set, s);
}

static u64 general_mask(void)
{
	return GENMASK_ULL(get.general_width - 1, 0);
}

static int read_counter(u32 index)
{
	u32 low, high;
	int err = 0;

	asm volatile("1: rdpmc\n2:\n"
		     _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_EFAULT_REG, %[err])
		     : [err] "+r" (err), "=a" (low), "=d" (high)
		     : "c" (index));
	return err;
}

/* ---- Without a vPMU ---------------------------------------------------------------- */

static void unknown(void)
{
	static const u32 ops[] = { 8, 0x564f, 0x5653, 0x80000000, ~0u };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		check(HYPERVISOR_xenpmu_op(ops[i], &get) < 0,
		      "operation 0x%x is refused", ops[i]);
	check(vpmu(XENPMU_mode_set, XENPMU_MODE_ALL, 0) < 0,
	      "a mode that leaves others' counts in the registers is refused");
}

static void nothing_there(void)
{
	struct perfctr_set s = { .general = 1 };
	struct perfctr_get g;

	expect(HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &g), -EOPNOTSUPP,
	       "get without a vPMU");
	expect(enable(PERFCTR_RDPMC, 0), -EOPNOTSUPP, "enable without a vPMU");
	expect(set(&s), -EINVAL, "set without a vPMU");
	expect(HYPERVISOR_xenpmu_op(XENPMU_flush, NULL), -EINVAL,
	       "flush without a vPMU");
	expect(HYPERVISOR_xenpmu_op(XENPMU_lvtpc_set, NULL), -EINVAL,
	       "lvtpc_set without a vPMU");
	expect(vpmu(XENPMU_finish, 0, CPU), 0, "finish once more");
	expect(vpmu(XENPMU_finish, 0, ~0u), 0, "finish of no vCPU");
}

/* ---- Frames -------------------------------------------------------------------------- */

/* That must not become writable for Xen on our behalf. */
static u64 bad_frame(unsigned int i)
{
	const u64 frames[] = {
		~0ull, ~0ull >> PAGE_SHIFT, 1ull << 40,
		frame_of(current->active_mm->pgd),
		0, 1, 0x9f,	/* of the host's first MiB, which dom0 may have */
	};

	return frames[i];
}

#define BAD_FRAMES (xen_initial_domain() ? 4 : 7)

static void frames_init(void)
{
	unsigned int i;

	for (i = 0; i < BAD_FRAMES; i++)
		check(vpmu(XENPMU_init, bad_frame(i), CPU) < 0,
		      "init with frame 0x%llx is refused", bad_frame(i));
	expect(vpmu(XENPMU_init, frame_of(shared), ~0u), -EINVAL,
	       "init of no vCPU");
	expect(vpmu(XENPMU_init, frame_of(shared), CPU), 0, "init");
	expect(vpmu(XENPMU_init, frame_of(record), CPU), -EEXIST, "init twice");
}

static void frames_record(void)
{
	unsigned int i;

	for (i = 0; i < BAD_FRAMES; i++)
		expect(enable(PERFCTR_RECORD, bad_frame(i)), -EINVAL,
		       "a record in a bad frame");
	/* Of its own memory a guest may do what it likes: Xen reads none of it. */
	expect(enable(PERFCTR_RECORD, frame_of(shared)), 0,
	       "a record in the vPMU's page");
	expect(enable(0, 0), 0, "and no more");
	memset(shared, 0, PAGE_SIZE);
}

/* ---- enable ---------------------------------------------------------------------------- */

static void pointers(void)
{
	static const u64 bad[] = {
		0, PAGE_SIZE, 0x8000000000000000, 0xffff800000000000,
		0xffff830000000000, ~0ull - 7,
	};
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		p = (void *)bad[i];
		expect(HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, p), -EFAULT,
		       "get to a bad address");
		expect(HYPERVISOR_xenpmu_op(XENPMU_perfctr_enable, p), -EFAULT,
		       "enable from a bad address");
		expect(HYPERVISOR_xenpmu_op(XENPMU_perfctr_set, p), -EFAULT,
		       "set from a bad address");
	}
}

static void features(void)
{
	struct perfctr_enable e = { .pad = 1 };
	struct perfctr_set s = { .general = 1 };
	struct perfctr_get now;
	u32 bit;

	expect(set(&s), -EINVAL, "set before MODES");
	for (bit = 0; bit < 32; bit++)
		if (!(get.offered & BIT(bit)))
			expect(enable(BIT(bit), frame_of(record)), -EINVAL,
			       "a feature that is not offered");
	expect(HYPERVISOR_xenpmu_op(XENPMU_perfctr_enable, &e), -EINVAL,
	       "something in pad");
	expect(enable(PERFCTR_TIME, frame_of(record)), -EINVAL,
	       "TIME without RECORD");
	HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &now);
	expect(now.enabled, 0, "features after all that");
	expect(enable(get.offered, frame_of(record)), 0, "all that are offered");
	expect(enable(get.offered, frame_of(record)), 0, "and once more");
}

/* ---- set ------------------------------------------------------------------------------- */

/* Beside a good one, which must not be changed either. */
static void refused(u32 general, u32 fixed, unsigned int nr, u64 value,
		    u32 event, u32 modes)
{
	struct perfctr_set s = { .general = general | 1, .fixed = fixed };
	struct perfctr_set look = {
		.general = 1,
		.counter[0].modes = PERFCTR_KEEP,
	};

	s.counter[0].value = 4711;
	if (nr < PERFCTR_MAX)
		s.counter[nr] = (struct perfctr_counter){ value, event, modes };
	expect(set(&s), -EINVAL, "set of what makes no sense");
	expect(set(&look), 0, "a look at the counter beside it");
	check(look.counter[0].value != 4711, "it was left alone");
}

static void sets(void)
{
	const unsigned int last = get.nr_general - 1, f = PERFCTR_FIXED(0);
	const u32 bit = BIT(last);

	refused(bit, 0, last, general_mask() + 1, 0, 0);
	refused(bit, 0, last, ~0ull, INSTRUCTIONS, PERFCTR_USER);
	refused(bit, 0, last, BIT_ULL(63), 0, PERFCTR_KEEP);
	refused(0, 1, f, BIT_ULL(get.fixed_width), 0, 0);
	refused(0, 1, f, ~0ull, 0, PERFCTR_USER);
	refused(0, 1, f, 0, INSTRUCTIONS, PERFCTR_USER);
	refused(bit, 0, last, 0, ~0u, PERFCTR_USER);
	refused(bit, 0, last, 0, BIT(21), PERFCTR_USER);	/* AnyThread */
	refused(bit, 0, last, 0, BIT(22), 0);			/* enabled */
	refused(bit, 0, last, 0, 0, ~0u);
	refused(bit, 0, last, 0, 0, PERFCTR_USER | PERFCTR_XEN);
	refused(~0u, 0, PERFCTR_MAX, 0, 0, 0);
	refused(0, ~0u, PERFCTR_MAX, 0, 0, 0);
	refused(BIT(get.nr_general), 0, PERFCTR_MAX, 0, 0, 0);
	refused(0, BIT(get.nr_fixed), PERFCTR_MAX, 0, 0, 0);
}

/* ---- The record's page ----------------------------------------------------------------- */

static void scribble(void)
{
	struct perfctr_set s = { .general = 1 };
	unsigned int i;

	s.counter[0] = (struct perfctr_counter){ 0, INSTRUCTIONS,
						 PERFCTR_KERNEL };
	expect(set(&s), 0, "a counter of the kernel");
	for (i = 0; i < 100; i++) {
		memset(record, 0xff, sizeof(*record));
		s.counter[0] = (struct perfctr_counter){
			0, INSTRUCTIONS, PERFCTR_KERNEL | PERFCTR_KEEP
		};
		if (set(&s) || !s.counter[0].value ||
		    s.counter[0].value > general_mask() / 2)
			break;
	}
	check(i == 100, "Xen counts right, whatever stands in the record");
	check(record->counter[0].sum < general_mask() / 2,
	      "and writes what it knows itself");
}

/* ---- Writes to MSRs -------------------------------------------------------------------- */

static void registers(void)
{
	u64 value = 0;

	/* The low 32 bits count, with their sign. */
	expect(wrmsrl_safe(MSR_IA32_PERFCTR0, 0x7fffffff00000001), 0,
	       "a wide value for a general counter");
	rdmsrl_safe(MSR_IA32_PERFCTR0, &value);
	check(value < general_mask() / 2, "it was taken for 0x%llx", value);
	check(wrmsrl_safe(MSR_IA32_PMC0, ~0ull),
	      "a wide value at the alias is refused");
	check(wrmsrl_safe(MSR_CORE_PERF_FIXED_CTR0, ~0ull),
	      "a wide value for a fixed counter is refused");
	check(wrmsrl_safe(MSR_P6_EVNTSEL0, ~0ull),
	      "an event with all bits is refused");
	check(wrmsrl_safe(MSR_CORE_PERF_FIXED_CTR_CTRL, ~0ull),
	      "control of fixed counters with all bits is refused");
	check(wrmsrl_safe(MSR_CORE_PERF_GLOBAL_CTRL, ~0ull),
	      "GLOBAL_CTRL with all bits is refused");
	check(wrmsrl_safe(MSR_CORE_PERF_GLOBAL_CTRL, BIT_ULL(48)),
	      "PERF_METRICS is refused");
}

/* ---- flush ----------------------------------------------------------------------------- */

static u64 *word(unsigned int i)
{
	struct xen_pmu_intel_ctxt *c = &shared->pmu.c.intel;
	u64 *fixed = (void *)c + sizeof(*c);
	u64 *general = fixed + get.nr_fixed;	/* counter, control, … */
	u64 *words[] = {
		&general[0], &general[2 * get.nr_general - 2], &fixed[0],
		&fixed[get.nr_fixed - 1], &general[1], &c->global_ctrl,
		&c->global_ovf_ctrl, &c->fixed_ctrl, &c->pebs_enable,
	};

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

/* Each of them alone is reason enough to refuse all. */
static u64 foreign(unsigned int i, bool all)
{
	if (all)
		return ~0ull;
	return i < 2 ? general_mask() + 1 :
	       i < 4 ? BIT_ULL(get.fixed_width) : BIT_ULL(40);
}

static bool overflow(void)
{
	struct perfctr_set s = { .general = 1 };
	unsigned long n;

	shared->pmu.l.lapic_lvtpc = 0; /* not masked */
	expect(HYPERVISOR_xenpmu_op(XENPMU_lvtpc_set, NULL), 0, "lvtpc_set");
	s.counter[0] = (struct perfctr_counter){
		general_mask() - PERIOD, INSTRUCTIONS,
		PERFCTR_KERNEL | PERFCTR_INTERRUPT
	};
	expect(set(&s), 0, "a counter that overflows soon");
	for (n = 0; n < PATIENCE; n++)
		if (READ_ONCE(shared->pmu.pmu_flags) & PMU_CACHED)
			break;
	return check(n < PATIENCE, "it has overflowed");
}

/* Interrupts are off, so the kernel's own handler does not flush before we do. */
static void flushes(void)
{
	struct perfctr_set s = { .general = 1 };
	unsigned int i, all;
	u64 *at, good;

	if (!overflow())
		return;
	expect(set(&s), -EBUSY, "set before the flush");
	expect(enable(0, 0), -EBUSY, "enable before the flush");
	for (i = 0; (at = word(i)); i++)
		for (all = 0; all < 2; all++) {
			good = *at;
			*at = foreign(i, all);
			check(HYPERVISOR_xenpmu_op(XENPMU_flush, NULL) == -EIO,
			      "flush with word %u as 0x%llx is refused", i, *at);
			*at = good;
		}
	/* Xen knows where they are. */
	shared->pmu.c.intel.global_ovf_ctrl = 1; /* seen */
	shared->pmu.c.intel.fixed_counters = ~0u;
	shared->pmu.c.intel.arch_counters = 0x7ffffff8;
	expect(HYPERVISOR_xenpmu_op(XENPMU_flush, NULL), 0,
	       "flush with what Xen had written");
	expect(set(&s), 0, "set after the flush");
}

/* ---- The order of things --------------------------------------------------------------- */

static void attack(void *unused)
{
	HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &get);
	unknown();
	vpmu(XENPMU_finish, 0, CPU);
	nothing_there();
	frames_init();
	frames_record();
	features();
	pointers();
	sets();
	scribble();
	registers();
	flushes();
}

/* Two records in one page: no harm is done but to what stands in it. */
static void share_frame(void *unused)
{
	expect(enable(PERFCTR_RECORD | PERFCTR_TIME, frame_of(record)), 0,
	       "a record in another vCPU's frame");
}

static void leave_frame(void *unused)
{
	expect(enable(0, 0), 0, "and no more");
}

/* The kernel's handler of the overflow has run by now. */
static void finish(void *unused)
{
	expect(enable(get.offered, frame_of(record)), 0, "all features again");
	expect(read_counter(0), 0, "rdpmc");
	expect(vpmu(XENPMU_finish, 0, CPU), 0, "finish");
	expect(read_counter(0), -EFAULT, "rdpmc without a vPMU");
	check(!memchr_inv(record, 0, sizeof(*record)),
	      "nothing is left in the record's page");
}

static int __init hostile_init(void)
{
	int other = cpumask_any_but(cpu_online_mask, CPU);

	if (!xen_pv_domain() ||
	    HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &get) || get.enabled) {
		pr_err("wants a PV guest on a patched Xen, without perfctr_xen.ko\n");
		return -ENODEV;
	}
	shared = (void *)get_zeroed_page(GFP_KERNEL);
	record = (void *)get_zeroed_page(GFP_KERNEL);
	if (!shared || !record) {
		free_page((unsigned long)shared);
		free_page((unsigned long)record);
		return -ENOMEM;
	}
	smp_call_function_single(CPU, attack, NULL, 1);
	if (other < nr_cpu_ids) {
		smp_call_function_single(other, share_frame, NULL, 1);
		smp_call_function_single(CPU, leave_frame, NULL, 1);
		smp_call_function_single(other, leave_frame, NULL, 1);
	}
	smp_call_function_single(CPU, finish, NULL, 1);
	/* Freed only if Xen has let go of them. */
	if (failed)
		return -EIO;
	free_page((unsigned long)shared);
	free_page((unsigned long)record);
	return 0;
}

static void __exit hostile_exit(void)
{
}

module_init(hostile_init);
module_exit(hostile_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: a hostile guest's use of performance counters");
