// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names outside of what is served: run natively, as root, with "fill".
 *
 * Which paths go to a service is the library's affair.  This program has none and
 * asks for names beside the mount points of a service's root: as root, who may
 * write anywhere.  They would be the service domain's memory.
 */
#include "../bare.h"

static void refused(const char *what, long got)
{
	say("     %s: %s", what, got < 0 ? strerrorname_np(-got) : "done");
	verdict(got == -EROFS, what);
}

int main(void)
{
	struct bare b;
	int error = bare_open(&b, "storage", VSYS_SLOTS_MIN);
	char *name;

	if (error) {
		say("no channel: %s", strerrorname_np(error));
		return 1;
	}
	name = (char *)(uintptr_t)bare_region(&b, 0, VSYS_PAGE_SIZE);
	strcpy(name, "/fill");
	refused("a file", bare_call(&b, 0, VSYS_NR_mknodat, AT_FDCWD,
				    (uintptr_t)name, S_IFREG | 0600));
	refused("a directory", bare_call(&b, 0, VSYS_NR_mkdirat, AT_FDCWD,
					 (uintptr_t)name, 0700));
	refused("a link", bare_call(&b, 0, VSYS_NR_symlinkat, (uintptr_t)name,
				    AT_FDCWD, (uintptr_t)name));
	strcpy(name, "/storage/vt-fill");
	verdict(!bare_call(&b, 0, VSYS_NR_mkdirat, AT_FDCWD, (uintptr_t)name,
			   0700), "a directory where it belongs");
	verdict(!bare_call(&b, 0, VSYS_NR_unlinkat, AT_FDCWD, (uintptr_t)name,
			   AT_REMOVEDIR), "and away with it");
	return t_wrong;
}
