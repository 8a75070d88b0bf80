// SPDX-License-Identifier: GPL-2.0-only
/* A target with a fault, to prove that faults are found and kept. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Volatile: a store before free() is otherwise optimised away. */
	volatile char *small = malloc(4);

	if (size > 3 && data[0] == 'V' && data[1] == 'O')
		small[size] = 1;
	free((void *)small);
	return fuzz_end();
}
