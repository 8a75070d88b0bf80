// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	virtuosctl status: the tables and the JSON.
 * Why:		guests write what it shows.  Nothing of theirs may reach a
 *		terminal raw or make the JSON unreadable, and limits must be
 *		seen.
 * How:		the real command on a xenstore in memory (xen-fake.h), with
 *		good nodes, with nodes of an older release, and with random
 *		bytes; the JSON is read by json-c, which checks its UTF-8.
 */
#include <getopt.h>
#include <json.h>
#include "xen-fake.h"

#define USER 5
#define NETWORK 3
#define FRONT "/local/domain/5/device/vsys/0"
#define BACK "/local/domain/3/backend/vsys/5/0"

#define STATUS(...) fake_ctl(cmd_status, "--interval", "0", __VA_ARGS__)

static void begin(void)
{
	fake_start();
	fake_domain(NETWORK, "network");
	fake_domain(4, "storage");
	fake_domain(USER, "user");
	CHECK_EQ(fake_ctl(cmd_attach, "--no-wait", "user", "network", NULL),
		 COMMAND_OK);
	CHECK_EQ(fake_ctl(cmd_attach, "--no-wait", "user", "storage", NULL),
		 COMMAND_OK);
}

/* Lines of letters, none longer than width. */
static void readable(size_t width)
{
	const char *line = fake_output, *end;

	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!CHECK(end))
			return;
		if (!CHECK((size_t)(end - line) <= width))
			fprintf(stderr, "\t%.*s\n", (int)(end - line), line);
		for (; line < end; line++)
			if (!CHECK((unsigned char)*line >= ' ') ||
			    !CHECK(*line != 0x7f))
				return;
	}
}

static json_object *parsed(void)
{
	json_tokener *tokener = json_tokener_new();
	json_object *root;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, fake_output,
				     strlen(fake_output) + 1);
	if (!CHECK(root))
		fprintf(stderr, "\t%s\n",
			json_tokener_error_desc(
				json_tokener_get_error(tokener)));
	json_tokener_free(tokener);
	return root;
}

/* A member of the first device's end's stats, -1: null, -2: not there. */
static int64_t stat_of(json_object *root, const char *end, const char *key)
{
	json_object *at = NULL;

	json_object_object_get_ex(root, "devices", &at);
	at = json_object_array_get_idx(at, 0);
	if (!json_object_object_get_ex(at, end, &at) ||
	    !json_object_object_get_ex(at, "stats", &at) ||
	    !json_object_object_get_ex(at, key, &at))
		return -2;
	return at ? json_object_get_int64(at) : -1;
}

static void limits(void)
{
	json_object *root;

	begin();
	fake_put(USER, "4", FRONT "/state");
	fake_put(NETWORK, "4", BACK "/state");
	fake_put(USER, "ms=1 channels=3 channels_max=512 calls=70 bells=1 "
		       "pages=60000 pages_max=131072", FRONT "/stats");
	fake_put(USER, "ms=1 channels=1 channels_max=512 calls=5 bells=1 "
		       "pages=60000 pages_max=131072",
		 "/local/domain/5/device/vsys/1/stats");
	fake_put(NETWORK, "ms=1 channels=3 channels_max=1024 calls=69 errors=0 "
			  "workers=57 workers_max=64 pages=800 pages_max=65536 "
			  "files=4096 files_max=4096", BACK "/stats");
	CHECK_EQ(STATUS("--limits", NULL), COMMAND_OK);
	readable(100);
	/* The user domain's pages are those of both devices. */
	CHECK(strstr(fake_output, " 4/512 "));
	CHECK(strstr(fake_output, " 120000/131072! "));
	CHECK(strstr(fake_output, " 57/64 "));
	CHECK(strstr(fake_output, " 4096/4096!\n"));
	CHECK(strstr(fake_output, "! 90 %"));

	CHECK_EQ(STATUS(NULL), COMMAND_OK);
	readable(100);
	CHECK(strstr(fake_output, "virtuosctl status --limits"));

	CHECK_EQ(STATUS("--json", NULL), COMMAND_OK);
	root = parsed();
	CHECK_EQ(stat_of(root, "frontend", "pages_max"), 131072);
	CHECK_EQ(stat_of(root, "frontend", "workers"), -1);
	CHECK_EQ(stat_of(root, "backend", "workers"), 57);
	CHECK_EQ(stat_of(root, "backend", "files_max"), 4096);
	json_object_put(root);
}

