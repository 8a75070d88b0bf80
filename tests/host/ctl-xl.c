// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	virtuosctl's xl-config.c.
 * Why:		it must read a configuration as xl will, and tell where it is
 *		wrong.
 * How:		configurations in a file, in all forms that xl has for them;
 *		wrong ones, whose line must be named.
 */
#include "dom0-tools/virtuosctl/ctl.h"
#include "dom0-tools/virtuosctl/xl-config.h"
#include "test.h"

static char path[] = "/tmp/ctl-xl.XXXXXX";
static struct xl_config config;
static char words[4096]; /* on standard error */

static int reading(const char *text)
{
	FILE *file = fopen(path, "w"), *out = tmpfile();
	int err = dup(2), status;

	test_need(file && out && err >= 0, "files");
	fputs(text, file);
	fclose(file);
	dup2(fileno(out), 2);
	status = xl_config_read(path, &config);
	dup2(err, 2);
	close(err);
	rewind(out);
	words[fread(words, 1, sizeof(words) - 1, out)] = '\0';
	fclose(out);
	return status;
}

static void good(const char *text, const char *name, const char *class,
		 long maptrack_frames)
{
	if (!CHECK_EQ(reading(text), COMMAND_OK))
		fprintf(stderr, "\t%s\t%s", text, words);
	CHECK(!strcmp(config.name, name));
	CHECK(!strcmp(config.class, class));
	CHECK_EQ(config.maptrack_frames, maptrack_frames);
	CHECK(!*words);
}

static void wrong(const char *text, unsigned int line)
{
	char place[64];

	CHECK_EQ(reading(text), COMMAND_FAILED);
	snprintf(place, sizeof(place), "%s:%u: ", path, line);
	if (!CHECK(strstr(words, place)))
		fprintf(stderr, "\t%s\t%s", text, words);
}

int main(void)
{
	int fd = mkstemp(path);

	test_need(fd >= 0, "mkstemp");
	close(fd);
	good("name = \"network\"\nvsys_class = \"network\"\n"
	     "max_maptrack_frames = 1024\n", "network", "network", 1024);
	good("# name = \"no\"\n  name='a#b' # yes\n", "a#b", "", -1);
	good("name=\"a\"; vsys_class=\"both\"; max_maptrack_frames=0x40",
	     "a", "both", 64);
	good("pci = [ 'name = \"b\"', # c\n\t'00:05.0',\n]\n"
	     "name = \"a\"\nname_of = \"d\"\n", "a", "", -1);
	good("name = \"a\"\nname = \"b\"\n", "b", "", -1);
	good("", "", "", -1);

	wrong("name = \"a\"\nmemory = 5 MiB\n", 2);
	wrong("name = a\n", 1);
	wrong("\n\nname = \"a\n", 3);
	wrong("name = \"a\"\nvsys_class = [ \"network\" ]\n", 2);
	wrong("\nmax_maptrack_frames = \"many\"\n", 2);
	wrong("max_maptrack_frames = 99999999999\n", 1);

	unlink(path);
	CHECK_EQ(xl_config_read(path, &config), CTL_MISSING);
	CHECK_EQ(xl_config_read("/tmp", &config), CTL_MISSING);
	return test_exit();
}
