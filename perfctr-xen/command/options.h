/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: arguments that commands of perfctr-xen have in common. */
#ifndef PERFCTR_OPTIONS_H
#define PERFCTR_OPTIONS_H

#include <sys/types.h>
#include "base/options.h"
#include "events.h"

/* optarg as such a thing; 0, or the exit status after saying what it is not. */
int option_pid(pid_t *pid);
/* One event and no more. */
int option_event(struct events *events);

#endif /* PERFCTR_OPTIONS_H */
