// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	virtuosctl's text.c.
 * Why:		all that other domains write goes through it before a terminal,
 *		or a program that reads JSON, gets to see it.
 * How:		what must stay, what must not; random bytes, looked at by a
 *		decoder of another make (mbrtowc); cuts at each length.
 */
#include <locale.h>
#include <wchar.h>

#include "dom0-tools/virtuosctl/text.h"
#include "test.h"

static void becomes(const char *text, const char *wanted)
{
	char *copy = strdup(text);

	text_clean(copy, SIZE_MAX);
	if (!CHECK(!strcmp(copy, wanted)))
		fprintf(stderr, "\t\"%s\" became \"%s\"\n", text, copy);
	free(copy);
}

static void letters(void)
{
	CHECK(!text_clean(NULL, 5));
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
		text_clean(text, SIZE_MAX);
		CHECK_EQ(strlen(text), len);
		good(text);
		strcpy(before, text);
		max = test_below(&state, sizeof(text));
		text_clean(text, max);
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

int main(void)
{
	test_need(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "the locale C.UTF-8");
	letters();
	random_bytes();
	number(0, 7, "0");
	number(9999999, 7, "9999999");
	number(10000000, 7, "1e+07");
	number(UINT64_MAX, 7, "2e+19");
	return test_exit();
}
