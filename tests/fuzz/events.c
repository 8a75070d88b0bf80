// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event ring with the other end's indices being anything: put never writes
 * outside the ring, get never reads more than a ring full without noticing.
 */
#include <virtuos/ring.h>
#include "fuzz.h"

static struct vsys_ring ring;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { data, size };
	uint32_t prod, cons, cookie, before, run = 0;
	int got;

	if (!ring.head)
		ring.head = test_guarded(sizeof(*ring.head));
	memset(ring.head, 0, sizeof(*ring.head));
	ring.nr_slots = 64;
	prod = fuzz_u32(&f);
	cons = fuzz_u32(&f);
	while (f.left) {
		switch (fuzz_u8(&f) % 5) {
		case 0:
			ring.head->event_prod = cons + (int16_t)fuzz_u32(&f);
			run = 0;
			break;
		case 1:
			ring.head->event_cons = prod - (int16_t)fuzz_u32(&f);
			break;
		case 2:
			ring.head->event_overflow = fuzz_u8(&f) % 3;
			break;
		case 3:
			before = prod;
			vsys_event_put(&ring, &prod, fuzz_u8(&f));
			CHECK(prod == before || prod == before + 1);
			run = 0;
			break;
		case 4:
			before = cons;
			got = vsys_event_get(&ring, &cons, &cookie);
			CHECK(got >= -1 && got <= 1);
			CHECK(ring.head->event_cons == cons || got == 0);
			if (got == 1)
				CHECK(cons == before + 1);
			run = got == 1 ? run + 1 : 0;
			CHECK(run <= VSYS_EVENTS);
			break;
		}
	}
	return fuzz_end();
}
