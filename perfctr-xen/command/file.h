/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sample file: what `perfctr-xen record' writes and `report' reads.
 *
 * A header, then records until the one of kind FILE_END; all little-endian, each
 * record a multiple of 8 bytes long.  Times are nanoseconds of
 * CLOCK_MONOTONIC_RAW, but those of samples of service domains are the
 * processor's time stamp counter, which all domains share; two or more CLOCK
 * records tell how the two go together.  Texts end with a zero byte and are
 * filled up with more of them.  A reader passes over kinds that it does not know.
 */
#ifndef PERFCTR_FILE_H
#define PERFCTR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FILE_MAGIC "vsysperf"
#define FILE_VERSION 2u
#define FILE_DEFAULT "perfctr-xen.data" /* unless another is named */

struct file_header {
	char magic[8];
	uint32_t version;
	uint32_t size; /* of this header: where the first record is */
};

enum file_kind {
	FILE_COMMAND = 1, /* struct file_text: what was run */
	FILE_EVENT = 2,	  /* struct file_event: the one of the samples */
	FILE_DOMAIN = 3,  /* struct file_domain, before its samples */
	FILE_CLOCK = 4,	  /* struct file_clock */
	FILE_MAP = 5,	  /* struct file_map: code of a process */
	FILE_COMM = 6,	  /* struct file_comm: a thread's name */
	FILE_FORK = 7,	  /* struct file_fork: a thread or process is made */
	FILE_SAMPLE = 8,  /* struct file_sample */
	FILE_SYMBOL = 9,  /* struct file_symbol: of a kernel, after samples */
	FILE_LOST = 10,	  /* struct file_lost: there was no room */
	FILE_END = 11,	  /* struct file_end, the last one */
};

struct file_record {
	uint32_t kind;
	uint32_t size; /* with this */
};

struct file_text {
	struct file_record record;
	char text[];
};

struct file_event {
	struct file_record record;
	uint64_t period;    /* a sample each so many; 0: */
	uint64_t frequency; /* so many samples in a second of work */
	char name[];
};

struct file_domain {
	struct file_record record;
	uint32_t domain; /* 0: the user domain; then as they come */
	uint32_t reserved;
	char name[];
};

struct file_clock {
	struct file_record record;
	uint64_t tsc;
	uint64_t ns;
};

struct file_map {
	struct file_record record;
	uint64_t ns;
	uint32_t pid, tid;
	uint64_t address, length;
	uint64_t offset; /* in the file */
	char path[];
};

struct file_comm {
	struct file_record record;
	uint64_t ns;
	uint32_t pid, tid;
	uint32_t exec; /* 1: it was an exec, the maps are gone */
	uint32_t reserved;
	char name[];
};

struct file_fork {
	struct file_record record;
	uint64_t ns;
	uint32_t pid, tid;   /* the new one */
	uint32_t ppid, ptid; /* who made it */
};

#define FILE_NO_CALL ~0u

struct file_sample {
	struct file_record record;
	uint64_t time; /* ns, or of a service domain TSC */
	uint64_t period; /* it stands for so many of the event */
	uint32_t domain;
	uint32_t pid, tid;  /* whose call it was; 0: nobody's */
	uint32_t cpu;	    /* of the domain */
	uint32_t call;	    /* number of the call, or FILE_NO_CALL */
	uint32_t nr_kernel; /* so many of the addresses are the kernel's */
	uint32_t nr;	    /* addresses, the innermost first, at least one */
	uint32_t reserved;
	uint64_t address[];
};

struct file_symbol {
	struct file_record record;
	uint64_t address;
	uint64_t offset; /* of the address from where the symbol begins */
	uint32_t domain;
	uint32_t reserved;
	char name[]; /* "symbol" or "symbol [module]" */
};

struct file_lost {
	struct file_record record;
	uint32_t domain;
	uint32_t reserved;
	uint64_t samples;
};

struct file_end {
	struct file_record record;
	uint64_t samples; /* in the file */
};

#define FILE_ADDRESSES_MAX 256u
#define FILE_DOMAINS_MAX 64u

/* ---- Writing ----------------------------------------------------------------- */

struct file_writer {
	FILE *out;
	uint64_t samples;
};

/* false: errno says why. */
bool file_create(struct file_writer *w, const char *name);
/* A record's fixed part, whose size is in it, and the text or bytes behind. */
void file_put(struct file_writer *w, enum file_kind kind, void *record,
	      size_t size, const void *more, size_t more_size);
void file_put_text(struct file_writer *w, enum file_kind kind, void *record,
		   size_t size, const char *text);
/* Writes the end; false: errno says why the file is not whole. */
bool file_finish(struct file_writer *w);

/* ---- Reading ------------------------------------------------------------------- */

struct file {
	char *data;
	size_t size;
	size_t first; /* where the records begin */
	char error[256];
};

/* Reads and checks all of it; false: f->error. */
bool file_load(struct file *f, const char *name);
/* The same of what is in memory, which the file then owns. */
bool file_check(struct file *f, const char *name, char *data, size_t size);
void file_free(struct file *f);
/* The record behind this one, or with NULL the first; NULL at the end. */
const struct file_record *file_next(const struct file *f,
				    const struct file_record *record);

#endif /* PERFCTR_FILE_H */
