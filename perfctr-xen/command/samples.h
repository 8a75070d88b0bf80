/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples: those of a file, in the order of time, with names for numbers. */
#ifndef PERFCTR_SAMPLES_H
#define PERFCTR_SAMPLES_H

#include "file.h"

/* Texts are interned. */
struct frame {
	uint64_t address;
	uint64_t offset;    /* from where the symbol begins */
	const char *symbol; /* "[unknown]" if there is none */
	const char *dso;
};

struct sample {
	uint64_t ns; /* since the recording began */
	uint64_t period; /* it stands for so many of the event */
	const char *domain, *comm;
	char call[24]; /* empty: in none */
	uint32_t pid, tid, cpu;
	unsigned int domain_nr;
	unsigned int nr;
	struct frame frame[FILE_ADDRESSES_MAX]; /* the innermost first */
};

/* The symbol, or, if it has none, where it is from. */
const char *frame_name(const struct frame *frame, char *text, size_t size);

struct samples_info {
	const char *event;
	uint64_t period, frequency; /* one of them */
	uint64_t samples, lost;
	unsigned int nr_domains;
	const char *domain[FILE_DOMAINS_MAX];
	uint64_t lost_of[FILE_DOMAINS_MAX];
	char command[256];
};

void samples_info(const struct file *f, struct samples_info *info);
/* What a sample points to stays for that call of use() alone. */
void samples_each(const struct file *f,
		  void (*use)(const struct sample *, void *), void *arg);

#endif /* PERFCTR_SAMPLES_H */
