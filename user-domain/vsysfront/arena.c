// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arena: the memory behind each slot's region of addresses, granted from the
 * region's start upwards as calls need it.  The kernel's slots have the regions
 * behind those of the program's.
 */
#include "arena.h"
#include "channel.h"
#include "control.h"
#include "memory.h"
#include <linux/mm.h>
#include <linux/uio.h>

static void front_region_shrink(struct front_region *region, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to; i++)
		gnttab_end_foreign_access(region->refs[i], region->pages[i]);
}

/* Allocates and grants pages [from, to) of a region; all or nothing. */
static int front_region_fill(struct front_channel *ch,
			     struct front_region *region, u32 from, u32 to)
{
	struct page *page;
	int ref;
	u32 i;

	for (i = from; i < to; i++) {
		page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		ref = page ? front_page_grant(ch->dev->domid, page) : -ENOMEM;
		if (ref < 0) {
			if (page)
				__free_page(page);
			front_region_shrink(region, from, i);
			return ref;
		}
		region->pages[i] = page;
		region->refs[i] = ref;
	}
	return 0;
}

/*
 * Tells B of the pages up to want.  Without an answer B may still map them, now
 * or later: they stay, and the next time it is asked for the same again.
 */
static int front_region_ask(struct front_channel *ch, u32 number,
			    struct front_region *region, u32 want)
{
	u32 have = region->nr;
	u64 args[4] = { ch->id, number, (u64)have * PAGE_SIZE, want - have };
	s64 ret;

	static_assert(ARRAY_SIZE(region->pages) <= VSYS_ARENA_REFS_MAX);
	ret = front_control_request(ch->dev, VSYS_CONTROL_ARENA, args,
				    &region->refs[have],
				    (want - have) * sizeof(u32),
				    FRONT_PATIENCE);
	/* EBUSY: what was asked before has not been carried out yet. */
	if (ret == -EBUSY)
		ret = -ETIMEDOUT;
	region->asked = ret == -ETIMEDOUT ? want : 0;
	if (region->asked)
		return ret;
	if (ret == -ENOSPC)
		pr_err_ratelimited("%s maps no more memory of this domain: raise max_maptrack_frames in its xl config\n",
				   ch->dev->service);
	if (ret < 0) {
		front_region_shrink(region, have, want);
		front_channel_return(ch, want - have);
		return ret;
	}
	/* Publishes pages[] to front_arena_fault() and front_arena_pages(). */
	smp_store_release(&region->nr, want);
	return 0;
}

static int front_region_grow(struct front_channel *ch, u32 number,
			     struct front_region *region, u32 want)
{
	u32 more;
	int err;

	if (region->asked) {
		err = front_region_ask(ch, number, region, region->asked);
		if (err || region->nr >= want)
			return err;
	}
	more = want - region->nr;
	err = front_channel_charge(ch, more);
	if (err)
		return err;
	err = front_region_fill(ch, region, region->nr, want);
	if (!err)
		return front_region_ask(ch, number, region, want);
	front_channel_return(ch, more);
	return err;
}

/* Makes at least the first so many bytes of a region usable. */
int front_arena_grow(struct front_channel *ch, u32 number, u32 bytes)
{
	u32 want = DIV_ROUND_UP(bytes, PAGE_SIZE);
	struct front_region *region;
	int err = 0;

	if (bytes > VSYS_SLOT_ARENA_MAX)
		return -ENOMEM;
	if (front_arena_pages(ch, number) >= want)
		return 0;
	mutex_lock(&ch->grow);
	region = ch->regions[number];
	if (!region) {
		region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);
		if (!region)
			err = -ENOMEM;
		else	/* initialised before it is seen; acquire: below */
			smp_store_release(&ch->regions[number], region);
	}
	if (!err && region->nr < want)
		err = front_region_grow(ch, number, region, want);
	mutex_unlock(&ch->grow);
	return err;
}

/* How many pages of a region are usable. */
u32 front_arena_pages(struct front_channel *ch, u32 number)
{
	/* Acquire, twice: partners are the release stores above. */
	struct front_region *region = smp_load_acquire(&ch->regions[number]);

	return region ? smp_load_acquire(&region->nr) : 0;
}

