/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains as dom0 sees them in xenstore. */
#ifndef LAB_DOMAIN_H
#define LAB_DOMAIN_H

#include <stdbool.h>

struct xs_handle;

/* The newest domain of that name, or -1. */
int domain_find(struct xs_handle *xs, const char *name);
bool domain_alive(struct xs_handle *xs, int id, const char *name);

#endif
