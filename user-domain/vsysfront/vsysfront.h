/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsysfront: the frontend of vsys, in a user domain.
 *
 * Who keeps whom alive:
 *
 *	placeholder --> channel --> device
 *	open file ----> channel
 *
 * Every arrow is a reference (kref).  A channel counts besides who still needs
 * its shadow ("users": its open file, the placeholders that were opened
 * through it, the calls in progress); when the last of them is gone the shadow
 * is told to end, and memory, grants and doorbell are given back.
 *
 * Locks, outermost first; counting/wing.h has those of counting:
 *
 *	client.lock (mutex)		opening, through one open file
 *	placeholder.lock (mutex)	attachments of a placeholder
 *	channel.grow (mutex)		growth of arena regions
 *	mmap_lock
 *	channel.creds_lock (mutex)	what is attested
 *	front_users_lock (mutex)	users of this domain
 *	front_devices_lock		list of devices
 *	device.lock			channels of a device
 *	front_owners_lock		channels by owner
 *	front_quota_lock		what users have
 *	placeholder.poll_lock		what a service domain said of readiness
 *	ring.lock (irq)			sleepers, slots in use
 *	channel.remotes (xa_lock, irq)	placeholders by remote descriptor
 */
#ifndef VSYSFRONT_H
#define VSYSFRONT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/kref.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <xen/xen.h>
#include <xen/xenbus.h>
#include <xen/events.h>
#include <xen/grant_table.h>

#include <virtuos/vsys.h>
#include <virtuos/channel.h>
#include <virtuos/control.h>
#include <virtuos/calls.h>
#include <virtuos/ring.h>
#include <virtuos/front.h>

/* How long a submitter spins for an answer before it sleeps. */
#define FRONT_SPIN_NS		(30 * NSEC_PER_USEC)
/* How long is waited where no signal may end the wait. */
#define FRONT_PATIENCE		(5 * HZ)
/* How long the service domain may take to start a shadow. */
#define FRONT_OPEN_PATIENCE	(15 * HZ)

/* ---- memory.c: head and slots of a ring, granted --------------------------- */

struct front_memory {
	struct vsys_ring ring;
	u32 nr_pages;			/* granted */
	grant_ref_t refs[1 + VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
};

int front_page_grant(domid_t domid, struct page *page);
int front_memory_init(struct front_memory *memory, domid_t domid, u32 nr_slots,
		      u64 arena_base);
void front_memory_free(struct front_memory *memory);

/* ---- ring.c: the kernel's own ring, the doorbell, and who sleeps ------------ */

struct front_ring {
	struct front_memory memory;
	domid_t domid;
	evtchn_port_t port;
	int irq;			/* 0: none */
	atomic64_t bells;

	/* The last own_spare slots are kept for calls that do not block. */
	u32 own_count, own_spare;
	wait_queue_head_t own_wait;