/* Maps all of a slot's region around an address: one fault for each growth. */
static vm_fault_t front_region_map(struct vm_area_struct *vma,
				   unsigned long address, u32 at,
				   struct front_region *region, u32 nr)
{
	unsigned long start = address - at * PAGE_SIZE, place;
	int err;
	u32 i;

	err = vm_insert_page(vma, address, region->pages[at]);
	if (err && err != -EBUSY)	/* busy: another thread was faster */
		return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
	for (i = 0; i < nr; i++) {	/* of the others, what can be had */
		place = start + i * PAGE_SIZE;
		if (i != at && place >= vma->vm_start && place < vma->vm_end)
			vm_insert_page(vma, place, region->pages[i]);
	}
	return VM_FAULT_NOPAGE;
}

/*
 * The program touches its arena.  The kernel's own regions stay invisible to
 * it, and so does everything once the channel is closed.
 */
vm_fault_t front_arena_fault(struct vm_fault *vmf)
{
	struct front_channel *ch = vmf->vma->vm_private_data;
	const u32 per_slot = VSYS_SLOT_ARENA_MAX / PAGE_SIZE;
	u64 page = vmf->pgoff - (VSYS_MAP_ARENA >> PAGE_SHIFT);
	u64 slot = page / per_slot;
	u32 at = page % per_slot, nr;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	if (slot >= ch->nr_slots || !front_channel_use(ch))
		return VM_FAULT_SIGBUS;
	nr = front_arena_pages(ch, slot);
	if (at < nr)
		ret = front_region_map(vmf->vma, vmf->address & PAGE_MASK, at,
				       ch->regions[slot], nr);
	front_channel_unuse(ch);
	return ret;
}

void front_arena_free(struct front_channel *ch)
{
	struct front_region *region;
	u32 slot;

	for (slot = 0; slot < ch->nr_slots + VSYS_SLOTS_KERNEL; slot++) {
		region = ch->regions[slot];
		if (!region)
			continue;
		front_region_shrink(region, 0, max(region->nr, region->asked));
		kfree(region);
	}
	kvfree(ch->regions);
	ch->regions = NULL;
}

/* ---- The kernel's own access to its own pages ------------------------------ */

/* How much of a stretch lies in one page. */
static size_t front_region_step(u32 offset, size_t bytes)
{
	return min_t(size_t, bytes, PAGE_SIZE - offset % PAGE_SIZE);
}

size_t front_arena_to_iter(struct front_region *region, u32 offset,
			   size_t bytes, struct iov_iter *to)
{
	size_t done = 0, step, n;

	while (done < bytes) {
		step = front_region_step(offset, bytes - done);
		/* Not copy_page_to_iter(): a pipe would take the page itself. */
		n = copy_to_iter(page_address(region->pages[offset / PAGE_SIZE]) +
				 offset % PAGE_SIZE, step, to);
		done += n;
		offset += n;
		if (n < step)
			break;
	}
	return done;
}

size_t front_arena_from_iter(struct front_region *region, u32 offset,
			     size_t bytes, struct iov_iter *from)
{
	size_t done = 0, step, n;

	while (done < bytes) {
		step = front_region_step(offset, bytes - done);
		n = copy_page_from_iter(region->pages[offset / PAGE_SIZE],
					offset % PAGE_SIZE, step, from);
		done += n;
		offset += n;
		if (n < step)
			break;
	}
	return done;
}

void front_arena_read(struct front_region *region, u32 offset, void *to,
		      size_t bytes)
{
	size_t step;

	for (; bytes; bytes -= step, offset += step, to += step) {
		step = front_region_step(offset, bytes);
		memcpy(to, page_address(region->pages[offset / PAGE_SIZE]) +
			   offset % PAGE_SIZE, step);
	}
}

void front_arena_write(struct front_region *region, u32 offset,
		       const void *from, size_t bytes)
{
	size_t step;

	for (; bytes; bytes -= step, offset += step, from += step) {
		step = front_region_step(offset, bytes);
		memcpy(page_address(region->pages[offset / PAGE_SIZE]) +
		       offset % PAGE_SIZE, from, step);
	}
}
