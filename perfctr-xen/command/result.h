/* SPDX-License-Identifier: GPL-2.0-only */
/* Result: what a run cost, by domain, and by thread and call if asked for. */
#ifndef PERFCTR_RESULT_H
#define PERFCTR_RESULT_H

#include <stdbool.h>
#include <sys/types.h>
#include <virtuos/front-counters.h>
#include "events.h"
#include "measure.h"

#define DOMAINS_MAX 16u
#define USER_DOMAIN 0u /* the first one is always this domain */
#define NOT_TOLD_APART "(not told apart)"

struct domain {
	char name[VSYS_SERVICE_NAME_MAX];
	int refused; /* 0, or the errno with which it does not count: refused_why() */
	bool served; /* it had a channel of the program's */
	bool lost;   /* it went, and a part of its counts with it */
	/* What all of the domain did meanwhile, and of that its polling: */
	int totals_error; /* 0: they are known; else an errno */
	struct measure total[VSYS_COUNTERS_MAX];
	struct measure polling[VSYS_COUNTERS_MAX];
};

/* What somebody cost in one domain. */
struct cost {
	bool known;
	uint64_t calls;
	struct measure event[VSYS_COUNTERS_MAX];
};

enum row_kind {
	ROW_WHOLE,  /* the run */
	ROW_THREAD, /* pid, tid; tid 0: NOT_TOLD_APART */
	ROW_CALL,   /* nr */
};

struct row {
	enum row_kind kind;
	pid_t pid, tid;
	uint32_t nr;
	char name[24];
	struct cost cost[DOMAINS_MAX];
};

struct result {
	const struct events *events;
	double seconds;
	int status; /* of the program, as wait() gives it */
	pid_t tid;  /* of this thread alone; 0: of all */
	unsigned int nr_domains;
	struct domain domain[DOMAINS_MAX];
	unsigned int nr_rows;
	struct row **row;		    /* the first one is the whole */
	bool no_counter[VSYS_COUNTERS_MAX]; /* in the user domain */
};

struct result *result_new(const struct events *events);
void result_free(struct result *r);

/* Index of a domain, new or known; DOMAINS_MAX: there are too many. */
unsigned int result_domain(struct result *r, const char *name);
struct row *result_find(const struct result *r, const struct row *like);
/* The same, made if it is not there. */
struct row *result_thread(struct result *r, pid_t pid, pid_t tid);
struct row *result_call(struct result *r, uint32_t nr);

/* Adds what a service domain says of one account. */
void result_account(struct result *r, const struct vsys_account_entry *entry);
/* Threads by number, calls by how often they were made; the whole first. */
void result_sort(struct result *r);

/* One cell of the table; unknown if that domain counted nothing of the row. */
struct figure result_figure(const struct result *r, const struct row *row,
			    unsigned int domain, unsigned int event);
/* All domains together. */
struct figure result_sum(const struct result *r, const struct row *row,
			 unsigned int event);
/* What the domain did besides the calls counted here and its polling. */
struct figure result_rest(const struct result *r, unsigned int domain,
			  unsigned int event);
/* What to tell people of such an errno. */
const char *refused_why(int err);
uint64_t row_calls(const struct row *row);

#endif /* PERFCTR_RESULT_H */
