// SPDX-License-Identifier: MIT
/*
 * virtuos: runs a program with libvirtuos, after a look at everything that
 * would otherwise fail in the middle of it.
 */
#include <elf.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core.h"

#ifndef VIRTUOS_VERSION
#define VIRTUOS_VERSION "unknown"
#endif

#define LIBRARY "libvirtuos.so"

enum {
	EXIT_USAGE = 2,		/* and a routing file that is wrong */
	EXIT_SERVICE = 3,
	EXIT_CANNOT = 126,	/* as env and the shell have it */
	EXIT_NOT_FOUND = 127,
};

static const char usage_text[] =
	"usage: virtuos run [--routes FILE] [--no-check] [--] PROGRAM [ARGUMENT…]\n"
	"       virtuos routes [FILE]\n"
	"       virtuos --help | --version\n"
	"\n"
	"run     run PROGRAM; its sockets and files that the routing file names are\n"
	"        served by service domains\n"
	"        --routes FILE  instead of $VIRTUOS_ROUTES or " VIRTUOS_ROUTES_FILE "\n"
	"        --no-check     do not ask first whether the services can be reached\n"
	"routes  check a routing file and show what it says\n";

__attribute__((format(printf, 1, 2)))
static void say(const char *format, ...)
{
	va_list args;

	fputs("virtuos: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static int usage(void)
{
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

/* ---- routes ------------------------------------------------------------ */

static int load_routes(const char *path)
{
	char error[512];

	if (!virtuos_routes_load(&virtuos_routes, path, error, sizeof(error)))
		return 0;
	say("%s", error);
	return EXIT_USAGE;
}

static int routes(int argc, char **argv)
{
	const struct virtuos_routes *r = &virtuos_routes;
	unsigned int i;

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
		return usage();
	if (load_routes(argc == 2 ? argv[1] : virtuos_routes_path()))
		return EXIT_USAGE;
	if (!r->nr_services)
		puts("# nothing is routed: everything stays local");
	if (r->inet >= 0)
		printf("socket inet %s\n", r->services[r->inet]);
	if (r->inet6 >= 0)
		printf("socket inet6 %s\n", r->services[r->inet6]);
	for (i = 0; i < r->nr_paths; i++)
		printf("path %s %s\n", r->paths[i].prefix,
		       r->services[r->paths[i].service]);
	if (r->slots)
		printf("slots %u\n", r->slots);
	return 0;
}

/* ---- services ---------------------------------------------------------- */

/* Are its sockets and paths routed to a service that has such? */
static int check_class(int index, uint32_t class)
{
	uint32_t missing = virtuos_routes_class(index) & ~class;

	if (!missing)
		return 0;
	say("%s routes %s to \"%s\", which serves none: route them to another service, or, in dom0, attach it with --class both",
	    virtuos_routes_path(),
	    missing & VSYS_CLASS_NETWORK ? "sockets" : "paths",
	    virtuos_routes.services[index]);
	return EXIT_USAGE;
}

static int check_service(int index)
{
	const char *service = virtuos_routes.services[index];
	struct vsys_front_open open_service = {
		.nr_slots = virtuos_routes.slots,
	};
	int fd = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC), err = 0;
	char text[512];

	if (fd < 0) {
		err = errno;
		say("%s: %s%s", VSYS_FRONT_PATH, strerror(err),
		    err == ENOENT ? "; is the module vsysfront loaded? Run: modprobe vsysfront" :
				    "");
		return EXIT_SERVICE;
	}
	memcpy(open_service.service, service, sizeof(open_service.service));
	if (ioctl(fd, VSYS_IOC_OPEN, &open_service))
		err = errno;
	close(fd);
	if (!err)
		return check_class(index, open_service.class);
	say("%s", virtuos_remedy(text, sizeof(text), service, err));
	return EXIT_SERVICE;
}

static int check_services(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < virtuos_routes.nr_services; i++)
		err = check_service(i);
	return err;
}

/* ---- the library ------------------------------------------------------- */

static bool found(char *path, const char *dir, const char *rest)
{
	return snprintf(path, PATH_MAX, "%s%s" LIBRARY, dir, rest) < PATH_MAX &&
	       !access(path, R_OK);
}

/* Where it is installed, or where it was built. */
static bool find_library(char *path)
{
	const char *env = secure_getenv("VIRTUOS_LIB");
	char dir[PATH_MAX], full[PATH_MAX];
	ssize_t n;
	char *slash;

	if (env && *env)
		return realpath(env, path) && !access(path, R_OK);
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	if (n > 0) {
		dir[n] = 0;
		slash = strrchr(dir, '/');
		if (slash)
			slash[1] = 0;
		if (found(full, dir, "../lib/") && realpath(full, path))
			return true;
	}
	return found(path, "/usr/lib/", "");
}

/* Before what is there already, unless it is there already. */
static int preload(void)
{
	const char *old = getenv("LD_PRELOAD");
	char path[PATH_MAX], *value;

	if (!find_library(path)) {
		say(LIBRARY " was not found: set VIRTUOS_LIB to its path");
		return EXIT_USAGE;
	}
	if (strpbrk(path, ": ")) {
		say("%s: the dynamic linker takes no path with a colon or a space; set VIRTUOS_LIB to another",
		    path);
		return EXIT_USAGE;
	}
	if (old && strstr(old, path))
		return 0;
	if (asprintf(&value, "%s%s%s", path, old && *old ? ":" : "",
		     old ? old : "") < 0 ||
	    setenv("LD_PRELOAD", value, 1)) {
		say("out of memory");
		return EXIT_CANNOT;
	}
	return 0;
}

/* ---- the program ------------------------------------------------------- */

/* As execvp looks for it. */
static bool find_program(const char *name, char *path)
{
	const char *dirs = getenv("PATH"), *end;
	struct stat st;
	int n;

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	for (dirs = dirs ? dirs : "/bin:/usr/bin"; *dirs;
	     dirs = *end ? end + 1 : end) {
		end = dirs + strcspn(dirs, ":");
		n = snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - dirs),
			     dirs, end > dirs ? "/" : "", name);
		if (n < PATH_MAX && !access(path, X_OK) && !stat(path, &st) &&
		    S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

/* A 64-bit program without an interpreter: nothing can be preloaded. */
static bool is_static(int fd)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	unsigned int i;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_phentsize != sizeof(segment))
		return false;
	for (i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment),
			  header.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			return false;
		if (segment.p_type == PT_INTERP)
			return false;
	}
	return true;
}

