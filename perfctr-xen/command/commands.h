/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of perfctr-xen (base/command.h). */
#ifndef PERFCTR_COMMANDS_H
#define PERFCTR_COMMANDS_H

int cmd_list(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_top(int argc, char **argv);

#endif /* PERFCTR_COMMANDS_H */