	spinlock_t lock;
	struct list_head sleepers;	/* lock */
	DECLARE_BITMAP(own_busy, VSYS_SLOTS_KERNEL);	/* lock; in use */
	/* lock; busy, given up, unanswered */
	DECLARE_BITMAP(own_lost, VSYS_SLOTS_KERNEL);
	/* irq: a given-up slot was answered after all */
	void (*reclaim)(struct front_ring *ring, u32 slot, s64 ret);
	u32 empty_irqs;			/* in a row; one irq at a time */
	bool dead;
	bool retired;			/* the program's slots are not served */
};

int front_ring_init(struct front_ring *ring, domid_t domid, u32 own_count,
		    u64 arena_base);
void front_ring_free(struct front_ring *ring);
int front_ring_bind(struct front_ring *ring, irq_handler_t handler,
		    const char *name, void *data);
void front_ring_unbind(struct front_ring *ring, void *data);
void front_ring_submit(struct front_ring *ring, u32 slot);
void front_ring_bell(struct front_ring *ring);
bool front_ring_wake(struct front_ring *ring);
void front_ring_eoi(struct front_ring *ring, bool useful);
bool front_ring_dead(struct front_ring *ring);
void front_ring_kill(struct front_ring *ring);
void front_ring_retire(struct front_ring *ring);
int front_ring_sleep(struct front_ring *ring, struct vsys_slot *slot,
		     unsigned int state, long timeout);
int front_ring_wait(struct front_ring *ring, struct vsys_slot *slot,
		    unsigned int state, long timeout);
int front_ring_slot_get(struct front_ring *ring, bool spare,
			unsigned int state, long timeout);
void front_ring_slot_put(struct front_ring *ring, u32 slot);
void front_ring_slot_lose(struct front_ring *ring, u32 slot);

/* One of the kernel's own. */
static inline struct vsys_slot *front_ring_slot(struct front_ring *ring,
						u32 slot)
{
	return &ring->memory.ring.slots[slot];
}

/* ---- quota.c: what users of this domain may have of it ---------------------- */

enum front_resource {
	FRONT_CHANNELS,
	FRONT_PAGES,			/* granted for channels */
	FRONT_RESOURCES,
};

struct front_user;

struct front_user *front_user_get(kuid_t uid);
void front_user_put(struct front_user *user);
int front_user_turn(struct front_user *user);
void front_user_turn_end(struct front_user *user);
int front_quota_charge(struct front_user *user, enum front_resource r, u32 n);
void front_quota_return(struct front_user *user, enum front_resource r, u32 n);
u32 front_quota_allowed(enum front_resource r);

/* ---- sandbox.c ---------------------------------------------------------------- */

u32 front_sandbox_binds(u32 class);
bool front_sandbox_binds_opening(u32 class);
bool front_sandbox_binds_process(struct pid *tgid, u32 class);
u32 front_sandbox_allowed(void);

/* ---- device.c: one xenbus device ---------------------------------------- */

struct front_control {
	struct front_ring ring;
	struct page *pages[VSYS_CONTROL_SLOTS];
	grant_ref_t refs[VSYS_CONTROL_SLOTS];
	u32 nr_pages;			/* allocated and granted so far */
	u32 nr[VSYS_CONTROL_SLOTS];	/* what each slot was asked */
	/*
	 * ring.lock; whose OPEN or CLOSE was given up in each slot: B may still
	 * map what it names, so the channel stays until there is an answer.
	 */
	struct front_channel *lost[VSYS_CONTROL_SLOTS];
};

struct front_device {
	struct kref kref;
	struct list_head node;		/* front_devices_lock */
	struct xenbus_device *xdev;	/* until remove; xenbus callbacks only */
	domid_t domid;
	u32 number;
	char service[VSYS_SERVICE_NAME_MAX];
	u32 class;
	u32 features;
	bool connected;
	bool dead;
	int refused;			/* why it never connected: -errno */
	bool has_control;
	struct front_control control;

	spinlock_t lock;
	struct list_head channels;	/* lock */
	u32 nr_channels;		/* lock */
	u64 closed_calls, closed_bells;	/* lock; of channels that are gone */
	atomic_t nr_pages;		/* granted for channels */

