// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include "measure.h"

void measure_add(struct measure *to, const struct measure *m)
{
	to->value += m->value;
	to->enabled += m->enabled;
	to->running += m->running;
}

void measure_join(struct measure *to, const struct measure *m)
{
	to->value += m->value;
	to->running += m->running;
	if (m->enabled > to->enabled)
		to->enabled = m->enabled;
}

static uint64_t without(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

void measure_without(struct measure *from, const struct measure *part)
{
	from->value = without(from->value, part->value);
	from->enabled = without(from->enabled, part->enabled);
	from->running = without(from->running, part->running);
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

void measure_subtract(struct measure *from, const struct measure *before)
{
	from->value = since(from->value, before->value);
	from->enabled = since(from->enabled, before->enabled);
	from->running = since(from->running, before->running);
}

struct figure measure_figure(const struct measure *m)
{
	struct figure f = { m->value, 1 };

	if (m->running >= m->enabled)
		return f;
	f.share = (double)m->running / m->enabled;
	f.value = m->running ? m->value / f.share : NAN;
	return f;
}

struct figure figure_add(struct figure a, struct figure b)
{
	if (isnan(a.value))
		return b;
	if (!isnan(b.value))
		a.value += b.value;
	a.share = fmin(a.share, b.share);
	return a;
}

struct figure figure_subtract(struct figure a, struct figure b)
{
	if (!isnan(b.value))
		a.value -= b.value;
	a.share = fmin(a.share, b.share);
	return a;
}

void series_add(struct series *s, double x)
{
	double delta = x - s->mean;

	s->n++;
	s->mean += delta / s->n;
	s->m2 += delta * (x - s->mean);
}

double series_deviation(const struct series *s)
{
	return s->n > 1 ? sqrt(s->m2 / (s->n - 1)) : 0;
}
