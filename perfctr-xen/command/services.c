// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/say.h"
#include "core.h"
#include "services.h"

static void routes_load(void)
{
	static bool loaded;
	char error[512];

	if (loaded)
		return;
	loaded = true;
	if (access(virtuos_routes_path(), F_OK))
		return;
	if (virtuos_routes_load(&virtuos_routes, virtuos_routes_path(), error,
				sizeof(error)))
		say("%s", error);
}

const char *service_name(unsigned int index)
{
	routes_load();
	return index < virtuos_routes.nr_services ?
		       virtuos_routes.services[index] :
		       NULL;
}

int service_channel(const char *service, struct vsys_front_open *got)
{
	int fd = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	*got = (struct vsys_front_open){ .nr_slots = VSYS_SLOTS_MIN };
	snprintf(got->service, sizeof(got->service), "%s", service);
	if (!ioctl(fd, VSYS_IOC_OPEN, got))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

const char *service_why(const char *service, int err)
{
	static char text[512];

	return virtuos_remedy(text, sizeof(text), service, -err);
}