	struct delayed_work stats_work;
	u64 stats_last[6];		/* as written; stats_work only */
	bool stats_written;
};

int front_device_register(void);
void front_device_unregister(void);
struct front_device *front_device_find(const char *service, u32 class);
void front_device_get(struct front_device *dev);
void front_device_put(struct front_device *dev);

/* ---- control.c: requests to the other kernel ----------------------------- */

int front_control_init(struct front_device *dev);
void front_control_kill(struct front_device *dev);
void front_control_free(struct front_device *dev);
s64 front_control_request(struct front_device *dev, u32 nr, const u64 args[4],
			  const void *message, size_t bytes, long timeout);
s64 front_control_channel(struct front_channel *ch, u32 nr,
			  const u64 args[4], const void *message, size_t bytes,
			  bool *lost);
s64 front_control_exchange(struct front_device *dev, u32 nr, void *message,
			   size_t bytes, long timeout);

/* ---- channel.c ------------------------------------------------------------ */

struct front_region;
struct front_counting;

struct front_channel {
	struct kref kref;
	atomic_t users;			/* who needs the shadow */
	struct front_device *dev;
	struct list_head node;		/* dev->lock */
	struct hlist_node by_owner;	/* front_owners_lock */
	struct mm_struct *mm;		/* the owner's (mmgrab) */
	struct pid *owner;		/* the owner's, as a process */
	pid_t tgid;			/* the same, for people */
	struct front_user *user;
	s32 id;				/* B's name for it; -1: none */
	bool announced;			/* others find it */
	u64 arena_base;
	u32 nr_slots;			/* the program's */
	struct front_memory program;	/* the program's ring */
	struct front_ring ring;		/* the kernel's */
	struct vsys_local *local;	/* one page, not granted */
	struct mutex grow;
	struct front_region **regions;	/* of all slots; set once, under grow */
	u32 nr_pages;			/* charged; grow */
	struct xarray remotes;		/* placeholders by remote descriptor */
	/* A bit for each of the program's slots that somebody sleeps on. */
	DECLARE_BITMAP(waited, VSYS_SLOTS_MAX);
	u32 event_cons;			/* hard irq only */
	bool eoi_owed;			/* to be given by wake_work */
	struct work_struct wake_work;
	atomic_t unresponsive;		/* something timed out, nothing since */
	atomic64_t calls;		/* the kernel's own */

	struct mutex creds_lock;
	const struct cred *cred;	/* creds_lock; attested for all slots */
	const struct cred **apart;	/* creds_lock; by slot; or NULL */
	u64 creds_number;		/* creds_lock; of the last CREDS */

	struct front_counting *counting;	/* the wing's, for itself */
	struct work_struct close_work;
	struct work_struct retire_work;
};

struct front_channel *front_channel_open(struct vsys_front_open *open);
bool front_channel_use(struct front_channel *ch);
void front_channel_unuse(struct front_channel *ch);
void front_channel_get(struct front_channel *ch);
void front_channel_put(struct front_channel *ch);
void front_channel_kill(struct front_channel *ch);
void front_channel_finish(struct front_channel *ch);
void front_channel_retire(struct front_channel *ch);
bool front_channel_sandboxed(struct front_channel *ch);
struct vsys_slot *front_channel_slot(struct front_channel *ch, u32 region);
void front_channel_submit(struct front_channel *ch, u32 slot);
int front_channel_charge(struct front_channel *ch, u32 pages);
void front_channel_return(struct front_channel *ch, u32 pages);
u64 front_channel_calls(struct front_channel *ch);
void front_channel_note_close(const char *service);
struct front_channel *front_channel_mine(struct front_device *dev);
u32 front_channel_owned(struct mm_struct *mm, struct front_channel **found,
			u32 max);
bool front_channel_alive(struct front_channel *ch);
int front_channel_init(void);
void front_channel_exit(void);

/* ---- arena.c -------------------------------------------------------------- */

struct front_region {
	u32 nr;				/* granted and known to B; release */
	u32 asked;			/* granted; B has not answered yet, or 0 */
	struct page *pages[VSYS_SLOT_ARENA_MAX / PAGE_SIZE];
	grant_ref_t refs[VSYS_SLOT_ARENA_MAX / PAGE_SIZE];
};

int front_arena_grow(struct front_channel *ch, u32 region, u32 bytes);
u32 front_arena_pages(struct front_channel *ch, u32 region);
vm_fault_t front_arena_fault(struct vm_fault *vmf);
void front_arena_free(struct front_channel *ch);
size_t front_arena_to_iter(struct front_region *region, u32 offset,
			   size_t bytes, struct iov_iter *to);
size_t front_arena_from_iter(struct front_region *region, u32 offset,
			     size_t bytes, struct iov_iter *from);
void front_arena_read(struct front_region *region, u32 offset, void *to,
		      size_t bytes);
void front_arena_write(struct front_region *region, u32 offset,
		       const void *from, size_t bytes);

/* ---- call.c: a system call made by this kernel ---------------------------- */

enum front_patience {
	FRONT_SIGNAL,	/* a signal cancels the call */
	FRONT_KILL,	/* only a fatal signal ends the wait */
	FRONT_BOUND,	/* nothing does, but time */
};

struct front_call {
	struct front_channel *ch;
	u32 slot;
	enum front_patience patience;
	bool lost;
	struct front_region *region;
};

int front_call_begin(struct front_call *call, struct front_channel *ch,
		     u32 bytes, enum front_patience patience);
s64 front_call_make(struct front_call *call, u32 nr, u64 a0, u64 a1, u64 a2,
		    u64 a3, u64 a4, u64 a5);
void front_call_end(struct front_call *call);
u64 front_call_address(const struct front_call *call, u32 offset);
s64 front_call_simple(struct front_channel *ch, enum front_patience patience,
		      u32 nr, u64 a0, u64 a1, u64 a2, u64 a3);
int front_call_wait(struct front_channel *ch, u32 region,
		    enum front_patience patience);
s64 front_call_error(s64 ret);

/* ---- placeholder.c -------------------------------------------------------- */

/* A descriptor for the same open file in another process's shadow. */
struct front_attachment {
	struct list_head node;
	struct front_channel *ch;
	s32 fd;
};

struct front_placeholder {
	struct front_channel *origin;	/* a user of it until released */
	s32 fd;
	bool released;
	bool whole;			/* a record-keeping socket: no splitting */
	umode_t type;			/* S_IFMT bits */
	unsigned int remote_flags;	/* status flags that the remote has */
	struct mutex lock;
	struct list_head attachments;	/* lock */

