// SPDX-License-Identifier: MIT
/*
 * Routing file: which services take which sockets and paths.  A line each:
 *
 *	socket inet NAME	IPv4 sockets
 *	socket inet6 NAME	IPv6 sockets
 *	path PREFIX NAME	everything at and below PREFIX
 *	slots N			calls in flight per process and service
 *	# comment
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core.h"

#define FILE_MAX_BYTES 65536
#define WORDS_MAX 4

struct virtuos_routes virtuos_routes = { .inet = -1, .inet6 = -1 };

struct parser {
	struct virtuos_routes *routes;
	const char *name;
	unsigned int line;
	char *error;
	size_t error_size;
};

__attribute__((format(printf, 2, 3)))
static int fail(const struct parser *p, const char *format, ...)
{
	va_list args;
	int n = snprintf(p->error, p->error_size, "%s:%u: ", p->name, p->line);

	if (n < 0 || (size_t)n >= p->error_size)
		return -1;
	va_start(args, format);
	vsnprintf(p->error + n, p->error_size - n, format, args);
	va_end(args);
	return -1;
}

/* Index of a service, new or known.  -1: reported. */
static int service(const struct parser *p, const char *name)
{
	struct virtuos_routes *r = p->routes;
	size_t n = strlen(name);
	unsigned int i;

	if (n >= VSYS_SERVICE_NAME_MAX || strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
	    != n)
		return fail(p, "\"%s\" is no service name: at most %u letters, digits, \"-\" and \"_\"",
			    name, VSYS_SERVICE_NAME_MAX - 1);
	for (i = 0; i < r->nr_services; i++)
		if (!strcmp(r->services[i], name))
			return i;
	if (r->nr_services == VIRTUOS_SERVICES_MAX)
		return fail(p, "more than %u services", VIRTUOS_SERVICES_MAX);
	memcpy(r->services[i], name, n + 1);
	return r->nr_services++;
}

static int parse_socket(const struct parser *p, char **words, int n)
{
	int *to;

	if (n != 3)
		return fail(p, "expected: socket inet|inet6 SERVICE");
	if (!strcmp(words[1], "inet"))
		to = &p->routes->inet;
	else if (!strcmp(words[1], "inet6"))
		to = &p->routes->inet6;
	else
		return fail(p, "socket family \"%s\" cannot be routed: use inet or inet6",
			    words[1]);
	if (*to >= 0)
		return fail(p, "socket %s is routed twice", words[1]);
	*to = service(p, words[2]);
	return *to < 0 ? -1 : 0;
}

/* Made up by the kernel that a program runs on, about itself. */
static const char *kernels_own(const char *path)
{
	static const char *const own[] = { "/dev", "/proc", "/sys" };
	size_t i, n;

	for (i = 0; i < sizeof(own) / sizeof(*own); i++) {
		n = strlen(own[i]);
		if (!strncmp(path, own[i], n) && (!path[n] || path[n] == '/'))
			return own[i];
	}
	return NULL;
}

static int parse_path(const struct parser *p, char **words, int n)
{
	struct virtuos_routes *r = p->routes;
	char prefix[sizeof(r->paths[0].prefix)];
	unsigned int i;
	long len;
	int s;

	if (n != 3)
		return fail(p, "expected: path /PREFIX SERVICE");
	if (words[1][0] != '/')
		return fail(p, "path \"%s\" must be absolute", words[1]);
	len = virtuos_path_join(prefix, sizeof(prefix), "/", words[1]);
	if (len < 0)
		return fail(p, "path is longer than %zu bytes", sizeof(prefix));
	if (len == 1)
		return fail(p, "\"/\" as a whole cannot be routed: programs and libraries are local");
	if (kernels_own(prefix))
		return fail(p, "path %s cannot be routed: %s is each kernel's own, and never forwarded",
			    prefix, kernels_own(prefix));
	for (i = 0; i < r->nr_paths; i++)
		if (!strcmp(r->paths[i].prefix, prefix))
			return fail(p, "path %s is routed twice", prefix);
	if (r->nr_paths == VIRTUOS_ROUTES_MAX)
		return fail(p, "more than %u paths", VIRTUOS_ROUTES_MAX);
	s = service(p, words[2]);
	if (s < 0)
		return -1;
	memcpy(r->paths[r->nr_paths].prefix, prefix, len + 1);
	r->paths[r->nr_paths].length = len;
	r->paths[r->nr_paths++].service = s;
	return 0;
}

