// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../include/perfctr-xen/device.h"
#include "xen.h"

static bool file_line(const char *name, char *line, size_t size)
{
	FILE *file = fopen(name, "re");
	bool there = file && fgets(line, size, file);

	if (file)
		fclose(file);
	if (there)
		line[strcspn(line, "\n")] = 0;
	return there;
}

const char *xen_guest_type(void)
{
	static char type[16];

	if (!file_line("/sys/hypervisor/guest_type", type, sizeof(type)))
		strcpy(type, "PV");
	return type;
}

enum xen_road xen_road(void)
{
	char type[16];

	if (!file_line("/sys/hypervisor/type", type, sizeof(type)) ||
	    strcmp(type, "xen"))
		return XEN_NONE;
	if (strcmp(xen_guest_type(), "PV"))
		return XEN_HVM;
	return access(PERFCTR_MAY_RDPMC, F_OK) ? XEN_PV_STOCK : XEN_PV_PATCHED;
}

bool xen_rdpmc(void)
{
	char line[8];

	return file_line(PERFCTR_MAY_RDPMC, line, sizeof(line)) &&
	       line[0] == 'Y';
}
