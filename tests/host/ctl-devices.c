// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	virtuosctl attach and detach: device.c, record.c, adopt.c and
 *		sweep.c.
 * Why:		both ends' directories belong to guests.  Whatever these do to
 *		them, dom0 must know what is attached, and take it away without
 *		leaving anything behind.
 * How:		the real commands on a xenstore in memory (xen-fake.h), with
 *		guests that rename, lie, remove, fill, write without end and
 *		never answer; devices of a release without records.
 */
#include <getopt.h>
#include "xen-fake.h"

#define USER 5
#define NETWORK 3
#define STORAGE 4
#define FRONT "/local/domain/5/device/vsys/0"
#define BACK "/local/domain/3/backend/vsys/5/0"
#define RECORD "/virtuos/user/5/0"
#define MARKER "/virtuos/service/network/users/5"

#define CTL(...) fake_ctl(__VA_ARGS__, NULL)
#define ATTACH(service) CTL(cmd_attach, "--no-wait", "user", service)
#define DETACH(service) CTL(cmd_detach, "--timeout", "0.2", "user", service)

static char *before;

/* Three domains; then the network domain is attached to the user domain. */
static void begin(void)
{
	fake_start();
	fake_domain(NETWORK, "network");
	fake_domain(STORAGE, "storage");
	fake_domain(USER, "user");
	free(before);
	before = fake_dump();
	CHECK_EQ(ATTACH("network"), COMMAND_OK);
	CHECK(fake_find(FRONT) && fake_find(BACK));
}

/* Nothing of the domains' is other than before the device was attached. */
static void nothing_left(const char *what)
{
	char *after;

	fake_remove(0, "/virtuos");
	after = fake_dump();
	if (!CHECK(!strcmp(before, after)))
		fprintf(stderr, "\t%s left:\n%s\n", what, after);
	free(after);
}

static void detached(const char *what)
{
	if (!CHECK_EQ(DETACH("network"), COMMAND_OK))
		fprintf(stderr, "\t%s: %s", what, fake_output);
	CHECK(!fake_find(MARKER));
	CHECK(!fake_find(RECORD));
	CHECK_EQ(DETACH("network"), CTL_MISSING);
	CHECK_EQ(fake_having("/vsys"), 0);
	nothing_left(what);
}

/* The record is there, and no guest's. */
static void recorded(void)
{
	begin();
	CHECK(fake_is(RECORD, 0, "3 network network"));
	CHECK(!fake_put(USER, "4 storage storage", RECORD));
	CHECK(!fake_put(USER, "", FRONT "x"));
	CHECK_EQ(ATTACH("storage"), COMMAND_OK);
	CHECK_EQ(DETACH("storage"), COMMAND_OK);
	CHECK(fake_find(FRONT) && fake_find(BACK));
	detached("nothing done");
}

static void answered(void)
{
	begin();
	fake_answers = true;
	CHECK_EQ(CTL(cmd_detach, "user", "network"), COMMAND_OK);
	CHECK(!strstr(fake_output, "warning"));
	nothing_left("a good device");
}

/* What the user domain does to its own directory. */
static void lies(void)
{
	begin();
	CHECK(fake_put(USER, "storage", FRONT "/service"));
	CHECK_EQ(ATTACH("network"), COMMAND_FAILED);
	CHECK(strstr(fake_output, "attached to domain 5 already (device 0"));
	detached("another service's name");

	begin();
	CHECK(fake_put(USER, "4", FRONT "/backend-id"));
	CHECK(fake_put(USER, "/local/domain/4/backend/vsys/5/0",
		       FRONT "/backend"));
	detached("another backend's number");

	begin();
	CHECK(fake_put(USER, "\033[2J", FRONT "/service"));
	CHECK(fake_put(USER, "99999999999999999999", FRONT "/backend-id"));
	CHECK(fake_put(USER, "4294967300", FRONT "/state"));
	detached("nonsense");

	begin();
	CHECK(fake_remove(USER, FRONT "/service"));
	CHECK(fake_remove(USER, FRONT "/backend-id"));
	detached("no words");

	begin();
	CHECK(fake_remove(USER, FRONT));
	CHECK_EQ(ATTACH("network"), COMMAND_FAILED);
	detached("no directory");
}

/* What the service domain does to its own. */
static void back_lies(void)
{
	begin();
	CHECK(fake_put(NETWORK, "storage", BACK "/service"));
	CHECK(fake_put(NETWORK, "0", BACK "/frontend-id"));
	detached("another service's name at the service domain");

	begin();
	CHECK(fake_remove(NETWORK, BACK));
	detached("no directory at the service domain");
	CHECK(!fake_find("/local/domain/3/backend/vsys"));
}

