// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	virtuosctl's stats.c.
 * Why:		another domain writes the node; what makes no sense in it must
 *		be unknown, not wrong, and a limit that is nearly reached must
 *		be seen.
 * How:		good words, bad words, random ones; limits below, at and above
 *		90 %.
 */
#include "dom0-tools/virtuosctl/stats.h"
#include "test.h"

static void good_words(void)
{
	struct stats stats;

	stats_parse(NULL, &stats);
	CHECK(!stats.present && !stats.known[STAT_CALLS]);
	stats_parse("ms=12 channels=3 calls=18446744073709551615 errors=0 "
		    "workers=7 workers_max=8 files_max=9 later=5",
		    &stats);
	CHECK(stats.present);
	CHECK_EQ(stats.value[STAT_MS], 12);
	CHECK_EQ(stats.value[STAT_CHANNELS], 3);
	CHECK(stats.value[STAT_CALLS] == UINT64_MAX);
	CHECK(stats.known[STAT_ERRORS] && !stats.value[STAT_ERRORS]);
	CHECK_EQ(stats.value[STAT_WORKERS_MAX], 8);
	CHECK_EQ(stats.value[STAT_FILES_MAX], 9);
	CHECK(!stats.known[STAT_FILES] && !stats.known[STAT_CHANNELS_MAX]);
}

static void bad_words(void)
{
	static const char *const words[] = {
		"", " ", "=", "calls", "calls=", "calls= 5", "calls=-1",
		"calls=+1", "calls=x", "calls=5x", "calls=0x5", "calls=1e3",
		"calls=18446744073709551616", "xcalls=5", "callsx=5",
		"calls calls", "call=5", "==5", "calls =5", "calls=\t5",
	};
	struct stats stats;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		stats_parse(words[i], &stats);
		if (!CHECK(stats.present && !stats.known[STAT_CALLS]))
			fprintf(stderr, "\t\"%s\"\n", words[i]);
	}
	stats_parse("  calls=5   calls=6 ", &stats);
	CHECK_EQ(stats.value[STAT_CALLS], 5);
}

static void random_words(void)
{
	static const char letters[] = "calsmx_=  0159-";
	uint64_t state = test_seed();
	unsigned long rounds = test_scale(100000);

	while (rounds--) {
		char text[64];
		struct stats stats;
		size_t len = test_below(&state, sizeof(text)), i;

		for (i = 0; i < len; i++)
			text[i] = letters[test_below(&state,
						     sizeof(letters) - 1)];
		text[len] = '\0';
		stats_parse(text, &stats);
		for (i = 0; i < NR_STATS; i++)
			if (stats.known[i])
				CHECK(strstr(text, stat_name(i)));
	}
}

static bool near(const char *first, const char *second)
{
	struct limit limit = { 0 };
	struct stats stats;

	stats_parse(first, &stats);
	limit_add(&limit, &stats, STAT_PAGES);
	stats_parse(second, &stats);
	limit_add(&limit, &stats, STAT_PAGES);
	return limit_near(&limit);
}

static void limits(void)
{
	CHECK(!near("", ""));
	CHECK(!near("pages=100", ""));
	CHECK(!near("pages_max=100", ""));
	CHECK(!near("pages=89 pages_max=100", ""));
	CHECK(near("pages=90 pages_max=100", ""));
	CHECK(near("pages=101 pages_max=100", ""));
	/* Of 64, 57 is less than 90 %, and 58 more. */
	CHECK(!near("pages=57 pages_max=64", ""));
	CHECK(near("pages=58 pages_max=64", ""));
	/* Two devices of one user domain. */
	CHECK(near("pages=45 pages_max=100", "pages=45 pages_max=100"));
	CHECK(!near("pages=45 pages_max=100", "pages=44 pages_max=100"));
	CHECK(near("pages=18446744073709551615 pages_max=100",
		   "pages=2 pages_max=100"));
}

int main(void)
{
	good_words();
	bad_words();
	random_words();
	limits();
	return test_exit();
}
