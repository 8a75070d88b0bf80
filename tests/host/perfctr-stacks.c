// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	perfctr-xen/command/stacks.c, flame.c, timeline.c.
 * Why:		a sample must be in the one place where it belongs; and records of
 *		calls come from another domain, in any order that it likes.
 * How:		samples and records made by hand, and random ones.
 */
#include "perfctr-xen/command/flame.h"
#include "perfctr-xen/command/stacks.h"
#include "perfctr-xen/command/timeline.h"
#include "test.h"

/* In samples.c, which needs more than the host has. */
const char *frame_name(const struct frame *frame, char *text, size_t size)
{
	(void)text;
	(void)size;
	return frame->symbol;
}

static void sample(struct stack *root, const char *domain, uint64_t period,
		   const char *call, const char *inner, const char *outer)
{
	static struct sample s;

	s = (struct sample){
		.domain = domain, .period = period, .comm = "prog", .nr = 2
	};
	snprintf(s.call, sizeof(s.call), "%s", call);
	s.frame[0].symbol = inner;
	s.frame[1].symbol = outer;
	stack_sample(root, &s);
}

static char *text_of(const struct stack *root, int picture)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	test_need(out != NULL, "open_memstream");
	if (picture)
		flame_draw(root, "a <title> & more", out);
	else
		stack_fold(root, out);
	fclose(out);
	return text;
}

static void folding(void)
{
	struct stack root = { .name = "all" };
	char *text;

	sample(&root, "user", 30, "", "operator;", "main");
	sample(&root, "network", 20, "write", "tcp_sendmsg", "work");
	sample(&root, "network", 20, "write", "tcp_sendmsg", "work");
	sample(&root, "network", 10, "write", "ip_output", "work");
	CHECK_EQ(root.all, 80);
	CHECK_EQ(stack_depth(&root), 6);
	text = text_of(&root, 0);
	CHECK(!strcmp(text, "network;prog;[write];work;ip_output 10\n"
			    "network;prog;[write];work;tcp_sendmsg 40\n"
			    "user;prog;main;operator: 30\n"));
	free(text);
	text = text_of(&root, 1);
	CHECK(strstr(text, "a &lt;title&gt; &amp; more"));
	CHECK(strstr(text, "<title>tcp_sendmsg (40, 50.00%)</title>"));
	CHECK(strstr(text, "</svg>"));
	free(text);
	stack_free(&root);
}

/* Only letters, whole ones; and the lines that are meant. */
static int fit_to_show(const char *text)
{
	unsigned int more = 0;

	for (; *text; text++) {
		unsigned char c = *text;

		if ((c & 0xc0) == 0x80 ? !more-- : more || c == 0x7f ||
					 (c < ' ' && c != '\n'))
			return 0;
		if (c >= 0xc0)
			more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	}
	return !more;
}

/* Whatever a program calls its files and functions. */
static void names(void)
{
	static const char *const evil[] = {
		"\033[2J\033]0;owned\a", "a\nuser;root;main 1000000",
		"\xff\xfe<&>\"\xc3", "]]></text><script>",
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
		"a\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5",
	};
	struct stack root = { .name = "all" };
	unsigned int i, lines = 0;
	char *text, *at;

	for (i = 0; i < sizeof(evil) / sizeof(*evil); i++)
		/* Some boxes are narrow, and cut their names. */
		sample(&root, "user", i == 4 ? 400 : 10, "", evil[i], evil[i]);
	text = text_of(&root, 0);
	CHECK(fit_to_show(text));
	for (at = text; (at = strchr(at, '\n')); at++)
		lines++;
	CHECK_EQ(lines, sizeof(evil) / sizeof(*evil));
	free(text);
	text = text_of(&root, 1);
	CHECK(fit_to_show(text));
	CHECK(!strstr(text, "<script"));
	free(text);
	stack_free(&root);
}

static struct vsys_session_record record(uint32_t kind, uint64_t tsc,
					 uint16_t slot)
{
	return (struct vsys_session_record){
		.service = "network",
		.channel = 1,
		.tgid = 5,
		.tid = 6,
		.record = { .kind = kind, .tsc = tsc, .slot = slot, .nr = 1 },
	};
}

static const struct call *add(struct timeline *t, uint32_t kind, uint64_t tsc,
			      uint16_t slot)
{
	struct vsys_session_record r = record(kind, tsc, slot);

	r.record.ip = -5;
	return timeline_add(t, &r);
}

static void times(void)
{
	struct timeline t = { 0 };
	const struct call *call;

	CHECK(!add(&t, VSYS_RECORD_DONE, 5, 0)); /* its claim was lost */
	CHECK(!add(&t, VSYS_RECORD_CLAIM, 10, 0));
	CHECK(!add(&t, VSYS_RECORD_BLOCK, 14, 0));
	CHECK(!add(&t, VSYS_RECORD_CLAIM, 15, 1)); /* another slot meanwhile */
	CHECK(!add(&t, VSYS_RECORD_WAKE, 30, 0));
	call = add(&t, VSYS_RECORD_DONE, 31, 0);
	CHECK(call && call->nr_spans == 3 && call->result == -5 &&
	      !call->before);
	CHECK_EQ(call_span_end(call, 0) - call->begins[0], 4);
	CHECK_EQ(call_span_end(call, 1) - call->begins[1], 16);
	CHECK_EQ(call_span_end(call, 2) - call->begins[2], 1);
	CHECK(!add(&t, VSYS_RECORD_CLAIM, 40, 0));
	CHECK(!add(&t, VSYS_RECORD_WAKE, 41, 0)); /* it never blocked */
	call = add(&t, VSYS_RECORD_DONE, 42, 0);
	CHECK(call && call->nr_spans == 1 && call->before == 31);
	timeline_free(&t);
}

static void any_order(uint64_t *seed)
{
	unsigned long rounds = test_scale(200000), i;
	struct timeline t = { 0 };
	const struct call *call;
	struct vsys_session_record r;

	for (i = 0; i < rounds; i++) {
		r = record(test_below(seed, 8), test_random(seed),
			   test_below(seed, 4));
		if (!test_below(seed, 100))
			memset(r.service, 'x', sizeof(r.service));
		call = timeline_add(&t, &r);
		if (call)
			CHECK(call->nr_spans >= 1 &&
			      call->nr_spans <= SPANS_MAX &&
			      strlen(call->service) < sizeof(call->service));
	}
	timeline_free(&t);
}

int main(void)
{
	uint64_t seed = test_seed();

	folding();
	names();
	times();
	any_order(&seed);
	return test_exit();
}
