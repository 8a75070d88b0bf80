// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include "base/text.h"
#include "flame.h"

#define WIDTH 1200.0
#define MARGIN 10.0
#define LINE 16.0
#define LETTER 6.6 /* width of one, at 11 px */
#define HEAD 40.0
#define LEAST 0.2 /* narrower ones are left out */

/* For text and for attributes in double quotes. */
static void escaped(const char *text, int width, FILE *out)
{
	const char *end = text + text_fitting(text, width);

	for (; text < end; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			fputc(*text, out);
	}
}

/* A colour for each domain, and in it a shade for each function. */
static void colour(const struct stack *stack, unsigned int domain, FILE *out)
{
	static const unsigned int hues[] = { 30, 210, 130, 280, 340, 170 };
	unsigned int hash = 5381;
	const char *p;

	for (p = stack->name; *p; p++)
		hash = hash * 33 + (unsigned char)*p;
	fprintf(out, "hsl(%u,%u%%,%u%%)",
		hues[domain % (sizeof(hues) / sizeof(*hues))], 55 + hash % 25,
		62 + hash / 25 % 16);
}

struct flame {
	FILE *out;
	double height;
	double per_event;
	uint64_t all;
};

static void flame_box(const struct flame *f, const struct stack *stack,
		      unsigned int domain, unsigned int level, double x)
{
	double width = stack->all * f->per_event;
	double y = f->height - MARGIN - (level + 1) * LINE;
	int letters = (width - 4) / LETTER;

	fprintf(f->out, "<g><title>");
	escaped(stack->name, INT_MAX, f->out);
	fprintf(f->out,
		" (%llu, %.2f%%)</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"1\" fill=\"",
		(unsigned long long)stack->all, 100.0 * stack->all / f->all, x,
		y, width, LINE - 1);
	colour(stack, domain, f->out);
	fputs("\"/>", f->out);
	if (letters >= 3) {
		fprintf(f->out, "<text x=\"%.1f\" y=\"%.1f\">", x + 2,
			y + 11.5);
		escaped(stack->name, letters, f->out);
		fputs("</text>", f->out);
	}
	fputs("</g>\n", f->out);
}

/* The root's children are the domains. */
static void flame_level(const struct flame *f, const struct stack *parent,
			unsigned int domain, unsigned int level, double x)
{
	const struct stack *stack;

	for (stack = parent->first; stack; stack = stack->next) {
		if (stack->all * f->per_event >= LEAST) {
			flame_box(f, stack, domain, level, x);
			flame_level(f, stack, domain, level + 1, x);
		}
		x += stack->all * f->per_event;
		domain += !level;
	}
}

void flame_draw(const struct stack *root, const char *title, FILE *out)
{
	struct flame f = { .out = out, .all = root->all };

	f.height = HEAD + (stack_depth(root) - 1) * LINE + 2 * MARGIN;
	f.per_event = root->all ? (WIDTH - 2 * MARGIN) / root->all : 0;
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n"
		"<style>text{font:11px monospace;pointer-events:none}rect:hover{stroke:#000}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<text x=\"%.0f\" y=\"24\" style=\"font-size:14px\">",
		WIDTH, f.height, WIDTH, f.height, MARGIN);
	escaped(title, 120, out);
	fputs("</text>\n", out);
	flame_level(&f, root, 0, 0, MARGIN);
	fputs("</svg>\n", out);
}
