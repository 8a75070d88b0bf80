/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vsys: the protocol between a user domain (frontend) and a service domain
 * (backend).  This header holds what is common to all of it; docs/protocol.md
 * is the specification.
 *
 * Everything in include/virtuos/ is self-contained: it compiles in the Linux
 * kernel, in a program and in a test on the host.
 */
#ifndef VIRTUOS_VSYS_H
#define VIRTUOS_VSYS_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stddef.h>
#include <stdint.h>
#endif

/*
 * Version of everything in this directory.  It is increased when a layout or
 * a meaning changes; what is only added is announced by a feature bit.
 */
#define VSYS_VERSION 2u

/* Feature bits: the backend offers, the frontend takes a subset. */
#define VSYS_FEATURE_POLL	(1u << 0) /* VSYS_NR_POLL and the event ring */
#define VSYS_FEATURE_SHARE	(1u << 1) /* VSYS_CONTROL_SHARE */
#define VSYS_FEATURE_CANCEL	(1u << 2) /* VSYS_NR_CANCEL */
#define VSYS_FEATURE_COUNTERS	(1u << 3) /* include/virtuos/counters.h */
#define VSYS_FEATURE_TYPE	(1u << 4) /* vsys_head.made */
#define VSYS_FEATURE_READY	(1u << 5) /* struct vsys_readiness */
#define VSYS_FEATURE_ANSWERS	(1u << 6) /* VSYS_EVENT_ANSWER */
/* Without these an end cannot do. */
#define VSYS_FEATURES_NEEDED \
	(VSYS_FEATURE_POLL | VSYS_FEATURE_SHARE | VSYS_FEATURE_CANCEL)
#define VSYS_FEATURES \
	(VSYS_FEATURES_NEEDED | VSYS_FEATURE_COUNTERS | VSYS_FEATURE_TYPE | \
	 VSYS_FEATURE_READY | VSYS_FEATURE_ANSWERS)

#define VSYS_PAGE_SIZE 4096u

/* The xenbus device type. */
#define VSYS_DEVICE_TYPE "vsys"

/*
 * Nodes below the backend's directory, written by the backend unless said
 * otherwise.  "service" and "class" are written by the toolstack at both ends.
 */
#define VSYS_NODE_VERSION	"version"	/* decimal; both ends write theirs */
#define VSYS_NODE_FEATURES	"features"	/* decimal; offered (B), taken (F) */
#define VSYS_NODE_SERVICE	"service"	/* name of the service domain */
#define VSYS_NODE_CLASS		"class"		/* "network", "storage" or "both" */
#define VSYS_NODE_CONTROL_REF	"control-ref-%u"/* F: grant of control page %u */
#define VSYS_NODE_EVENT_CHANNEL	"event-channel"	/* F: port of the control channel */
#define VSYS_NODE_ERROR		"error"		/* why an end gave up, one line */
#define VSYS_NODE_STATS		"stats"		/* see docs/protocol.md; once a second */

#define VSYS_SERVICE_NAME_MAX	16		/* with the terminating zero */

/* Classes of service, a bit set. */
#define VSYS_CLASS_NETWORK	(1u << 0)
#define VSYS_CLASS_STORAGE	(1u << 1)
#define VSYS_CLASS_BOTH		(VSYS_CLASS_NETWORK | VSYS_CLASS_STORAGE)

#endif /* VIRTUOS_VSYS_H */
