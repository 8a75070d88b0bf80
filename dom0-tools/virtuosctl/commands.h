/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of virtuosctl (base/command.h).  Each looks at its arguments before
 * it calls store_open().
 */
#ifndef VIRTUOSCTL_COMMANDS_H
#define VIRTUOSCTL_COMMANDS_H

int cmd_create(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_kill(int argc, char **argv);
int cmd_restart(int argc, char **argv);

#endif /* VIRTUOSCTL_COMMANDS_H */