	wait_queue_head_t wait;
	atomic_t events;		/* notifications so far */
	spinlock_t poll_lock;
	bool asked;			/* poll_lock */
	int armed;			/* poll_lock; events when last asked */
	__poll_t mask;			/* poll_lock; what was answered then */
};

struct front_origin {
	umode_t type;
	unsigned int flags;		/* O_… of the call */
	bool whole;
};

int front_placeholder_init(void);
void front_placeholder_exit(void);
struct file *front_placeholder_open(struct front_channel *ch, s32 fd,
				    const struct front_origin *origin);
struct front_placeholder *front_placeholder_of(struct file *file);
int front_placeholder_attach(struct front_placeholder *p,
			     struct front_channel *ch);
int front_placeholder_flush(struct file *file, fl_owner_t id);
int front_placeholder_release(struct inode *inode, struct file *file);
void front_placeholder_flags(struct file *file);

/* ---- file.c, inode.c: operations of placeholders -------------------------- */

/*
 * f_pos of a seekable placeholder.  The one true position is the remote one
 * (the fast path moves it unseen), so f_pos holds a value that no program asks
 * for, which tells read(2) (use and move the remote position) from pread(2).
 */
#define FRONT_POS_REMOTE	(1ll << 62)
/* Beyond it by 4 GiB, so that the VFS sees neither an end nor a difference. */
#define FRONT_SIZE		(FRONT_POS_REMOTE + (1ll << 32))

extern const struct file_operations front_file_ops;
extern const struct file_operations front_stream_ops;
extern const struct file_operations front_path_ops;
extern const struct inode_operations front_inode_ops;
int front_inode_type(struct front_channel *ch, s32 fd, umode_t *type);
int front_inode_statfs(struct dentry *dentry, struct kstatfs *buf);

/* ---- poll.c ---------------------------------------------------------------- */

__poll_t front_poll(struct file *file, poll_table *table);
bool front_poll_drain(struct front_channel *ch, bool *all);
bool front_poll_wake_all(struct front_channel *ch);

/* ---- chardev.c, creds.c ----------------------------------------------------- */

int front_chardev_register(void);
void front_chardev_unregister(void);
int front_creds_fill(struct vsys_creds *creds);
int front_creds_attest(struct front_channel *ch, u32 slot, u32 flags);
int front_creds_current(struct front_channel *ch, u32 slot);
void front_creds_free(struct front_channel *ch);

#endif /* VSYSFRONT_H */