/* Ends of a release without limits. */
static void older(void)
{
	json_object *root;

	begin();
	fake_put(USER, "ms=1 channels=3 calls=70 bells=1", FRONT "/stats");
	CHECK_EQ(STATUS("--limits", NULL), COMMAND_OK);
	readable(100);
	CHECK(strstr(fake_output, " 3/- "));
	CHECK(!strchr(fake_output, '!'));
	CHECK_EQ(STATUS(NULL), COMMAND_OK);
	CHECK(!strstr(fake_output, "--limits"));
	CHECK_EQ(STATUS("--json", NULL), COMMAND_OK);
	root = parsed();
	CHECK_EQ(stat_of(root, "frontend", "channels"), 3);
	CHECK_EQ(stat_of(root, "frontend", "channels_max"), -1);
	json_object_put(root);
}

/* The largest numbers, and the longest words, leave a table a table. */
static void extreme(void)
{
	static const char most[] = "18446744073709551615";
	char words[1024] = "", error[4000];
	static const char *const keys[] = {
		"ms", "channels", "channels_max", "calls", "errors", "workers",
		"workers_max", "pages", "pages_max", "files", "files_max",
	};
	size_t i;

	begin();
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		sprintf(words + strlen(words), "%s=%s ", keys[i], most);
	memset(error, 'e', sizeof(error) - 1);
	error[sizeof(error) - 1] = '\0';
	fake_put(USER, words, FRONT "/stats");
	fake_put(NETWORK, words, BACK "/stats");
	fake_put(USER, "18446744073709551615", FRONT "/version");
	fake_put(USER, "4294967300", FRONT "/state");
	CHECK_EQ(STATUS("--limits", NULL), COMMAND_OK);
	readable(105);
	CHECK_EQ(STATUS(NULL), COMMAND_OK);
	readable(110);
	CHECK(strstr(fake_output, "odd/initialising"));
	fake_put(USER, error, FRONT "/error");
	CHECK_EQ(STATUS(NULL), COMMAND_OK);
	readable(240);
}

static void random_nodes(void)
{
	static const char *const names[] = {
		"state", "version", "features", "error", "stats", "service",
		"class", "backend-id", "backend", "frontend-id",
	};
	uint64_t state = test_seed();
	unsigned long rounds = test_scale(300);

	begin();
	while (rounds--) {
		char value[300];
		size_t len = test_below(&state, sizeof(value)), i;
		unsigned int name = test_below(&state, 10);
		bool front = test_below(&state, 2);

		for (i = 0; i < len; i++)
			value[i] = test_below(&state, 256);
		if (test_below(&state, 2))
			memcpy(value, "calls=1 \033[2J\"\\ ", 16);
		CHECK(fake_write(front ? USER : NETWORK, value, len, "%s/%s",
				 front ? FRONT : BACK, names[name]));
		CHECK(fake_write(USER, value, len,
				 "/local/domain/5/error/device/vsys/0/error"));
		CHECK_EQ(STATUS(NULL), COMMAND_OK);
		CHECK(!strpbrk(fake_output, "\033\007\r\b\177"));
		CHECK_EQ(STATUS("--json", NULL), COMMAND_OK);
		json_object_put(parsed());
	}
}

/* Names come from the administrator, and are shown with the same care. */
static void odd_names(void)
{
	begin();
	fake_put(0, "a\033]0;x\007" "b\xff, and a name longer than any column\xc3",
		 "/local/domain/5/name");
	CHECK_EQ(STATUS(NULL), COMMAND_OK);
	CHECK(strstr(fake_output, "a?]0;x?b?, and"));
	CHECK_EQ(STATUS("--json", NULL), COMMAND_OK);
	json_object_put(parsed());

	/* Where a kernel says why its end gave up, for the device to come. */
	CHECK_EQ(fake_ctl(cmd_detach, "--timeout", "0", "5", "network", NULL),
		 COMMAND_OK);
	fake_put(USER, "no\033[2J grant",
		 "/local/domain/5/error/device/vsys/2/error");
	CHECK_EQ(fake_ctl(cmd_attach, "--timeout", "5", "5", "network", NULL),
		 COMMAND_FAILED);
	CHECK(strstr(fake_output, "column? gave up: no?[2J grant"));
	CHECK(!strpbrk(fake_output, "\033\007"));
}

int main(void)
{
	limits();
	older();
	extreme();
	random_nodes();
	odd_names();
	fake_drop(fake_nodes, fake_count);
	return test_exit();
}
