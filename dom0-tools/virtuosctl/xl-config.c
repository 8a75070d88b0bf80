// SPDX-License-Identifier: GPL-2.0-only
/* What virtuosctl wants to know of an xl configuration, as xl reads it. */
#include <errno.h>
#include <fcntl.h>
#include <libxlutil.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/say.h"
#include "ctl.h"
#include "xl-config.h"

/* libxlutil ends the program when it cannot read on, as in a directory. */
static int config_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) || access(path, R_OK))
		return errno;
	return S_ISDIR(st.st_mode) ? EISDIR : 0;
}

/* False: there is a value, which xl's words on standard error call wrong. */
static bool config_text(const XLU_Config *xl, const char *key, char *text,
			size_t size)
{
	const char *value;
	int error = xlu_cfg_get_string(xl, key, &value, 0);

	if (!error)
		snprintf(text, size, "%s", value);
	return !error || error == ESRCH;
}

static bool config_number(const XLU_Config *xl, const char *key, long *number)
{
	int error = xlu_cfg_get_bounded_long(xl, key, 0, INT32_MAX, number, 0);

	return !error || error == ESRCH;
}

int xl_config_read(const char *path, struct xl_config *config)
{
	int error = config_file(path);
	XLU_Config *xl;
	bool good;

	if (error)
		return say_exit(
			CTL_MISSING,
			"cannot read %s (%s): write an xl configuration there, or name one with --config",
			path, strerror(error));
	*config = (struct xl_config){ .maptrack_frames = -1 };
	xl = xlu_cfg_init(stderr, path);
	if (!xl)
		return say_exit(COMMAND_FAILED, "out of memory");
	good = !xlu_cfg_readfile(xl, path) &&
	       config_text(xl, "name", config->name, sizeof(config->name)) &&
	       config_text(xl, "vsys_class", config->class,
			   sizeof(config->class)) &&
	       config_number(xl, "max_maptrack_frames",
			     &config->maptrack_frames);
	xlu_cfg_destroy(xl);
	if (!good)
		return say_exit(
			COMMAND_FAILED,
			"%s is no good xl configuration (xl's words are above)",
			path);
	return COMMAND_OK;
}