/* libxl can be told to let a guest own all of its "device". */
static void crowded(void)
{
	struct xs_permissions own = { .id = USER };
	unsigned int i;

	fake_start();
	fake_domain(NETWORK, "network");
	fake_domain(STORAGE, "storage");
	fake_domain(USER, "user");
	xs_set_permissions(NULL, 0, "/local/domain/5/device", &own, 1);
	free(before);
	before = fake_dump();
	for (i = 0; i < 1000; i++) {
		CHECK(fake_put(USER, "network",
			       "/local/domain/5/device/vsys/%u/service", i));
		fake_put(USER, "3", "/local/domain/5/device/vsys/%u/backend-id",
			 i);
	}
	CHECK_EQ(ATTACH("network"), COMMAND_OK);
	CHECK(strstr(fake_output, "network: device 0 of domain 5"));
	CHECK_EQ(fake_having("/device/vsys/"), 1 + 5);
	CHECK(fake_is(FRONT "/service", USER, "network"));
	for (i = 1; i < 1000; i++)
		fake_put(USER, "storage",
			 "/local/domain/5/device/vsys/%u/service", i);
	fake_put(USER, "", "/local/domain/5/device/vsys/4294967296");
	fake_put(USER, "", "/local/domain/5/device/vsys/00");
	fake_put(USER, "",
		 "/local/domain/5/device/vsys/"
		 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
	CHECK_EQ(DETACH("storage"), CTL_MISSING);
	CHECK(fake_find(FRONT) && fake_find(BACK));
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	CHECK(!fake_find(FRONT) && !fake_find(BACK) && !fake_find(RECORD));
	/* What dom0 cannot have made is the guest's own affair. */
	CHECK_EQ(fake_having("/device/vsys/"), 3);
}

/* Domains that never stop writing can delay nothing, nor silent ones. */
static void hindered(void)
{
	struct timespec from, to;
	double seconds;

	begin();
	fake_busy[USER] = fake_busy[NETWORK] = true;
	clock_gettime(CLOCK_MONOTONIC, &from);
	CHECK_EQ(CTL(cmd_detach, "--timeout", "0.3", "user", "network"),
		 COMMAND_OK);
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9;
	CHECK(seconds >= 0.3 && seconds < 3);
	CHECK(strstr(fake_output, "warning"));
	fake_busy[USER] = fake_busy[NETWORK] = false;
	CHECK_EQ(fake_having("/vsys"), 0);
	nothing_left("a device between busy domains");
}

/* The directories of a device as a release without records made them. */
static void old_device(unsigned int number)
{
	struct xs_permissions user = { .id = USER }, net = { .id = NETWORK };
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/5/device/vsys/%u", number);
	fake_put(0, "1", "%s/state", path);
	fake_put(0, "network", "%s/service", path);
	fake_put(0, "3", "%s/backend-id", path);
	xs_set_permissions(NULL, 0, path, &user, 1);
	snprintf(path, sizeof(path), "/local/domain/3/backend/vsys/5/%u",
		 number);
	fake_put(0, "1", "%s/state", path);
	xs_set_permissions(NULL, 0, path, &net, 1);
	fake_put(0, "", MARKER);
	fake_put(0, "9", "/virtuos/user/5/next");
}

static void adopted(void)
{
	begin();
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	old_device(7);
	CHECK_EQ(ATTACH("network"), COMMAND_FAILED);
	CHECK(strstr(fake_output, "device 7"));
	CHECK(fake_is("/virtuos/user/5/7", 0, "3 network network"));
	detached("a device of an earlier release");

	/* One that its user domain has renamed. */
	begin();
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	old_device(7);
	fake_put(USER, "storage", "/local/domain/5/device/vsys/7/service");
	fake_put(USER, "4", "/local/domain/5/device/vsys/7/backend-id");
	CHECK_EQ(DETACH("storage"), CTL_MISSING);
	detached("a renamed device of an earlier release");

	/* One whose service domain ended meanwhile. */
	begin();
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	old_device(7);
	fake_end(NETWORK);
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	CHECK(!fake_having("/vsys") && !fake_find(MARKER));
}

/* Domains that end without virtuosctl. */
static void ended(void)
{
	begin();
	fake_end(NETWORK);
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	CHECK(!fake_having("/vsys") && !fake_find(MARKER));

	/* The user domain's id comes round again. */
	begin();
	CHECK_EQ(ATTACH("storage"), COMMAND_OK);
	fake_end(USER);
	fake_domain(6, "other");
	CHECK_EQ(CTL(cmd_attach, "--no-wait", "other", "network"), COMMAND_OK);
	fake_domain(USER, "user");
	CHECK(!fake_find("/virtuos/user/5") && !fake_find(MARKER));
	CHECK(!fake_find("/local/domain/3/backend/vsys/5"));
	CHECK(!fake_find("/local/domain/4/backend"));
	CHECK_EQ(DETACH("network"), CTL_MISSING);

	/* No domain is written back into existence. */
	begin();
	fake_end(NETWORK);
	fake_alive[NETWORK] = true;
	CHECK_EQ(DETACH("network"), COMMAND_OK);
	CHECK(!fake_find("/local/domain/3"));
}

int main(void)
{
	recorded();
	answered();
	lies();
	back_lies();
	crowded();
	hindered();
	adopted();
	ended();
	fake_drop(fake_nodes, fake_count);
	free(before);
	return test_exit();
}