/* Would the kernel raise its rights?  The dynamic linker then ignores us. */
static bool is_privileged(int fd, const struct stat *st)
{
	if ((st->st_mode & S_ISUID) && st->st_uid != geteuid())
		return true;
	if ((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) &&
	    st->st_gid != getegid())
		return true;
	return geteuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

/* The interpreter of a script: it is what is run. */
static bool interpreter(int fd, char *path)
{
	char line[256];
	ssize_t n = pread(fd, line, sizeof(line) - 1, 0);
	char *start;

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = 0;
	start = line + 2 + strspn(line + 2, " \t");
	start[strcspn(start, " \t\n")] = 0;
	return snprintf(path, PATH_MAX, "%s", start) < PATH_MAX && *start;
}

static void warn_program(const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, depth;

	if (!find_program(name, path))
		return;
	for (depth = 0; depth < 4; depth++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (is_static(fd))
			say("warning: %s is linked statically: libvirtuos cannot be loaded into it, and all its calls stay local",
			    path);
		else if (!fstat(fd, &st) && is_privileged(fd, &st))
			say("warning: %s is set-uid or has capabilities: libvirtuos is not loaded into it, and all its calls stay local",
			    path);
		if (!interpreter(fd, path))
			depth = 4;
		close(fd);
	}
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "routes", required_argument, NULL, 'r' },
		{ "no-check", no_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = virtuos_routes_path();
	bool check = true;
	int c, err;

	argv[0] = (char *)"virtuos";	/* in getopt's messages */
	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			path = realpath(optarg, NULL);
			if (!path || setenv("VIRTUOS_ROUTES", path, 1)) {
				say("%s: %s", optarg, strerror(errno));
				return EXIT_USAGE;
			}
			break;
		case 'n':
			check = false;
			break;
		default:
			return usage();
		}
	}
	if (optind == argc)
		return usage();
	err = load_routes(path);
	if (!err && check)
		err = check_services();
	if (!err)
		err = preload();
	if (err)
		return err;
	warn_program(argv[optind]);
	execvp(argv[optind], argv + optind);
	err = errno;
	say("%s: %s", argv[optind], strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("virtuos " VIRTUOS_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "run"))
		return run(argc - 1, argv + 1);
	if (!strcmp(argv[1], "routes"))
		return routes(argc - 1, argv + 1);
	say("\"%s\" is no command: use run or routes", argv[1]);
	return EXIT_USAGE;
}
