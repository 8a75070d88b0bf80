/* SPDX-License-Identifier: MIT */
/* Why the thread's last call failed, in words. */
#ifndef PERFCTR_FAILURE_H
#define PERFCTR_FAILURE_H

#define PERFCTR_FAILURE_MAX 256

extern _Thread_local char perfctr_failure[PERFCTR_FAILURE_MAX];

__attribute__((format(printf, 1, 2)))
void perfctr_fail(const char *format, ...);

#endif /* PERFCTR_FAILURE_H */
