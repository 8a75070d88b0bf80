// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	dom0-tools/base/text.c, and table.c.
 * Why:		all that other domains and programs write goes through it before
 *		a terminal, or a program that reads JSON or SVG, gets to see it;
 *		and columns must be where their heads are, whatever stands there.
 * How:		what must stay, what must not; random bytes, looked at by a
 *		decoder of another make (mbrtowc); cuts at each length.
 */
#include <locale.h>
#include <wchar.h>

#include "base/table.h"
#include "base/text.h"
#include "test.h"

static void becomes(const char *text, const char *wanted)
{
	char *copy = strdup(text);

	text_clean(copy);
	if (!CHECK(!strcmp(copy, wanted)))
		fprintf(stderr, "\t\"%s\" became \"%s\"\n", text, copy);
	free(copy);
}

static void letters(void)
{
	CHECK(!text_clean(NULL) && !text_cut(NULL, 5));
	becomes("", "");
	becomes("version 1, features 15", "version 1, features 15");
	becomes("\033[2J\033]0;root\007", "?[2J?]0;root?");
	becomes("a\tb\nc\rd\be\177f", "a?b?c?d?e?f");
	becomes("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x90\xa7",
		"Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x90\xa7");
	becomes("one byte \xfc", "one byte ?");
	becomes("C1 \xc2\x9b" "2J", "C1 ??2J");
	becomes("turned \xe2\x80\xae" "cod.exe", "turned ???cod.exe");
	becomes("overlong \xc0\x9b \xe0\x82\x9b \xf0\x80\x82\x9b",
		"overlong ?? ??? ????");
	becomes("surrogate \xed\xa0\x80", "surrogate ???");
	becomes("beyond \xf4\x90\x80\x80 \xf8\x88\x80\x80\x80",
		"beyond ???? ?????");
	becomes("ends early \xe2\x82", "ends early ??");
	becomes("none \xef\xbf\xbf \xf0\x9f\xbf\xbe", "none ??? ????");
	becomes("unseen \xe2\x80\x8b \xef\xbb\xbf", "unseen ??? ???");
}

/* The text is UTF-8 to the C library as well, and without controls. */
static void good(const char *text)
{
	mbstate_t state = { 0 };
	wchar_t letter;
	size_t n;

	for (; *text; text += n) {
		n = mbrtowc(&letter, text, strlen(text), &state);
		if (!CHECK(n && n <= 4))
			return;
		CHECK(letter >= 0x20 && !(letter >= 0x7f && letter < 0xa0));
	}
}

static void random_bytes(void)
{
	/* Bytes that begin, continue and spoil letters, and others. */
	static const unsigned char often[] = "\x1b\x7f\x80\xbf\xc0\xc2\xdf\xe0"
					     "\xed\xef\xf0\xf4\xf8\xff\x9b""aZ ";
	uint64_t state = test_seed();
	unsigned long rounds = test_scale(200000);

	while (rounds--) {
		char text[24], before[24];
		size_t len = test_below(&state, sizeof(text)), i, max;

		for (i = 0; i < len; i++)
			text[i] = test_below(&state, 2) ?
					  (int)often[test_below(&state, 18)] :
					  (int)(1 + test_below(&state, 255));
		text[len] = '\0';
		text_clean(text);
		CHECK_EQ(strlen(text), len);
		good(text);
		strcpy(before, text);
		max = test_below(&state, sizeof(text));
		text_cut(text, max);
		CHECK(strlen(text) <= max && strlen(text) + 3 >=
			      (len < max ? len : max));
		CHECK(!memcmp(text, before, strlen(text)));
		good(text);
	}
}

static void number(uint64_t value, size_t width, const char *wanted)
{
	char text[24];

	CHECK(!strcmp(text_number(value, width, text), wanted));
	CHECK(strlen(text) <= width);
}

static void widths(void)
{
	/* One column, two, none, and what is no letter. */
	static const char text[] = "a\xc3\xa9\xe6\x97\xa5" "e\xcc\x81\xff.";
	static const size_t fitting[] = { 0, 1, 3, 3, 6, 9, 10, 11, 11 };
	int width;

	CHECK_EQ(text_width(text), 7);
	for (width = 0; width <= 8; width++)
		CHECK_EQ(text_fitting(text, width), fitting[width]);
	CHECK_EQ(text_width(""), 0);
}

static void lines(void)
{
	CHECK_EQ(text_lines(""), 0);
	CHECK_EQ(text_lines("one"), 1);
	CHECK_EQ(text_lines("one\n"), 1);
	CHECK_EQ(text_lines("\n"), 1);
	CHECK_EQ(text_lines("one\n\nthree"), 3);
}

static void tables(void)
{
	static const char wanted[] =
		"name    number  from\n"
		"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e       1  here\n"
		"\n"
		"\xc3\xa9t\xc3\xa9      1,000  an island\n";
	char *text = NULL;
	struct table t;
	unsigned int i;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	test_need(out != NULL, "open_memstream");
	table_init(&t, 3, "lrl");
	table_add_words(&t, "name,number,from");
	table_add_words(&t, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e,1,here");
	table_add(&t, "\xc3\xa9t\xc3\xa9");
	table_add(&t, "1,%03d", 0);
	table_add(&t, "an island");
	for (i = 0; i < 3; i++) {
		table_print_line(&t, i, out);
		if (i == 1)
			fputc('\n', out);
	}
	fflush(out);
	if (!CHECK(!strcmp(text, wanted)))
		fprintf(stderr, "%s", text);
	fclose(out);
	free(text);
	table_free(&t);
}

static void numbers(void)
{
	char text[48];

	number(0, 7, "0");
	number(9999999, 7, "9999999");
	number(10000000, 7, "1e+07");
	number(UINT64_MAX, 7, "2e+19");
	CHECK(!strcmp(text_thousands(0.4, text), "0"));
	CHECK(!strcmp(text_thousands(1234567, text), "1,234,567"));
	CHECK(!strcmp(text_thousands(-999, text), "-999"));
	CHECK(!strcmp(text_thousands(1e40, text), "1e+40"));
}

int main(void)
{
	test_need(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "the locale C.UTF-8");
	letters();
	random_bytes();
	widths();
	lines();
	tables();
	numbers();
	return test_exit();
}
