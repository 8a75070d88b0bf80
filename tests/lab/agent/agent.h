/* SPDX-License-Identifier: GPL-2.0-only */
/* What the roles of the agent share. */
#ifndef LAB_AGENT_H
#define LAB_AGENT_H

#include "link.h"

#define CHANNELS 4	/* vchans that each guest offers */

/* An EXEC frame, taken apart.  Points into the copy that it owns. */
struct command {
	struct exec_head head;
	char *strings;
	char *domain, *directory;
	char **argv, **envp;
};

/* A command's beginning: synchronise within sync_ms, then take its EXEC frame
 * apart, which stays first in the link.  silence_ms is how long the other end
 * may say nothing, -1 for as long as it likes. */
bool command_await(struct command *c, struct link *l, unsigned char sync[SYNC_LEN],
		   int sync_ms, int silence_ms);
void command_free(struct command *c);

/* Run a command for the other end of the link, to its EXIT frame; its own EXEC
 * frame may still be in the link.  root is a directory to chroot to, or NULL. */
void session_run(struct link *l, const struct command *c, const char *root);

int client_main(int argc, char **argv);
int serve_main(int argc, char **argv);	/* in a guest */
int port_main(int argc, char **argv);	/* in dom0 */
int wait_main(int argc, char **argv);	/* in dom0 */

#endif
