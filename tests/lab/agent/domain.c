// SPDX-License-Identifier: GPL-2.0-only
/* Domains as dom0 sees them in xenstore. */
#include "domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

static bool domain_named(struct xs_handle *xs, const char *id, const char *name)
{
	char path[64];
	unsigned len;
	char *have;
	bool same;

	snprintf(path, sizeof(path), "/local/domain/%s/name", id);
	have = xs_read(xs, XBT_NULL, path, &len);
	same = have && !strcmp(have, name);
	free(have);
	return same;
}

int domain_find(struct xs_handle *xs, const char *name)
{
	unsigned n = 0;
	char **ids = xs_directory(xs, XBT_NULL, "/local/domain", &n);
	int best = -1;

	for (unsigned i = 0; i < n; i++)
		if (atoi(ids[i]) > best && domain_named(xs, ids[i], name))
			best = atoi(ids[i]);
	free(ids);
	return best;
}

bool domain_alive(struct xs_handle *xs, int id, const char *name)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", id);
	return xs_is_domain_introduced(xs, (unsigned)id) && domain_named(xs, text, name);
}
