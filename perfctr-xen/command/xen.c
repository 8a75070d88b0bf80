// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* What perfctr_xen.ko has enabled; none, if it is not loaded. */
static uint32_t features(void)
{
	int fd = open(PERFCTR_DEVICE, O_RDONLY | O_CLOEXEC);
	struct perfctr_get get = { 0 };

	if (fd < 0)
		return 0;
	if (ioctl(fd, PERFCTR_IOC_GET, &get))
		get.enabled = 0;
	close(fd);
	return get.enabled;
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
	return features() & PERFCTR_MODES ? XEN_PV_PATCHED : XEN_PV_STOCK;
}

bool xen_rdpmc(void)
{
	return features() & PERFCTR_RDPMC;
}
