// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arena: the client's pages, mapped by gntdev at the addresses that the client
 * uses.  What is not granted stays inaccessible, and so does the page after the
 * end: a path that does not end in time faults there.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/gntdev.h>

#include "vsysd.h"

int vsysd_arena_reserve(const struct vsys_back_accept *client)
{
	void *want = (void *)(uintptr_t)client->arena_base;
	void *got = mmap(want, client->arena_size + VSYS_PAGE_SIZE, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
				 MAP_FIXED_NOREPLACE,
			 -1, 0);

	return got == want ? 0 : -ENOMEM;
}

/*
 * The grants are unmapped when the mapping goes, with the process.  gntdev says
 * EINVAL for whatever Xen refuses; what the client can do nothing about is that
 * there is no room for one more mapping.
 */
int vsysd_arena_map(const struct vsys_back_manage *request)
{
	union {
		struct ioctl_gntdev_map_grant_ref map;
		char room[sizeof(struct ioctl_gntdev_map_grant_ref) +
			  VSYS_ARENA_REFS_MAX *
				  sizeof(struct ioctl_gntdev_grant_ref)];
	} u;
	size_t size = (size_t)request->nr_refs * VSYS_PAGE_SIZE;
	unsigned int i;
	void *got;

	if (!request->nr_refs || request->nr_refs > VSYS_ARENA_REFS_MAX)
		return -EINVAL;
	memset(&u, 0, sizeof(u));
	u.map.count = request->nr_refs;
	for (i = 0; i < request->nr_refs; i++) {
		u.map.refs[i].domid = request->domid;
		u.map.refs[i].ref = request->refs[i];
	}
	if (ioctl(VSYSD_FD_GNTDEV, IOCTL_GNTDEV_MAP_GRANT_REF, &u.map))
		return -errno;
	got = mmap((void *)(uintptr_t)request->address, size,
		   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		   VSYSD_FD_GNTDEV, u.map.index);
	if (got == MAP_FAILED) {
		struct ioctl_gntdev_unmap_grant_ref unmap = {
			.index = u.map.index,
			.count = request->nr_refs,
		};
		int e = errno;

		ioctl(VSYSD_FD_GNTDEV, IOCTL_GNTDEV_UNMAP_GRANT_REF, &unmap);
		return e == EINVAL ? -ENOSPC : -e;
	}
	return 0;
}
