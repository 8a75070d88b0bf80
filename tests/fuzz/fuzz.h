/* SPDX-License-Identifier: GPL-2.0-only */
/* What every fuzz target needs: the input as a stream, and an end on failure. */
#ifndef FUZZ_H
#define FUZZ_H

#include "tests/host/test.h"

struct fuzz {
	const uint8_t *data;
	size_t left;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next n bytes, zeros where the input has ended. */
static inline void fuzz_bytes(struct fuzz *f, void *to, size_t n)
{
	size_t have = n < f->left ? n : f->left;

	memcpy(to, f->data, have);
	memset((char *)to + have, 0, n - have);
	f->data += have;
	f->left -= have;
}

static inline uint64_t fuzz_u64(struct fuzz *f)
{
	uint64_t v;

	fuzz_bytes(f, &v, sizeof(v));
	return v;
}

static inline uint32_t fuzz_u32(struct fuzz *f)
{
	uint32_t v;

	fuzz_bytes(f, &v, sizeof(v));
	return v;
}

static inline uint8_t fuzz_u8(struct fuzz *f)
{
	uint8_t v;

	fuzz_bytes(f, &v, sizeof(v));
	return v;
}

/* At the end of an input: a failed check is a crash, which is kept. */
static inline int fuzz_end(void)
{
	if (test_failures)
		abort();
	return 0;
}

#endif /* FUZZ_H */
