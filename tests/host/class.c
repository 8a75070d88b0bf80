// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	include/virtuos/class.h.
 * Why:		both kernels and virtuosctl take a device's class by it; a name
 *		that is taken for the wrong class opens the other one's calls.
 * How:		each class there and back; names that are nearly one.
 */
#include <virtuos/class.h>

#include "test.h"

static void near_misses(void)
{
	static const char *const names[] = {
		"", " ", "net", "networks", "Network", "network ", " both",
		"network, storage or both", "none", "1",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_EQ(vsys_class_parse(names[i]), 0);
}

int main(void)
{
	unsigned int class;

	CHECK_EQ(vsys_class_parse("network"), VSYS_CLASS_NETWORK);
	CHECK_EQ(vsys_class_parse("storage"), VSYS_CLASS_STORAGE);
	CHECK_EQ(vsys_class_parse("both"), VSYS_CLASS_BOTH);
	near_misses();
	CHECK(!vsys_class_name(0));
	CHECK(!vsys_class_name(VSYS_CLASS_BOTH + 1));
	for (class = 1; class <= VSYS_CLASS_BOTH; class++) {
		if (!CHECK(vsys_class_name(class)))
			continue;
		CHECK_EQ(vsys_class_parse(vsys_class_name(class)), class);
		CHECK(strstr(VSYS_CLASS_CHOICE, vsys_class_name(class)));
	}
	return test_exit();
}
