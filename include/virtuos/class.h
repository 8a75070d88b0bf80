/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The classes of service by their names, in nodes and for people. */
#ifndef VIRTUOS_CLASS_H
#define VIRTUOS_CLASS_H

#include "vsys.h"
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

static const struct {
	__u32 class;
	const char *name;
} vsys_classes[] = {
	{ VSYS_CLASS_NETWORK, "network" },
	{ VSYS_CLASS_STORAGE, "storage" },
	{ VSYS_CLASS_BOTH, "both" },
};

#define VSYS_NR_CLASSES (sizeof(vsys_classes) / sizeof(vsys_classes[0]))

/* For messages about a name that is none of them. */
#define VSYS_CLASS_CHOICE "network, storage or both"

/* The class of that name, or 0. */
static inline __u32 vsys_class_parse(const char *name)
{
	unsigned int i;

	for (i = 0; i < VSYS_NR_CLASSES; i++)
		if (!strcmp(vsys_classes[i].name, name))
			return vsys_classes[i].class;
	return 0;
}

/* Its name, or NULL. */
static inline const char *vsys_class_name(__u32 class)
{
	unsigned int i;

	for (i = 0; i < VSYS_NR_CLASSES; i++)
		if (vsys_classes[i].class == class)
			return vsys_classes[i].name;
	return NULL;
}

#endif /* VIRTUOS_CLASS_H */
