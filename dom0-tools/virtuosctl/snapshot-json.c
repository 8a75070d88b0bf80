// SPDX-License-Identifier: GPL-2.0-only
/* The snapshot for programs; virtuosctl(8) describes the members. */
#include <json.h>
#include <stdio.h>
#include "snapshot.h"

typedef struct json_object json;

static void add_number(json *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_text(json *object, const char *key, const char *value)
{
	json_object_object_add(object, key,
			       value ? json_object_new_string(value) : NULL);
}

/* What is not known is null, here and below. */
static void add_known(json *object, const char *key, long value)
{
	json_object_object_add(object, key,
			       value < 0 ? NULL : json_object_new_int64(value));
}

static void add_real(json *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", value);
	json_object_object_add(
		object, key,
		value < 0 ? NULL : json_object_new_double_s(value, text));
}

static void add_domain(json *object, const struct domain *domain)
{
	add_number(object, "domid", domain->id);
	add_text(object, "state", domain->state);
	add_number(object, "vcpus", domain->vcpus);
	add_number(object, "memory_kib", domain->memory_kib);
	add_real(object, "cpu_seconds", domain->cpu_seconds);
	add_real(object, "uptime_seconds", domain->uptime);
}

static json *stats_json(const struct stats *stats)
{
	json *object;
	enum stat i;

	if (!stats->present)
		return NULL;
	object = json_object_new_object();
	for (i = 0; i < NR_STATS; i++)
		json_object_object_add(
			object, stat_name(i),
			stats->known[i] ?
				json_object_new_uint64(stats->value[i]) :
				NULL);
	return object;
}

static json *end_json(const struct end_view *view)
{
	json *object = json_object_new_object();

	add_text(object, "state", device_state_name(view->state));
	add_known(object, "version", view->version);
	add_known(object, "features", view->features);
	add_text(object, "error", view->error);
	json_object_object_add(object, "stats", stats_json(&view->stats));
	return object;
}

static json *device_json(const struct device_view *view)
{
	json *object = json_object_new_object();

	add_number(object, "user_domid", view->device.user);
	add_number(object, "service_domid", view->device.backend);
	add_number(object, "number", view->device.number);
	add_text(object, "service", view->device.service);
	add_text(object, "class", view->device.class);
	add_real(object, "calls_per_second", view->rate);
	json_object_object_add(object, "frontend", end_json(&view->front));
	json_object_object_add(object, "backend", end_json(&view->back));
	return object;
}

static json *service_json(const struct service_view *view)
{
	json *object = json_object_new_object();

	add_text(object, "name", view->name);
	add_text(object, "class", view->class);
	add_text(object, "config", view->config);
	add_text(object, "pci", view->pci);
	json_object_object_add(object, "running",
			       json_object_new_boolean(view->running));
	if (view->running)
		add_domain(object, &view->domain);
	return object;
}

void snapshot_print_json(const struct snapshot *snapshot, bool pretty,
			 FILE *out)
{
	json *root = json_object_new_object();
	json *services = json_object_new_array();
	json *devices = json_object_new_array();
	json *users = json_object_new_array();
	unsigned int i;

	for (i = 0; i < snapshot->nr_services; i++)
		json_object_array_add(services,
				      service_json(&snapshot->services[i]));
	for (i = 0; i < snapshot->nr_devices; i++)
		json_object_array_add(devices,
				      device_json(&snapshot->devices[i]));
	for (i = 0; i < snapshot->nr_users; i++) {
		json *user = json_object_new_object();

		add_text(user, "name", snapshot->users[i].name);
		add_domain(user, &snapshot->users[i]);
		json_object_array_add(users, user);
	}
	json_object_object_add(root, "services", services);
	json_object_object_add(root, "users", users);
	json_object_object_add(root, "devices", devices);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(
			root, JSON_C_TO_STRING_SPACED |
				      JSON_C_TO_STRING_NOSLASHESCAPE |
				      (pretty ? JSON_C_TO_STRING_PRETTY : 0)));
	json_object_put(root);
}
