/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of virtuosctl have in common. */
#ifndef VIRTUOSCTL_CTL_H
#define VIRTUOSCTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <virtuos/vsys.h>

/* Exit statuses; virtuosctl(8) documents them. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,	  /* the thing could not be done */
	CTL_USAGE = 2,	  /* wrong arguments */
	CTL_MISSING = 3,  /* no such domain, configuration or device */
	CTL_TIMEOUT = 4,  /* an end did not become ready in time */
	CTL_MISMATCH = 5, /* the ends' versions or features differ */
	CTL_NOXEN = 6,	  /* not root, not dom0, or no xenstored */
};

struct ctl {
	struct xs_handle *xs;
	xc_interface *xc;
};

/* report.c: "virtuosctl: …" on standard error. */
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the exit status that goes with it. */
int report_exit(enum ctl_exit status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
double now_seconds(void);
void sleep_seconds(double seconds);
void *xalloc(void *old, size_t size);
bool parse_seconds(const char *text, double *seconds);

/*
 * The commands: each gets what follows its name, from argv[1] on, and looks at
 * it before it calls store_open().
 */
int cmd_create(struct ctl *ctl, int argc, char **argv);
int cmd_attach(struct ctl *ctl, int argc, char **argv);
int cmd_detach(struct ctl *ctl, int argc, char **argv);
int cmd_status(struct ctl *ctl, int argc, char **argv);
int cmd_kill(struct ctl *ctl, int argc, char **argv);
int cmd_restart(struct ctl *ctl, int argc, char **argv);

#endif /* VIRTUOSCTL_CTL_H */
