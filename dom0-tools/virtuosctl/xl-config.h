/* SPDX-License-Identifier: GPL-2.0-only */
/* What virtuosctl wants to know of an xl configuration, as xl reads it. */
#ifndef VIRTUOSCTL_XL_CONFIG_H
#define VIRTUOSCTL_XL_CONFIG_H

struct xl_config {
	char name[64];
	char class[16];	      /* vsys_class, which xl itself ignores */
	long maptrack_frames; /* -1: not given */
};

/* COMMAND_OK, or another status with a message. */
int xl_config_read(const char *path, struct xl_config *config);

#endif /* VIRTUOSCTL_XL_CONFIG_H */
