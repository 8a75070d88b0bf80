/* SPDX-License-Identifier: GPL-2.0-only */
/* Member: a process that a session is about, and the children of such. */
#ifndef FRONT_MEMBER_H
#define FRONT_MEMBER_H

#include "wing.h"

struct pid;
struct front_session;

int front_member_add(struct front_session *s, struct pid *tgid, gfp_t gfp);
struct front_session *front_member_session(struct pid *tgid);
bool front_member_of(struct front_session *s, struct pid *tgid);
void front_member_dismiss(struct front_session *s);
int front_fork_follow(void);
void front_fork_leave(void);

#endif /* FRONT_MEMBER_H */
