/* SPDX-License-Identifier: GPL-2.0-only */
/* Program: what is measured, started by us or running already. */
#ifndef PERFCTR_PROGRAM_H
#define PERFCTR_PROGRAM_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

struct program {
	pid_t pid;
	pid_t subject; /* what is measured: itself, or one that runs already */
	char **argv;   /* NULL: it was not started by us */
	bool ours;     /* started by us */
	int pidfd;
	int signals; /* signalfd: SIGINT, SIGTERM, SIGHUP, SIGQUIT */
	int go;	     /* a byte here lets it go */
	int failed;  /* here comes the errno of exec */
	int signal;  /* that came to us; 0: none */
	bool ended;
	int status;  /* as wait() gives it */
	int failure; /* it could not be executed: our exit status; else 0 */
};

/*
 * Forks one that waits for program_go() before it executes argv; or without argv
 * it is the process `subject'.  With both, the program only says how long that
 * is measured.  False: said why not.
 */
bool program_open(struct program *p, char **argv, pid_t subject);
/* false: it could not be executed, and that was said. */
bool program_go(struct program *p);

/*
 * Waits until the program ends, a signal comes to us, one of the other
 * descriptors has something, or the time is over (-1: never).  True as long as
 * there is something to wait for.
 */
bool program_wait(struct program *p, struct pollfd *others, unsigned int nr,
		  int ms);
/* After a signal that it has got as well: a moment for it to end. */
void program_settle(struct program *p);
/* What the command's exit status is; ends the program if it still runs. */
int program_end(struct program *p);

#endif /* PERFCTR_PROGRAM_H */
