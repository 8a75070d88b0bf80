// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the parser of routing files, libvirtuos/routes.c.
 * Why:		it reads a file that people write, inside every program; a wrong
 *		line must be named, with what would be right, and change nothing.
 * How:		good files by what they mean; wrong ones by line and words of
 *		the message; random ones for memory errors.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include "libvirtuos/core.h"
#include "test.h"

static struct virtuos_routes r;
static char error[256];

static int parse(const char *text)
{
	/* Exactly as long as it is, so that a sanitizer sees one byte more. */
	size_t n = strlen(text);
	char *copy = malloc(n ? n : 1);
	int ret;

	memcpy(copy, text, n);
	strcpy(error, "untouched");
	ret = virtuos_routes_parse(&r, "file.conf", copy, n, error,
				   sizeof(error));
	free(copy);
	return ret;
}

static void test_good(void)
{
	CHECK_EQ(parse(""), 0);
	CHECK(r.inet == -1 && r.inet6 == -1 && !r.nr_paths && !r.nr_services);
	CHECK_EQ(parse("\n# nothing\n   \t \n#"), 0);
	CHECK_EQ(parse("socket inet network\n"
		       "socket\tinet6   network  # both\r\n"
		       "path /storage storage\n"
		       "path /srv/../data//x/. storage\n"
		       "slots 128"), 0);
	CHECK_EQ(r.nr_services, 2);
	CHECK_EQ(r.inet, 0);
	CHECK_EQ(r.inet6, 0);
	CHECK(!strcmp(r.services[0], "network"));
	CHECK(!strcmp(r.services[1], "storage"));
	CHECK_EQ(r.nr_paths, 2);
	CHECK(!strcmp(r.paths[0].prefix, "/storage"));
	CHECK_EQ(r.paths[0].length, 8);
	CHECK_EQ(r.paths[0].service, 1);
	CHECK(!strcmp(r.paths[1].prefix, "/data/x"));
	CHECK_EQ(r.slots, 128);
	CHECK_EQ(parse("path /a fifteen-letters"), 0);
	CHECK_EQ(parse("path /a/ x"), 0);
	CHECK(!strcmp(r.paths[0].prefix, "/a"));
}

/* Refused, at that line, with these words. */
static void bad(const char *text, const char *place, const char *words)
{
	int ret = parse(text);

	if (ret == -1 && strstr(error, place) == error && strstr(error, words) &&
	    !strchr(error, '\n'))
		return;
	fprintf(stderr, "'%.60s': %d, \"%s\", wanted \"%s\" and \"%s\"\n", text,
		ret, error, place, words);
	test_failures++;
}

static void test_bad(void)
{
	char text[3000];
	int i, n;

	bad("sockets inet network", "file.conf:1: ", "use socket, path");
	bad("\n\nsocket inet", "file.conf:3: ", "expected: socket");
	bad("socket inet a b", "file.conf:1: ", "expected: socket");
	bad("socket inet a b c d e f", "file.conf:1: ", "expected: socket");
	bad("socket unix network", "file.conf:1: ", "inet or inet6");
	bad("socket inet a\nsocket inet b", "file.conf:2: ", "twice");
	bad("socket inet sixteen-letters-", "file.conf:1: ", "at most 15");
	bad("socket inet net/work", "file.conf:1: ", "no service name");
	bad("socket inet net.work", "file.conf:1: ", "no service name");
	bad("path storage storage", "file.conf:1: ", "absolute");
	bad("path / storage", "file.conf:1: ", "\"/\"");
	bad("path /../. storage", "file.conf:1: ", "\"/\"");
	bad("path /storage", "file.conf:1: ", "expected: path");
	bad("path ../storage storage", "file.conf:1: ", "absolute");
	bad("path /proc x", "file.conf:1: ", "/proc is each kernel");
	bad("path /a x\npath /sys/fs x", "file.conf:2: ", "/sys is each kernel");
	bad("path /x/../dev/ x", "file.conf:1: ", "/dev cannot be routed");
	CHECK_EQ(parse("path /device x\npath /srv/proc x"), 0);
	bad("path /a x\n#\npath /b/../a/ y", "file.conf:3: ", "/a is routed twice");
	bad("slots 64\nslots 64", "file.conf:2: ", "twice");
	bad("socket inet6 a\nsocket inet6 a", "file.conf:2: ", "twice");
	bad("socket storage a", "file.conf:1: ", "inet or inet6");
	bad("slots", "file.conf:1: ", "expected: slots");
	bad("slots 100", "file.conf:1: ", "multiple of 64");
	bad("slots -64", "file.conf:1: ", "expected: slots");
	bad("slots 64x", "file.conf:1: ", "expected: slots");
	bad("slots 0", "file.conf:1: ", "expected: slots");
	bad("slots 99999999999999999999", "file.conf:1: ", "expected: slots");
	bad("slots 18446744073709551680", "file.conf:1: ", "expected: slots");
	memset(text, 'x', 2000);
	text[2000] = 0;
	bad(text, "file.conf:1: ", "longer");
	snprintf(text, sizeof(text), "path /%0300d storage", 7);
	bad(text, "file.conf:1: ", "longer");
	for (i = n = 0; i < VIRTUOS_ROUTES_MAX + 1; i++)
		n += snprintf(text + n, sizeof(text) - n, "path /p%d s\n", i);
	bad(text, "file.conf:33: ", "more than 32 paths");
	for (i = n = 0; i < VIRTUOS_SERVICES_MAX + 1; i++)
		n += snprintf(text + n, sizeof(text) - n, "path /p%d s%d\n", i,
			      i);
	bad(text, "file.conf:9: ", "more than 8 services");
	CHECK_EQ(virtuos_routes_parse(&r, "f", "path /a b\0c", 11, error,
				      sizeof(error)), -1);
	CHECK(strstr(error, "zero byte") != NULL);
	CHECK_EQ(virtuos_routes_load(&r, "/none/such", error, sizeof(error)),
		 -1);
	CHECK(strstr(error, "/none/such: No such file") == error);
	CHECK_EQ(virtuos_routes_load(&r, "/tmp", error, sizeof(error)), -1);
	CHECK(strstr(error, "/tmp: Is a directory") == error);
}

