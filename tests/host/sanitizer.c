// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	a program with one fault of each kind.
 * Why:		a sanitizer that was not switched on, or whose reports are
 *		ignored, looks like a clean program.
 * How:		"sanitizer KIND" commits the fault and then exits 0; the runner
 *		passes when it did not exit 0 and the report names the fault.
 */
/* The compiler sees one of the faults, too. */
#pragma GCC diagnostic ignored "-Wuse-after-free"

#include <limits.h>
#include <pthread.h>
#include "test.h"

static int shared;

static void *race(void *arg)
{
	int i;

	for (i = 0; i < 1000; i++)
		shared += (intptr_t)arg;
	return NULL;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	volatile int n = argc + 7;

	if (!strcmp(kind, "address")) {
		volatile char *p = malloc(n);

		free((void *)p);
		return p[3] & 0;
	} else if (!strcmp(kind, "leak")) {
		volatile char *p = malloc(100 + n);

		p[0] = 1;
		p = NULL;
		return p != NULL;
	} else if (!strcmp(kind, "undefined")) {
		n += INT_MAX - 3;
		return n == 12345;
	} else if (!strcmp(kind, "thread")) {
		pthread_t a, b;

		pthread_create(&a, NULL, race, (void *)1);
		pthread_create(&b, NULL, race, (void *)2);
		pthread_join(a, NULL);
		pthread_join(b, NULL);
		return shared == 1;
	}
	return 2;
}
