// SPDX-License-Identifier: GPL-2.0-only
/* Counting by single steps: see steps.h. */
#include "steps.h"

#include <err.h>
#include <string.h>

#include "device.h"

struct code {
	uint8_t bytes[8];
	bool locked, repeats;
	uint8_t *op;
};

static bool prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0x67 || byte == 0x2e || byte == 0x36 ||
	       byte == 0x3e || byte == 0x26 || byte == 0x64 || byte == 0x65 ||
	       byte == 0xf0 || byte == 0xf2 || byte == 0xf3;
}

/* Movs, cmps, stos, lods, scas; ins and outs are not for programs. */
static bool string_op(uint8_t op)
{
	return (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf);
}

static struct code code_at(struct traced *t)
{
	struct code code = { 0 };

	memcpy(code.bytes, traced_code(t, t->regs.rip), sizeof(code.bytes));
	for (code.op = code.bytes; prefix(*code.op) &&
				   code.op < code.bytes + 5; code.op++) {
		code.locked |= *code.op == 0xf0;
		code.repeats |= *code.op == 0xf2 || *code.op == 0xf3;
	}
	if (code.repeats && *code.op == 0x90)
		errx(1, "%s polls: a call was not answered at once", t->what);
	if ((*code.op & 0xf0) == 0x40)
		code.op++;
	code.repeats &= string_op(*code.op);
	/* An exchange with memory is locked by itself. */
	code.locked |= (*code.op == 0x86 || *code.op == 0x87) &&
		       code.op[1] < 0xc0;
	return code;
}

static bool own(const struct traced *t)
{
	return t->regs.rip >= t->text && t->regs.rip < t->text_end;
}

/* Between two marks. */
struct window {
	struct counts counts;
	struct symbols *breakdown;
	uint64_t stack;		/* below it: something has been called */
	bool inside;		/* of the object that is counted */
	uint64_t repeated;
};

static void count_own(struct traced *t, struct window *w)
{
	struct code code = code_at(t);

	if (code.repeats && w->repeated == t->regs.rip)
		return;
	w->repeated = code.repeats ? t->regs.rip : 0;
	w->counts.instructions++;
	w->counts.locked += code.locked;
	w->counts.traps += code.op[0] == 0x0f && code.op[1] == 0x05;
	if (w->breakdown)
		symbols_count(w->breakdown, t->regs.rip - t->base);
}

static void count_one(struct traced *t, struct window *w)
{
	bool called = t->regs.rsp < w->stack;

	if (called && own(t))
		count_own(t, w);
	else
		w->counts.leaves += called && w->inside;
	w->inside = called && own(t);
}

struct counts steps_count(struct traced *t, void (*serve)(void),
			  struct symbols *breakdown)
{
	struct window w = { .stack = t->regs.rsp, .breakdown = breakdown };

	do {
		count_one(t, &w);
		if (traced_step(t, NULL) == STOP_MARK)
			return w.counts;
		if (serve && device_pending())
			serve();
	} while (true);
}
