// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl create: start a service domain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <virtuos/class.h>
#include "base/command.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/seconds.h"
#include "commands.h"
#include "domain.h"
#include "lifecycle.h"
#include "service.h"
#include "store.h"
#include "xl.h"
#include "xl-config.h"

#define CREATE_LIMIT 180 /* seconds for xl; emulation is slow */
#define MAPTRACK_MIN 64	 /* a channel's arena may take 4 */

static int create_check(const char *name, const char *path,
			struct xl_config *config)
{
	int status = xl_config_read(path, config);

	if (status)
		return status;
	if (strcmp(config->name, name))
		return say_exit(
			COMMAND_FAILED,
			"%s makes a domain \"%s\", not \"%s\": set name = \"%s\" there",
			path, config->name, name, name);
	if (config->class[0] && !service_class_valid(config->class))
		return say_exit(
			COMMAND_FAILED,
			"%s: vsys_class = \"%s\": want " VSYS_CLASS_CHOICE,
			path, config->class);
	if (config->maptrack_frames >= 0 &&
	    config->maptrack_frames < MAPTRACK_MIN)
		say("warning: %s: max_maptrack_frames = %ld is little for a service domain: 1024 is usual",
		    path, config->maptrack_frames);
	return COMMAND_OK;
}

static char *create_config_path(struct ctl *ctl, const char *name,
				const char *config)
{
	char *path =
		config ? realpath(config, NULL) : service_config(ctl, name);

	if (path)
		return path;
	return config ? xprintf("%s", config) :
			xprintf(SERVICE_CONFIGS "/%s.cfg", name);
}

static int create_run(struct ctl *ctl, const char *name, const char *path,
		      unsigned int *id)
{
	const char *args[] = { "create", "-q", path, NULL };
	int status = xl_run(CREATE_LIMIT, args);
	long found;

	if (status == COMMAND_FAILED)
		return say_exit(
			COMMAND_FAILED,
			"`xl create %s' failed (its words are above): is the memory free (xl info), are the PCI devices assignable (xl pci-assignable-add)?",
			path);
	if (status)
		return status;
	found = domain_find(ctl, name);
	if (found < 0)
		return say_exit(
			COMMAND_FAILED,
			"%s ended right after it was created: see its console (/var/log/xen/console)",
			name);
	*id = found;
	return COMMAND_OK;
}

int lifecycle_create(struct ctl *ctl, const char *name, const char *config,
		     const char *class, unsigned int *id)
{
	struct xl_config settings;
	char *path, *known = NULL;
	int status;

	if (domain_find(ctl, name) >= 0)
		return say_exit(
			COMMAND_FAILED,
			"there is a domain %s already: `virtuosctl restart %s' replaces it",
			name, name);
	path = create_config_path(ctl, name, config);
	status = create_check(name, path, &settings);
	if (!status && !class && settings.class[0])
		class = settings.class;
	if (!status && !class) {
		known = service_class(ctl, name);
		class = known;
	}
	if (!status && !class)
		status = say_exit(
			COMMAND_FAILED,
			"what does %s serve? Put vsys_class = \"network\" (or storage, both) in %s, or say --class",
			name, path);
	if (!status)
		status = create_run(ctl, name, path, id);
	if (!status)
		service_record(ctl, name, path, class);
	free(known);
	free(path);
	return status;
}

struct create_options {
	const char *config, *class;
};

static int create_option(int option, void *arg)
{
	struct create_options *o = arg;

	if (option == 'c')
		return service_class_option("create", &o->class);
	o->config = optarg;
	return 0;
}

int cmd_create(int argc, char **argv)
{
	static const struct option list[] = {
		{ "config", required_argument, NULL, 'f' },
		{ "class", required_argument, NULL, 'c' },
		{ 0 },
	};
	struct create_options o = { 0 };
	double begin = now_seconds();
	const char *name;
	unsigned int id;
	struct ctl ctl;
	int status = options_parse(argc, argv, "", list, create_option, &o);

	if (status)
		return status;
	if (argc - optind != 1)
		return say_usage("create: want a name");
	name = argv[optind];
	status = service_name_check(name);
	if (status)
		return status;
	status = store_open(&ctl);
	if (!status)
		status = service_lock(name);
	if (!status)
		status = lifecycle_create(&ctl, name, o.config, o.class, &id);
	if (!status)
		printf("%s: domain %u created in %.2f s\n", name, id,
		       now_seconds() - begin);
	store_close(&ctl);
	return status;
}
