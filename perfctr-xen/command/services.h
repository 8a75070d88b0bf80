/* SPDX-License-Identifier: GPL-2.0-only */
/* Services: those that programs are routed to, and channels to them. */
#ifndef PERFCTR_SERVICES_H
#define PERFCTR_SERVICES_H

#include <virtuos/front.h>

/* By the routing file, as `virtuos run' reads it; NULL behind the last. */
const char *service_name(unsigned int index);
/* A channel of this process's, and what it got; or -errno. */
int service_channel(const char *service, struct vsys_front_open *got);
/* What to tell people of that error; valid until the next one. */
const char *service_why(const char *service, int err);

#endif /* PERFCTR_SERVICES_H */
