// SPDX-License-Identifier: GPL-2.0-only
/* Pages that B may map, and the doorbells that both ends ring. */
#include "front.h"
#include <xen/page.h>

int hostile_page_make(struct hostile_page *page, domid_t service)
{
	int ref;

	page->address = (void *)get_zeroed_page(GFP_KERNEL);
	if (!page->address)
		return -ENOMEM;
	ref = gnttab_grant_foreign_access(
		service, xen_page_to_gfn(virt_to_page(page->address)), 0);
	if (ref < 0) {
		free_page((unsigned long)page->address);
		page->address = NULL;
		return ref;
	}
	page->ref = ref;
	return 0;
}

/* False: B still has it mapped; it is freed when B lets go of it. */
bool hostile_page_end(struct hostile_page *page)
{
	bool alone = true;

	if (!page->address)
		return true;
	if (gnttab_try_end_foreign_access(page->ref)) {
		free_page((unsigned long)page->address);
	} else {
		gnttab_end_foreign_access(page->ref,
					  virt_to_page(page->address));
		alone = false;
	}
	page->address = NULL;
	return alone;
}

static irqreturn_t hostile_bell_irq(int irq, void *data)
{
	struct hostile_bell *bell = data;

	atomic_inc(&bell->rung);
	return IRQ_HANDLED;
}

int hostile_bell_make(struct hostile_bell *bell, struct xenbus_device *xdev)
{
	int err = xenbus_alloc_evtchn(xdev, &bell->port);

	if (err)
		return err;
	err = bind_evtchn_to_irqhandler(bell->port, hostile_bell_irq, 0,
					"vsys-hostile", bell);
	if (err < 0) {
		xenbus_free_evtchn(xdev, bell->port);
		return err;
	}
	bell->irq = err;
	return 0;
}

void hostile_bell_end(struct hostile_bell *bell)
{
	if (bell->irq)
		unbind_from_irqhandler(bell->irq, bell);
	bell->irq = 0;
}
