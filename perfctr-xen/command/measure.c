// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include "measure.h"

void measure_add(struct measure *to, const struct measure *m)
{
	to->value += m->value;
	to->enabled += m->enabled;
	to->running += m->running;
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

void measure_less(struct measure *from, double shown)
{
	struct figure f = measure_figure(from);
	double left = (f.value - shown) * f.share;

	from->value = left > 0 ? left + 0.5 : 0;
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
