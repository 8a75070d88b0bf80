/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of calls that cross, by their numbers. */
#ifndef PERFCTR_CALLNAME_H
#define PERFCTR_CALLNAME_H

#include <stddef.h>
#include <stdint.h>

const char *call_name(uint32_t nr, char *name, size_t size);

#endif /* PERFCTR_CALLNAME_H */
