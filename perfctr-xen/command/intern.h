/* SPDX-License-Identifier: GPL-2.0-only */
/* One copy of each text, which stays: equal texts are equal pointers. */
#ifndef PERFCTR_INTERN_H
#define PERFCTR_INTERN_H

const char *intern(const char *text);

#endif /* PERFCTR_INTERN_H */
