// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include "base/say.h"
#include "pace.h"
#include "trial.h"

#define MAX_RATE "/proc/sys/kernel/perf_event_max_sample_rate"

static bool is_prime(uint64_t n)
{
	uint64_t d;

	for (d = 2; d * d <= n; d++)
		if (n % d == 0)
			return false;
	return n > 1;
}

uint64_t prime_from(uint64_t least)
{
	while (!is_prime(least))
		least++;
	return least;
}

/* The most that this kernel takes. */
static uint64_t frequency_most(void)
{
	FILE *file = fopen(MAX_RATE, "re");
	unsigned long long most;

	if (!file || fscanf(file, "%llu", &most) != 1)
		most = ~0ull;
	if (file)
		fclose(file);
	return most;
}

void pace_choose(struct pace *p, const struct event *event, uint64_t frequency)
{
	uint64_t most = frequency_most(), rate;

	p->frequency = frequency ?: PACE_DEFAULT;
	if (p->frequency > most) {
		if (frequency)
			say("%llu samples a second are the most this kernel takes (" MAX_RATE
			    ")",
			    (unsigned long long)most);
		p->frequency = most;
	}
	rate = event_is_time(event) ? 1000000000 : trial_rate(event);
	p->period = rate / p->frequency;
	if (p->period < VSYS_PERIOD_MIN)
		p->period = VSYS_PERIOD_MIN;
	p->period = prime_from(p->period);
}
