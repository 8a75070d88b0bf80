/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsys devices: the nodes of docs/protocol.md, section 1, as the toolstack
 * writes and removes them.
 */
#ifndef VIRTUOSCTL_DEVICE_H
#define VIRTUOSCTL_DEVICE_H

#include "ctl.h"

/* Of what an end says. */
#define DEVICE_ERROR_MAX 200

/* xenbus states (xen/io/xenbus.h), and 0 for a node that is not there. */
enum device_state {
	DEVICE_GONE = 0,
	DEVICE_INITIALISING,
	DEVICE_INIT_WAIT,
	DEVICE_INITIALISED,
	DEVICE_CONNECTED,
	DEVICE_CLOSING,
	DEVICE_CLOSED,
	DEVICE_ODD, /* any other number */
};

/* One device: user domain, service domain, and number. */
struct device {
	unsigned int user;
	unsigned int backend;
	unsigned int number;
	char service[VSYS_SERVICE_NAME_MAX];
	char class[8];
};

struct device_list {
	struct device *items;
	unsigned int count;
};

enum device_end { DEVICE_FRONT, DEVICE_BACK };

const char *device_state_name(enum device_state state);
/* The number that a device's directory is named by; -1: none is. */
long device_number(const char *name);
/* An end's directory. */
void device_path(const struct device *device, enum device_end end,
		 char path[static 128]);
enum device_state device_state(struct ctl *ctl, const struct device *device,
			       enum device_end end);
/* Why an end gave up, in its own words; to be freed; or NULL. */
char *device_error(struct ctl *ctl, const struct device *device,
		   enum device_end end);

/*
 * Devices, by dom0's own records (record.h): no domain can hide one or make one
 * up.  Selected by user domain (-1: all), by service name (NULL: all).
 */
struct device_list device_find(struct ctl *ctl, long user, const char *service);
void device_list_free(struct device_list *list);

/* Write both ends and the record; chooses the number.  errno on failure. */
bool device_create(struct ctl *ctl, struct device *device);
/* Remove all that was made for it, whatever the domains did to it. */
void device_remove(struct ctl *ctl, const struct device *device);
/*
 * Remove one end's directory: a death as the other end sees it.  False:
 * xenstore did not let us.
 */
bool device_remove_end(struct ctl *ctl, const struct device *device,
		       enum device_end end);
/* Remove the directories above the ends', where nothing else is in them. */
void device_prune(struct ctl *ctl, const struct device *device);
/* Ask both ends to close. */
void device_close(struct ctl *ctl, const struct device *device);

/*
 * Wait until both ends are in the state, or one of them gave up, or a domain
 * vanished, or the limit has passed; true in the first case.
 */
bool device_wait(struct ctl *ctl, const struct device *device,
		 enum device_state state, double limit);

#endif /* VIRTUOSCTL_DEVICE_H */
