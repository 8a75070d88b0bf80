/* SPDX-License-Identifier: GPL-2.0-only */
/* For sources of a kernel: what they take from here, ready-back.c has. */