static int parse_slots(const struct parser *p, char **words, int n)
{
	unsigned long slots;
	char *end = NULL;

	if (n == 2)
		slots = strtoul(words[1], &end, 10);
	if (n != 2 || *end || words[1][0] == '-' || slots < VSYS_SLOTS_MIN ||
	    slots > VSYS_SLOTS_MAX || slots % 64)
		return fail(p, "expected: slots N, a multiple of 64 from %u to %u",
			    VSYS_SLOTS_MIN, VSYS_SLOTS_MAX);
	if (p->routes->slots)
		return fail(p, "slots is given twice");
	p->routes->slots = slots;
	return 0;
}

static int parse_line(const struct parser *p, char *line)
{
	char *words[WORDS_MAX + 1], *save = NULL, *word;
	int n = 0;

	line[strcspn(line, "#\r")] = 0;
	for (word = strtok_r(line, " \t", &save); word && n <= WORDS_MAX;
	     word = strtok_r(NULL, " \t", &save))
		words[n++] = word;
	if (!n)
		return 0;
	if (!strcmp(words[0], "socket"))
		return parse_socket(p, words, n);
	if (!strcmp(words[0], "path"))
		return parse_path(p, words, n);
	if (!strcmp(words[0], "slots"))
		return parse_slots(p, words, n);
	return fail(p, "\"%s\" is not known here: use socket, path or slots",
		    words[0]);
}

int virtuos_routes_parse(struct virtuos_routes *routes, const char *name,
			 const char *text, size_t length, char *error,
			 size_t error_size)
{
	struct parser p = {
		.routes = routes,
		.name = name,
		.error = error,
		.error_size = error_size,
	};
	const char *end = text + length, *next;
	char line[1024];
	size_t n;

	memset(routes, 0, sizeof(*routes));
	routes->inet = routes->inet6 = -1;
	while (text < end) {
		next = memchr(text, '\n', end - text);
		n = (next ? next : end) - text;
		p.line++;
		if (n >= sizeof(line))
			return fail(&p, "line longer than %zu bytes",
				    sizeof(line) - 1);
		if (memchr(text, 0, n))
			return fail(&p, "zero byte: not a text file");
		memcpy(line, text, n);
		line[n] = 0;
		if (parse_line(&p, line))
			return -1;
		text = next ? next + 1 : end;
	}
	return 0;
}

int virtuos_routes_load(struct virtuos_routes *routes, const char *path,
			char *error, size_t error_size)
{
	static char text[FILE_MAX_BYTES];
	long fd = sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	size_t have = 0;
	long n = 0;

	if (fd < 0) {
		snprintf(error, error_size, "%s: %s", path, strerror(-fd));
		return -1;
	}
	while (have < sizeof(text) &&
	       (n = sys3(SYS_read, fd, text + have, sizeof(text) - have)) > 0)
		have += n;
	sys1(SYS_close, fd);
	if (n < 0 || have == sizeof(text)) {
		snprintf(error, error_size, "%s: %s", path,
			 n < 0 ? strerror(-n) : "too long for a routing file");
		return -1;
	}
	return virtuos_routes_parse(routes, path, text, have, error,
				    error_size);
}

const char *virtuos_routes_path(void)
{
	const char *path = secure_getenv("VIRTUOS_ROUTES");

	return path && *path ? path : VIRTUOS_ROUTES_FILE;
}

uint32_t virtuos_routes_class(int service)
{
	const struct virtuos_routes *r = &virtuos_routes;
	uint32_t class = 0;
	unsigned int i;

	if (service == r->inet || service == r->inet6)
		class |= VSYS_CLASS_NETWORK;
	for (i = 0; i < r->nr_paths; i++)
		if (service == r->paths[i].service)
			class |= VSYS_CLASS_STORAGE;
	return class;
}

int virtuos_routes_family(int family)
{
	int service = family == AF_INET	 ? virtuos_routes.inet :
		      family == AF_INET6 ? virtuos_routes.inet6 :
					   -1;

	return service >= 0 && virtuos_given_up(service) ? -1 : service;
}
