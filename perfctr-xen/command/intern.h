/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One copy of each text, which stays: equal texts are equal pointers.
 *
 * All that a recording names goes through here before it is shown in whatever
 * form: domains, threads, files, symbols, which are anybody's to choose.  So the
 * copy is clean (text_clean()): fit for a terminal, and for JSON and SVG.
 */
#ifndef PERFCTR_INTERN_H
#define PERFCTR_INTERN_H

const char *intern(const char *text);

#endif /* PERFCTR_INTERN_H */
