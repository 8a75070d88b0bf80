/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of placeholders: those of the file. */
#ifndef FRONT_FILE_H
#define FRONT_FILE_H

#include "vsysfront.h"
#include <linux/fs.h>

/*
 * f_pos of a seekable placeholder.  The one true position is the remote one
 * (the fast path moves it unseen), so f_pos holds a value that no program asks
 * for, which tells read(2) (use and move the remote position) from pread(2).
 */
#define FRONT_POS_REMOTE	(1ll << 62)
/* Beyond it by 4 GiB, so that the VFS sees neither an end nor a difference. */
#define FRONT_SIZE		(FRONT_POS_REMOTE + (1ll << 32))

extern const struct file_operations front_file_ops;
extern const struct file_operations front_stream_ops;
extern const struct file_operations front_path_ops;

#endif /* FRONT_FILE_H */
