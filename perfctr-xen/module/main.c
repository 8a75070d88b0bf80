// SPDX-License-Identifier: GPL-2.0-only
/*
 * perfctr_xen: enables what a patched Xen offers (perfctr-xen/hypercall.h) on
 * each virtual processor of a PV guest, and lends its records to programs.
 *
 * From then on perf_event tells user mode from kernel, and programs may use
 * rdpmc: both need nothing else from here.
 */
#define pr_fmt(fmt) "perfctr_xen: " fmt

#include <linux/capability.h>
#include <linux/cpuhotplug.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>
#include <xen/xen.h>

#include <perfctr-xen/device.h>
#include <perfctr-xen/kernel.h>
#include <perfctr-xen/read.h>

static bool times = true;
module_param(times, bool, 0444);
MODULE_PARM_DESC(times, "tell time in Xen apart, at two TSC reads for each entry to Xen");

static bool rdpmc = true;
module_param(rdpmc, bool, 0444);
MODULE_PARM_DESC(rdpmc, "programs, all of them, read counters with rdpmc");

static ushort mode = 0440;
module_param(mode, ushort, 0444);
MODULE_PARM_DESC(mode, "who may map the records: mode of /dev/perfctr-xen");

static struct perfctr_get offer;
static DEFINE_PER_CPU(struct page *, record);

/* The next three run on the processor that they are about. */

static int perfctr_enable(u32 features, struct page *page)
{
	struct perfctr_enable enable = {
		.features = features,
		.frame = page ? pfn_to_mfn(page_to_pfn(page)) : 0,
	};

	int rc;

	/* An overflow interrupt that is on its way here has to be handled first. */
	do {
		rc = HYPERVISOR_xenpmu_op(XENPMU_perfctr_enable, &enable);
	} while (rc == -EBUSY);
	return rc;
}

/* Of what Xen offers, all but what the administrator does not want. */
static u32 perfctr_wanted(void)
{
	return offer.offered & ~(times ? 0 : PERFCTR_TIME) &
	       ~(rdpmc ? 0 : PERFCTR_RDPMC);
}

static int perfctr_online(unsigned int cpu)
{
	struct page *page = per_cpu(record, cpu);
	int rc;

	if (!page)
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	per_cpu(record, cpu) = page;

	rc = perfctr_enable(perfctr_wanted(), page);
	if (rc)
		pr_err("processor %u: Xen refuses (%d)\n", cpu, rc);
	return rc;
}

static int perfctr_offline(unsigned int cpu)
{
	int rc = perfctr_enable(0, NULL);

	/* The page is Xen's until it says otherwise: better lost than used. */
	if (rc) {
		pr_err("processor %u: Xen keeps its record (%d)\n", cpu, rc);
		get_page(per_cpu(record, cpu));
	}
	return 0;
}

bool perfctr_xen_may_rdpmc(void)
{
	return perfctr_wanted() & PERFCTR_RDPMC;
}
EXPORT_SYMBOL_GPL(perfctr_xen_may_rdpmc);

bool perfctr_xen_rdpmc(u32 index, u64 *raw)
{
	const volatile struct perfctr_record *r =
		page_address(this_cpu_read(record));
	bool loaded;
	u32 seq;

	do {
		seq = r->seq;
		barrier();
		loaded = r->loaded && r->features & PERFCTR_RDPMC;
		if (loaded)
			*raw = perfctr_rdpmc(index);
	} while (perfctr_read_again(r, seq));
	return loaded;
}
EXPORT_SYMBOL_GPL(perfctr_xen_rdpmc);

struct perfctr_call {
	struct perfctr_set set;
	int rc;
};

static void perfctr_call_set(void *data)
{
	struct perfctr_call *call = data;

	call->rc = HYPERVISOR_xenpmu_op(XENPMU_perfctr_set, &call->set);
}

static long perfctr_program(struct perfctr_program __user *arg)
{
	struct perfctr_program program;
	struct perfctr_call call;
	int rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_from_user(&program, arg, sizeof(program)))
		return -EFAULT;
	if (program.pad)
		return -EINVAL;

	call.set = program.set;
	rc = smp_call_function_single(program.cpu, perfctr_call_set, &call, 1);
	if (rc || call.rc)
		return rc ?: call.rc;

	program.set = call.set;
	return copy_to_user(arg, &program, sizeof(program)) ? -EFAULT : 0;
}

static long perfctr_get(struct perfctr_get __user *arg)
{
	struct perfctr_get get;
	int rc = HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &get);

	if (!rc && copy_to_user(arg, &get, sizeof(get)))
		rc = -EFAULT;
	return rc;
}

static long perfctr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case PERFCTR_IOC_GET:
		return perfctr_get((void __user *)arg);
	case PERFCTR_IOC_SET:
		return perfctr_program((void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static int perfctr_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long cpu = vma->vm_pgoff;

	if (vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	/* Shared, of the device opened read-only: it never becomes writable. */
	if (vma->vm_flags & VM_MAYWRITE)
		return -EACCES;
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu) || !per_cpu(record, cpu))
		return -ENXIO;
	return vm_insert_page(vma, vma->vm_start, per_cpu(record, cpu));
}

static const struct file_operations perfctr_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = perfctr_ioctl,
	.mmap = perfctr_mmap,
};

static struct miscdevice perfctr_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "perfctr-xen",
	.fops = &perfctr_fops,
};

static enum cpuhp_state perfctr_state;

/* Pages that programs may still have mapped live until they unmap them. */
static void perfctr_free(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(record, cpu))
			put_page(per_cpu(record, cpu));
}

static void perfctr_end(void)
{
	cpuhp_remove_state(perfctr_state);
	perfctr_free();
}

static int __init perfctr_init(void)
{
	int rc;

	if (!xen_pv_domain()) {
		pr_err("not a PV guest: rdpmc and perf need no help here\n");
		return -ENODEV;
	}
	rc = HYPERVISOR_xenpmu_op(XENPMU_perfctr_get, &offer);
	if (!rc && offer.version != PERFCTR_VERSION)
		rc = -EPROTO;
	if (rc) {
		pr_err("Xen offers nothing (%d): it wants the patches of perfctr-xen/xen, and \"vpmu=on perfctr\" on its command line\n",
		       rc);
		return rc;
	}

	rc = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "perfctr_xen:online",
			       perfctr_online, perfctr_offline);
	if (rc < 0) {
		perfctr_free();
		return rc;
	}
	perfctr_state = rc;

	perfctr_device.mode = mode & 0444;
	rc = misc_register(&perfctr_device);
	if (rc)
		perfctr_end();
	return rc;
}

static void __exit perfctr_exit(void)
{
	misc_deregister(&perfctr_device);
	perfctr_end();
}

module_init(perfctr_init);
module_exit(perfctr_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Performance counters of a PV guest on a patched Xen");
