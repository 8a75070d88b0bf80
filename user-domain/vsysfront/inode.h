/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of placeholders: attributes. */
#ifndef FRONT_INODE_H
#define FRONT_INODE_H

#include "vsysfront.h"
#include <linux/fs.h>

struct front_channel;

extern const struct inode_operations front_inode_ops;
bool front_inode_type_valid(umode_t mode);
int front_inode_type(struct front_channel *ch, s32 fd, umode_t *type);
int front_inode_statfs(struct dentry *dentry, struct kstatfs *buf);

#endif /* FRONT_INODE_H */