/* What may not be read, and what has no end. */
static void test_load(void)
{
	char name[] = "/tmp/routes.XXXXXX";
	int fd = mkstemp(name);
	uid_t me = geteuid();

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, "socket inet a\n", 14), 14);
	CHECK_EQ(virtuos_routes_load(&r, name, error, sizeof(error)), 0);
	CHECK_EQ(fchmod(fd, 0), 0);
	if (me || !seteuid(65534)) {
		CHECK_EQ(virtuos_routes_load(&r, name, error, sizeof(error)),
			 -1);
		CHECK(strstr(error, name) == error);
		CHECK(strstr(error, ": Permission denied") != NULL);
	}
	CHECK(me == geteuid() || !seteuid(me));
	CHECK_EQ(ftruncate(fd, 1 << 20), 0);
	CHECK_EQ(fchmod(fd, 0600), 0);
	CHECK_EQ(virtuos_routes_load(&r, name, error, sizeof(error)), -1);
	CHECK(strstr(error, "too long") != NULL);
	unlink(name);
	close(fd);
}

/* A message that does not fit is cut, not overrun. */
static void test_room(void)
{
	char small[32];
	size_t n;

	for (n = 1; n < sizeof(small); n++) {
		memset(small, '#', sizeof(small));
		CHECK_EQ(virtuos_routes_parse(&r, "file.conf", "nonsense", 8,
					      small, n), -1);
		CHECK(memchr(small, 0, n) != NULL);
		CHECK(small[n] == '#');
	}
}

static void test_random_files(uint64_t *rnd)
{
	static const char *const pieces[] = {
		"socket", "path", "slots", "inet", "inet6", " ", "\t", "\n",
		"/", "..", "/x", "64", "#", "network", "\r", "-", "//", ".",
	};
	char text[400];
	int k, i, n;

	for (k = 0; k < 50000; k++) {
		text[0] = 0;
		n = test_below(rnd, 30);
		for (i = 0; i < n; i++) {
			strcat(text, pieces[test_below(rnd, 18)]);
			if (test_below(rnd, 2))
				strcat(text, " ");
		}
		if (parse(text) == 0) {
			CHECK(r.nr_services <= VIRTUOS_SERVICES_MAX);
			CHECK(r.inet < (int)r.nr_services);
			CHECK(!r.slots || r.slots % 64 == 0);
			for (i = 0; i < (int)r.nr_paths; i++) {
				CHECK(r.paths[i].prefix[0] == '/');
				CHECK(r.paths[i].length ==
				      strlen(r.paths[i].prefix));
				CHECK(r.paths[i].length > 1);
			}
		} else {
			CHECK(!strncmp(error, "file.conf:", 10));
		}
	}
}

int main(void)
{
	uint64_t rnd = test_seed();

	test_good();
	test_bad();
	test_load();
	test_room();
	test_random_files(&rnd);
	return test_exit();
}
