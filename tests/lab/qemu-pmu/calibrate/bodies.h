/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BODIES_H
#define BODIES_H

#define MEASURED_END	5	/* instructions of the system call at the end */
#define MEASURED_RDPMC	1003
#define SAMPLED_LOOP	52

#endif
