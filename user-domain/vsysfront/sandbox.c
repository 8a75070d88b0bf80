// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sandbox: a process that may not make some system calls here, or sees another
 * root or network, must not reach a service domain's past that.  It gets no
 * channel, and one that it has is served no more.
 */
#include "sandbox.h"
#include <linux/fs_struct.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/string.h>
#include <net/net_namespace.h>

static const struct {
	const char *word;
	u32 bits;
} front_sandbox_words[] = {
	{ "none", 0 },
	{ "seccomp", VSYS_SANDBOX_SECCOMP },
	{ "root", VSYS_SANDBOX_ROOT },
	{ "network", VSYS_SANDBOX_NETWORK },
	{ "lsm", VSYS_SANDBOX_LSM },
	{ "all", VSYS_SANDBOXES },
};

/* ---- The parameter: what the administrator lets pass ------------------------- */

static u32 front_sandboxed;

static int front_sandbox_word(const char *word, u32 *bits)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(front_sandbox_words); i++) {
		if (strcmp(word, front_sandbox_words[i].word))
			continue;
		*bits |= front_sandbox_words[i].bits;
		return 0;
	}
	return -EINVAL;
}

static int front_sandbox_set(const char *text, const struct kernel_param *kp)
{
	char words[64], *rest, *word;
	u32 bits = 0;

	if (strscpy(words, text, sizeof(words)) < 0)
		return -EINVAL;
	rest = strim(words);
	while ((word = strsep(&rest, ","))) {
		if (front_sandbox_word(word, &bits)) {
			pr_err("sandboxed=%s: want words of none, seccomp, root, network, lsm, all\n",
			       text);
			return -EINVAL;
		}
	}
	WRITE_ONCE(front_sandboxed, bits);
	return 0;
}

static int front_sandbox_get(char *buffer, const struct kernel_param *kp)
{
	u32 bits = READ_ONCE(front_sandboxed);
	int i, n = 0;

	if (!bits || bits == VSYS_SANDBOXES)
		return sysfs_emit(buffer, "%s\n", bits ? "all" : "none");
	for (i = 0; i < ARRAY_SIZE(front_sandbox_words) - 1; i++)
		if (bits & front_sandbox_words[i].bits)
			n += sysfs_emit_at(buffer, n, "%s%s", n ? "," : "",
					   front_sandbox_words[i].word);
	return n + sysfs_emit_at(buffer, n, "\n");
}

static const struct kernel_param_ops front_sandbox_ops = {
	.set = front_sandbox_set,
	.get = front_sandbox_get,
};

module_param_cb(sandboxed, &front_sandbox_ops, NULL, 0644);
MODULE_PARM_DESC(sandboxed, "sandboxes whose processes have channels all the same: seccomp, root, network, lsm");

u32 front_sandbox_allowed(void)
{
	return READ_ONCE(front_sandboxed);
}

/* ---- What a process is in -------------------------------------------------------- */

static bool front_sandbox_filtered(const struct task_struct *task)
{
#ifdef CONFIG_SECCOMP
	return READ_ONCE(task->seccomp.mode);
#else
	return false;
#endif
}

/* A task's root, without a reference: to compare and no more. */
static struct path front_sandbox_root(struct task_struct *task)
{
	struct path root = { };

	task_lock(task);
	if (task->fs) {
		spin_lock(&task->fs->lock);
		root = task->fs->root;
		spin_unlock(&task->fs->lock);
	}
	task_unlock(task);
	return root;
}

/*
 * Namespaces and root are held against those of the first process, not of the
 * kernel's own first task, whose root is the initramfs.  A process on its way
 * out has none any more, and is left alone.
 */
static u32 front_sandbox_spaces(struct task_struct *task)
{
	struct task_struct *first;
	struct path here, there;
	u32 bits = 0;

	rcu_read_lock();
	first = READ_ONCE(init_pid_ns.child_reaper);
	here = front_sandbox_root(task);
	there = front_sandbox_root(first);
	if (here.dentry && there.dentry && !path_equal(&here, &there))
		bits |= VSYS_SANDBOX_ROOT;
	task_lock(task);
	if (task->nsproxy) {
		if (task->nsproxy->mnt_ns != init_task.nsproxy->mnt_ns)
			bits |= VSYS_SANDBOX_ROOT;
		if (task->nsproxy->net_ns != &init_net)
			bits |= VSYS_SANDBOX_NETWORK;
	}
	task_unlock(task);
	rcu_read_unlock();
	return bits;
}

/*
 * Landlock, AppArmor and the like cannot be asked whether they restrict a
 * process, but what they would say to the making of a directory in its root.
 */
static bool front_sandbox_restricted(void)
{
	struct path root;
	int err;

	get_fs_root(current->fs, &root);
	err = security_path_mkdir(&root, root.dentry, 0700);
	path_put(&root);
	return err;
}

/* Which of them concern the calls of a class, and are not let pass? */
static u32 front_sandbox_concerns(u32 bits, u32 class)
{
	if (!(class & VSYS_CLASS_STORAGE))
		bits &= ~VSYS_SANDBOX_ROOT;
	if (!(class & VSYS_CLASS_NETWORK))
		bits &= ~VSYS_SANDBOX_NETWORK;
	return bits & ~front_sandbox_allowed();
}

static u32 front_sandbox_of(struct task_struct *task, u32 class)
{
	u32 bits = front_sandbox_spaces(task);

	if (front_sandbox_filtered(task))
		bits |= VSYS_SANDBOX_SECCOMP;
	return front_sandbox_concerns(bits, class);
}

/* Of the current thread: VSYS_SANDBOX_… that bind it. */
u32 front_sandbox_binds(u32 class)
{
	return front_sandbox_of(current, class);
}

/* The same, and whether it may make names: before it opens something. */
bool front_sandbox_binds_opening(u32 class)
{
	if (front_sandbox_binds(class))
		return true;
	return front_sandbox_concerns(VSYS_SANDBOX_LSM, class) &&
	       front_sandbox_restricted();
}

/*
 * Is any thread of a process in one?  They share their memory.  Of a process that
 * is gone, others may still have that: what they may is not known.
 */
bool front_sandbox_binds_process(struct pid *tgid, u32 class)
{
	struct task_struct *leader, *thread;
	bool binds;

	rcu_read_lock();
	leader = pid_task(tgid, PIDTYPE_TGID);
	binds = !leader && front_sandbox_concerns(VSYS_SANDBOXES, class);
	if (leader)
		for_each_thread(leader, thread)
			binds |= !!front_sandbox_of(thread, class);
	rcu_read_unlock();
	return binds;
}
