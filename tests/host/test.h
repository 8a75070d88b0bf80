/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test program on the host needs: checks that count, a random
 * generator with a printed seed, and pages with guards on both sides.
 *
 * A program exits 0 (passed), 1 (failed) or 77 (skipped, after a line
 * "SKIP: reason").  TEST_SEED=n repeats a run, TEST_SCALE=n multiplies its
 * rounds.
 */
#ifndef TEST_H
#define TEST_H

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int test_failures;

#define CHECK(cond)	test_check(__FILE__, __LINE__, #cond, !!(cond))

/* The same with the two numbers shown. */
#define CHECK_EQ(a, b) test_equal(__FILE__, __LINE__, #a " == " #b, \
				  (long long)(a), (long long)(b))

static inline void test_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
	if (__atomic_add_fetch(&test_failures, 1, __ATOMIC_RELAXED) > 50) {
		fprintf(stderr, "too many failures\n");
		_exit(1);
	}
}

static inline int test_check(const char *file, int line, const char *what,
			     int ok)
{
	if (!ok)
		test_fail(file, line, what);
	return ok;
}

static inline int test_equal(const char *file, int line, const char *what,
			     long long a, long long b)
{
	if (a == b)
		return 1;
	test_fail(file, line, what);
	fprintf(stderr, "\tleft %lld (%#llx), right %lld (%#llx)\n", a, a, b,
		b);
	return 0;
}

static inline int test_exit(void)
{
	if (test_failures)
		fprintf(stderr, "%d checks failed\n", test_failures);
	return test_failures ? 1 : 0;
}

/* Stop at once: something that the test itself needs has failed. */
static inline void test_need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "cannot go on: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static inline unsigned long test_scale(unsigned long rounds)
{
	const char *s = getenv("TEST_SCALE");
	double f = s ? strtod(s, NULL) : 1;

	return rounds * f < 1 ? 1 : rounds * f;
}

/* xorshift64*; each thread has a state of its own. */
static inline uint64_t test_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}

static inline uint64_t test_below(uint64_t *state, uint64_t n)
{
	return test_random(state) % n;
}

static inline uint64_t test_seed(void)
{
	const char *s = getenv("TEST_SEED");
	struct timespec ts;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &ts);
	seed = s ? strtoull(s, NULL, 0) : (uint64_t)ts.tv_nsec ^ ts.tv_sec;
	if (!seed)
		seed = 1;
	printf("seed %" PRIu64 "\n", seed);
	fflush(stdout);
	return seed;
}

/* Zeroed pages with an inaccessible page on either side. */
static inline void *test_guarded(size_t bytes)
{
	char *p = mmap(NULL, bytes + 8192, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	test_need(p != MAP_FAILED, "mmap");
	test_need(!mprotect(p + 4096, bytes, PROT_READ | PROT_WRITE),
		  "mprotect");
	return p + 4096;
}

static inline void test_unguard(void *p, size_t bytes)
{
	munmap((char *)p - 4096, bytes + 8192);
}

#endif /* TEST_H */
