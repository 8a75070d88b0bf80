/* SPDX-License-Identifier: GPL-2.0-only */
/* Seconds, on a clock that nobody sets. */
#ifndef BASE_SECONDS_H
#define BASE_SECONDS_H

double now_seconds(void);
void sleep_seconds(double seconds);

#endif /* BASE_SECONDS_H */
