// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a routing file. */
#include "libvirtuos/core.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtuos_routes r;
	char error[200] = "";
	unsigned int i;

	if (virtuos_routes_parse(&r, "f", (const char *)data, size, error,
				 sizeof(error))) {
		CHECK(!strncmp(error, "f:", 2) && !strchr(error, '\n'));
		return fuzz_end();
	}
	CHECK(r.nr_services <= VIRTUOS_SERVICES_MAX);
	CHECK(r.nr_paths <= VIRTUOS_ROUTES_MAX);
	CHECK(r.inet >= -1 && r.inet < (int)r.nr_services);
	CHECK(r.inet6 >= -1 && r.inet6 < (int)r.nr_services);
	for (i = 0; i < r.nr_paths; i++) {
		CHECK(r.paths[i].service >= 0 &&
		      r.paths[i].service < (int)r.nr_services);
		CHECK(r.paths[i].prefix[0] == '/' && r.paths[i].length > 1);
		CHECK(strlen(r.paths[i].prefix) == r.paths[i].length);
	}
	return fuzz_end();
}
