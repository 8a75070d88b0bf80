/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Commands of fcntl and ioctl that may cross.  Argument 2 is, by its size:
 * > 0 a pointer to a structure of that many bytes without pointers in it, read
 * and written; 0 a value; -errno: the command is not for clients.
 */
#ifndef VIRTUOS_COMMANDS_H
#define VIRTUOS_COMMANDS_H

#include "vsys.h"
#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

static inline int vsys_fcntl_size(__u64 command)
{
	switch (command) {
	case 1: /* F_GETFD */
	case 2: /* F_SETFD */
	case 3: /* F_GETFL */
	case 4: /* F_SETFL */
		return 0;
	case 5: /* F_GETLK */
	case 6: /* F_SETLK */
	case 7: /* F_SETLKW */
	case 36: /* F_OFD_GETLK */
	case 37: /* F_OFD_SETLK */
	case 38: /* F_OFD_SETLKW */
		return 32; /* struct flock */
	case 1035: /* F_GET_RW_HINT */
	case 1036: /* F_SET_RW_HINT */
	case 1037: /* F_GET_FILE_RW_HINT */
	case 1038: /* F_SET_FILE_RW_HINT */
		return 8;
	}
	return -EINVAL;
}

static inline int vsys_ioctl_size(__u64 command)
{
	switch (command) {
	case 0x541B: /* FIONREAD, SIOCINQ */
	case 0x5411: /* TIOCOUTQ, SIOCOUTQ */
	case 0x5421: /* FIONBIO */
	case 0x8905: /* SIOCATMARK */
	case 0x0002: /* FIGETBSZ */
		return 4;
	case 0x80086601: /* FS_IOC_GETFLAGS */
		return 8;
	case 0x801c581f: /* FS_IOC_FSGETXATTR */
		return 28;
	case 0x8910: /* SIOCGIFNAME */
	case 0x8913: /* SIOCGIFFLAGS */
	case 0x8915: /* SIOCGIFADDR */
	case 0x8917: /* SIOCGIFDSTADDR */
	case 0x8919: /* SIOCGIFBRDADDR */
	case 0x891b: /* SIOCGIFNETMASK */
	case 0x891d: /* SIOCGIFMETRIC */
	case 0x8921: /* SIOCGIFMTU */
	case 0x8927: /* SIOCGIFHWADDR */
	case 0x8933: /* SIOCGIFINDEX */
	case 0x8942: /* SIOCGIFTXQLEN */
		return 40; /* struct ifreq */
	}
	return -ENOTTY;
}

#endif /* VIRTUOS_COMMANDS_H */
