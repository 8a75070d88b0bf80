// SPDX-License-Identifier: GPL-2.0-only
/* What dom0 remembers about a service domain. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <virtuos/class.h>
#include "base/command.h"
#include "service.h"
#include "store.h"

/* A service's name is part of paths in xenstore, which take no dot. */
int service_name_check(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	if (!len || len >= VSYS_SERVICE_NAME_MAX)
		return say_usage(
			"\"%s\" cannot be a service: its name must have 1 to %u characters",
			name, VSYS_SERVICE_NAME_MAX - 1);
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    !(i && strchr("_-", name[i])))
			return say_usage(
				"\"%s\" cannot be a service: use letters, digits, and - or _ after the first",
				name);
	if (store_number(name) >= 0)
		return say_usage(
			"\"%s\" cannot be a service: a name of digits alone is a domain's number",
			name);
	return COMMAND_OK;
}

bool service_class_valid(const char *class)
{
	return vsys_class_parse(class);
}

int service_class_option(const char *command, const char **class)
{
	*class = optarg;
	if (service_class_valid(optarg))
		return 0;
	return say_usage("%s: --class %s: want " VSYS_CLASS_CHOICE, command,
			 optarg);
}

bool service_is(struct ctl *ctl, const char *name, unsigned int id)
{
	return id && store_exists(ctl, XBT_NULL, SERVICE_ROOT "/%s", name);
}

char *service_config(struct ctl *ctl, const char *name)
{
	return store_read(ctl, XBT_NULL, SERVICE_ROOT "/%s/config", name);
}

char *service_class(struct ctl *ctl, const char *name)
{
	char *class = store_read(ctl, XBT_NULL, SERVICE_ROOT "/%s/class", name);

	if (class && service_class_valid(class))
		return class;
	free(class);
	return service_class_valid(name) ? strdup(name) : NULL;
}

void service_record(struct ctl *ctl, const char *name, const char *config,
		    const char *class)
{
	if (!store_write(ctl, XBT_NULL, config, SERVICE_ROOT "/%s/config",
			 name) ||
	    !store_write(ctl, XBT_NULL, class, SERVICE_ROOT "/%s/class", name))
		say("cannot note the configuration of %s in xenstore (%s): `restart' will look for " SERVICE_CONFIGS
		    "/%s.cfg",
		    name, strerror(errno), name);
}

bool service_remember(struct ctl *ctl, xs_transaction_t t, const char *name,
		      unsigned int user)
{
	return store_write(ctl, t, "", SERVICE_ROOT "/%s/users/%u", name, user);
}

bool service_forget(struct ctl *ctl, const char *name, unsigned int user)
{
	/* Whatever the administrator typed; a longer name is nobody's. */
	return strlen(name) < VSYS_SERVICE_NAME_MAX &&
	       store_exists(ctl, XBT_NULL, SERVICE_ROOT "/%s/users/%u", name,
			    user) &&
	       store_remove(ctl, XBT_NULL, SERVICE_ROOT "/%s/users/%u", name,
			    user);
}

int service_lock(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/virtuosctl-%s.lock", name);
	fd = open(path, O_CREAT | O_CLOEXEC | O_RDWR | O_NOFOLLOW, 0600);
	if (fd < 0)
		return say_exit(COMMAND_FAILED, "cannot make %s: %s", path,
				strerror(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return COMMAND_OK;
	say("waiting for another virtuosctl that works on %s", name);
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return say_exit(COMMAND_FAILED, "cannot lock %s: %s",
					path, strerror(errno));
	return COMMAND_OK;
}
