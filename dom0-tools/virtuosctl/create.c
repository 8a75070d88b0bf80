// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl create: start a service domain. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <virtuos/class.h>
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
		return report_exit(
			CTL_FAILED,
			"%s makes a domain \"%s\", not \"%s\": set name = \"%s\" there",
			path, config->name, name, name);
	if (config->class[0] && !service_class_valid(config->class))
		return report_exit(
			CTL_FAILED,
			"%s: vsys_class = \"%s\": want " VSYS_CLASS_CHOICE,
			path, config->class);
	if (config->maptrack_frames >= 0 &&
	    config->maptrack_frames < MAPTRACK_MIN)
		report("warning: %s: max_maptrack_frames = %ld is little for a service domain: 1024 is usual",
		       path, config->maptrack_frames);
	return CTL_OK;
}

static char *create_config_path(struct ctl *ctl, const char *name,
				const char *config)
{
	char *path =
		config ? realpath(config, NULL) : service_config(ctl, name);

	if (path)
		return path;
	path = xalloc(NULL, PATH_MAX);
	if (config)
		snprintf(path, PATH_MAX, "%s", config);
	else
		snprintf(path, PATH_MAX, SERVICE_CONFIGS "/%s.cfg", name);
	return path;
}

static int create_run(struct ctl *ctl, const char *name, const char *path,
		      unsigned int *id)
{
	const char *args[] = { "create", "-q", path, NULL };
	int status = xl_run(CREATE_LIMIT, args);
	long found;

	if (status == CTL_FAILED)
		return report_exit(
			CTL_FAILED,
			"`xl create %s' failed (its words are above): is the memory free (xl info), are the PCI devices assignable (xl pci-assignable-add)?",
			path);
	if (status)
		return status;
	found = domain_find(ctl, name);
	if (found < 0)
		return report_exit(
			CTL_FAILED,
			"%s ended right after it was created: see its console (/var/log/xen/console)",
			name);
	*id = found;
	return CTL_OK;
}

int lifecycle_create(struct ctl *ctl, const char *name, const char *config,
		     const char *class, unsigned int *id)
{
	struct xl_config settings;
	char *path, *known = NULL;
	int status;

	if (domain_find(ctl, name) >= 0)
		return report_exit(
			CTL_FAILED,
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
		status = report_exit(
			CTL_FAILED,
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

int cmd_create(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'f' },
		{ "class", required_argument, NULL, 'c' },
		{ 0 },
	};
	const char *config = NULL, *class = NULL, *name;
	double begin = now_seconds();
	unsigned int id;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			config = optarg;
		else if (option == 'c' && service_class_valid(optarg))
			class = optarg;
		else if (option == 'c')
			return report_exit(
				CTL_USAGE,
				"create: --class %s: want " VSYS_CLASS_CHOICE,
				optarg);
		else
			return CTL_USAGE;
	}
	if (argc - optind != 1)
		return report_exit(CTL_USAGE, "create: want a name");
	name = argv[optind];
	status = service_name_check(name);
	if (!status)
		status = store_open(ctl);
	if (!status)
		status = service_lock(name);
	if (!status)
		status = lifecycle_create(ctl, name, config, class, &id);
	if (!status)
		printf("%s: domain %u created in %.2f s\n", name, id,
		       now_seconds() - begin);
	return status;
}
