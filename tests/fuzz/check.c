// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any call over any region, through the dispatcher's checks; what they accept
 * is judged by the second opinion of tests/host/check-oracle.h.
 */
#include <virtuos/calls-table.h>
#include "tests/host/check-oracle.h"
#include "fuzz.h"

static struct oracle o;

/* An argument: any value, or one near something that matters. */
static uint64_t argument(struct fuzz *f)
{
	uint8_t kind = fuzz_u8(f);

	switch (kind % 6) {
	case 0:
		return o.check.base + fuzz_u32(f) % (o.check.size + 64);
	case 1:
		return o.check.base + o.check.size - fuzz_u8(f);
	case 2:
		return (int8_t)fuzz_u8(f);
	case 3:
		return fuzz_u64(f);
	case 4:
		return o.check.scratch + fuzz_u8(f);
	default:
		return o.check.base + fuzz_u8(f) * 8;
	}
}

static uint32_t number(struct fuzz *f)
{
	static uint16_t rows[VSYS_NR_SYSCALLS];
	static uint32_t n;
	uint32_t nr = fuzz_u8(f);

	if (!n)
		for (uint32_t i = 0; i < VSYS_NR_SYSCALLS; i++)
			if (vsys_calls[i].name)
				rows[n++] = i;
	return nr < 250 ? rows[nr % n] : fuzz_u32(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	struct vsys_call was, call;
	struct vsys_fixup fixup;
	const char *wrong;
	int i, err;

	if (!o.region)
		oracle_make(&o, 0);
	o.check.size = (fuzz_u8(&f) % 65) * 4096;
	i = fuzz_u8(&f);
	o.check.class = i % 4;
	o.check.kernel = i & 4;
	was.nr = number(&f);
	for (i = 0; i < 6; i++)
		was.args[i] = argument(&f);
	/* The rest is what the client wrote: words, some of them addresses. */
	memset(o.region, 0, 4096);
	for (i = 0; i < 100 && f.left; i++)
		((uint64_t *)o.region)[i] = argument(&f);
	call = was;
	err = vsys_check_call(&o.check, &call, &fixup);
	if (err) {
		CHECK(oracle_refusal(err));
		return fuzz_end();
	}
	wrong = oracle_verdict(&o, &was, &call);
	if (wrong) {
		oracle_show(wrong, &was, &o);
		abort();
	}
	/* As the call could have left scratch; the way back stays inside. */
	memset(o.scratch, fuzz_u8(&f), VSYS_SCRATCH_SIZE);
	vsys_check_finish(&o.check, &fixup, (int8_t)fuzz_u8(&f));
	return fuzz_end();
}
