/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that vsysfront is built for.
 *
 * The code is written for the newest of them; here an older one is given what
 * it lacks, under the name that the newer has for it.  What is asked for is
 * what the kernel has, and never its version, for kernels of distributions take
 * changes over: FRONT_HAS_... come from Kbuild, which looks into its headers.
 */
#ifndef VSYSFRONT_KERNEL_H
#define VSYSFRONT_KERNEL_H

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/mm.h>
#if __has_include(<linux/filelock.h>)
#include <linux/filelock.h>
#endif

/* The flags of a mapping became read-only but for these (6.3). */
#ifndef FRONT_HAS_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* Capabilities were two words, and became one (6.3). */
static inline u64 front_capabilities(const kernel_cap_t *caps)
{
#ifdef CAP_VALID_MASK
	return caps->val;
#else
	return caps->cap[0] | (u64)caps->cap[1] << 32;
#endif
}

/*
 * How a mount maps owners: inode operations are given that, rather than the
 * user namespace that it is done by (6.3).  Nobody mounts a placeholder's file
 * system, so they hand it on and no more.
 */
#ifndef FRONT_HAS_MNT_IDMAP
#define mnt_idmap user_namespace
#endif

/* Splicing out of a file that has no page cache: by copying (6.5). */
#ifndef FRONT_HAS_COPY_SPLICE_READ
#define copy_splice_read generic_file_splice_read
#endif

/* A write at its offset to a file that appends otherwise (6.9). */
#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND	0
#endif

/* What a lock and a lease have in common has a structure of its own (6.9). */
#ifdef FRONT_HAS_FILE_LOCK_CORE
static inline struct file_lock_core *front_lock_core(struct file_lock *lock)
{
	return &lock->c;
}
#else
#define flc_type fl_type
#define flc_flags fl_flags
#define flc_pid fl_pid
static inline struct file_lock *front_lock_core(struct file_lock *lock)
{
	return lock;
}
#endif

#endif
