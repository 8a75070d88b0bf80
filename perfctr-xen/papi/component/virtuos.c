// SPDX-License-Identifier: MIT
/*
 * PAPI component: what a thread's calls cost in the service domains that execute
 * them, by libperfctr.
 *
 * A native event is one of libperfctr's at one service: virtuos:::storage:cycles;
 * "calls" are completed calls.  Its code is the service's number times EVENTS,
 * plus the event's.
 *
 * Counting is by session of the whole process, so running event sets of several
 * threads have to want the same events, or some of what the first one wants.  To
 * end a session takes milliseconds: an event set that is stopped keeps it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "papi.h"
#include "papi_internal.h"
#include "papi_vector.h"

#include <perfctr-remote.h>
#include <perfctr.h>

#define EVENTS		64	/* codes of one service; the first is "calls" */
#define NATIVES_MAX	(PERFCTR_REMOTE_SERVICES_MAX * (1 + PERFCTR_REMOTE_EVENTS_MAX))

struct native {
	const char *service;
	const char *event;	/* NULL: calls */
	int nr_service;		/* while running: of struct perfctr_remote */
	int nr_event;		/* of the events that are counted */
};

/* Since the session began. */
struct reading {
	unsigned long long value, enabled, running;	/* the times: 0 for calls */
};

/* An event set. */
struct control {
	struct perfctr_remote *remote;	/* if it has a session */
	int running;
	int process, thread;		/* whose session it is */
	struct control *next;		/* if it is in "kept" */
	int nr;
	struct native native[NATIVES_MAX];
	struct reading base[NATIVES_MAX];	/* at the last start or reset */
	long long value[NATIVES_MAX];
};

struct context {
	int unused;
};

papi_vector_t _virtuos_vector;

/* ---- Names ------------------------------------------------------------------- */

static unsigned int nr_services, nr_events;	/* "calls" among them */

static int native_of(unsigned int code, struct native *native)
{
	if (code / EVENTS >= nr_services || code % EVENTS >= nr_events)
		return PAPI_ENOEVNT;
	native->service = perfctr_remote_routed(code / EVENTS);
	native->event = code % EVENTS ? perfctr_event(code % EVENTS - 1) : NULL;
	return PAPI_OK;
}

static int _virtuos_ntv_enum_events(unsigned int *code, int modifier)
{
	unsigned int next = *code + 1;

	switch (modifier) {
	case PAPI_ENUM_FIRST:
		next = 0;
		break;
	case PAPI_ENUM_EVENTS:
		if (next % EVENTS == nr_events)
			next += EVENTS - nr_events;
		break;
	default:
		return PAPI_EINVAL;
	}
	if (next / EVENTS >= nr_services)
		return PAPI_ENOEVNT;
	*code = next;
	return PAPI_OK;
}

static int _virtuos_ntv_code_to_name(unsigned int code, char *name, int length)
{
	struct native native;
	int err = native_of(code, &native);

	if (!err)
		snprintf(name, length, "%s:%s", native.service,
			 native.event ? native.event : "calls");
	return err;
}

static int _virtuos_ntv_code_to_descr(unsigned int code, char *text, int length)
{
	struct native native;
	int err = native_of(code, &native);

	if (err)
		return err;
	if (native.event)
		snprintf(text, length, "%s in the service domain of %s while it executed the thread's calls",
			 native.event, native.service);
	else
		snprintf(text, length, "calls of the thread that %s completed",
			 native.service);
	return PAPI_OK;
}

/* ---- Sessions ------------------------------------------------------------------ */

/* Stopped sets that have one, of all threads. */
static struct control *kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void session_keep(struct control *c)
{
	pthread_mutex_lock(&lock);
	c->next = kept;
	kept = c;
	pthread_mutex_unlock(&lock);
}

/* From here on no other thread ends it; one may have done so already. */
static void session_take(struct control *c)
{
	struct control **at = &kept;

	pthread_mutex_lock(&lock);
	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	pthread_mutex_unlock(&lock);
}

static void session_end(struct control *c)
{
	session_take(c);
	perfctr_remote_close(c->remote);
	c->remote = NULL;
	c->running = 0;
}

/* Those that are only kept make room for another list of events. */
static void sessions_end(void)
{
	pthread_mutex_lock(&lock);
	for (; kept; kept = kept->next) {
		perfctr_remote_close(kept->remote);
		kept->remote = NULL;
	}
	pthread_mutex_unlock(&lock);
}

/* The events of the set, each once, as a list; task-clock if it is calls alone. */
static int control_list(struct control *c, char *list, size_t size)
{
	const char *counted[PERFCTR_REMOTE_EVENTS_MAX];
	int i, k, nr = 0;
	size_t used = 0;

	snprintf(list, size, "task-clock");
	for (i = 0; i < c->nr; i++) {
		if (!c->native[i].event)
			continue;
		for (k = 0; k < nr && counted[k] != c->native[i].event; k++)
			;
		if (k == PERFCTR_REMOTE_EVENTS_MAX)
			return PAPI_ECOUNT;
		if (k == nr) {
			counted[nr++] = c->native[i].event;
			used += snprintf(list + used, size - used, "%s%s",
					 k ? "," : "", counted[k]);
		}
		c->native[i].nr_event = k;
	}
	return PAPI_OK;
}

static int session_open(struct control *c)
{
	char list[PERFCTR_REMOTE_EVENTS_MAX * 32];
	int i, err = control_list(c, list, sizeof(list));

	if (err)
		return err;
	c->remote = perfctr_remote_open(list, NULL);
	if (!c->remote) {
		sessions_end();
		c->remote = perfctr_remote_open(list, NULL);
	}
	if (!c->remote)
		return PAPI_ECNFLCT;
	for (i = 0; i < c->nr; i++)
		c->native[i].nr_service =
			perfctr_remote_service(c->remote, c->native[i].service);
	return PAPI_OK;
}

/* The one that was kept, unless it is another thread's or the parent's. */
static int session_begin(struct control *c)
{
	int process = getpid(), thread = syscall(SYS_gettid);

	session_take(c);
	if (c->remote && c->process == process && c->thread == thread)
		return PAPI_OK;
	session_end(c);
	c->process = process;
	c->thread = thread;
	return session_open(c);
}

/* ---- Beginning ---------------------------------------------------------------- */

static int disable(int error, const char *why)
{
	snprintf(_virtuos_vector.cmp_info.disabled_reason,
		 sizeof(_virtuos_vector.cmp_info.disabled_reason), "%s", why);
	_virtuos_vector.cmp_info.disabled = error;
	return error;
}

static int _virtuos_init_component(int number)
{
	const char *error;
	struct perfctr_remote *remote;

	_virtuos_vector.cmp_info.CmpIdx = number;
	while (nr_services < PERFCTR_REMOTE_SERVICES_MAX &&
	       perfctr_remote_routed(nr_services))
		nr_services++;
	if (!nr_services)
		return disable(PAPI_ENOSUPP, "no service in the routing file of libvirtuos");
	nr_events = 1;
	while (nr_events < EVENTS && perfctr_event(nr_events - 1))
		nr_events++;
	remote = perfctr_remote_open("task-clock", &error);
	if (!remote)
		return disable(PAPI_ENOSUPP, error);
	perfctr_remote_close(remote);
	_virtuos_vector.cmp_info.num_native_events = nr_services * nr_events;
	return PAPI_OK;
}

static int _virtuos_init_thread(hwd_context_t *context)
{
	(void)context;
	return PAPI_OK;
}

static int _virtuos_init_control_state(hwd_control_state_t *state)
{
	memset(state, 0, sizeof(struct control));
	return PAPI_OK;
}

/* Also when an event set is destroyed, with no events. */
static int _virtuos_update_control_state(hwd_control_state_t *state,
					 NativeInfo_t *natives, int count,
					 hwd_context_t *context)
{
	struct control *c = (struct control *)state;
	int i, err;

	(void)context;
	session_end(c);
	if (count > NATIVES_MAX)
		return PAPI_ECOUNT;
	for (i = 0; i < count; i++) {
		err = native_of(natives[i].ni_event, &c->native[i]);
		if (err)
			return err;
		natives[i].ni_position = i;
	}
	c->nr = count;
	return PAPI_OK;
}

/* ---- Counting ------------------------------------------------------------------ */

/* Scaled, if it had to share a counter. */
static long long reading_since(const struct reading *now, const struct reading *base)
{
	unsigned long long value = now->value - base->value;
	unsigned long long enabled = now->enabled - base->enabled;
	unsigned long long running = now->running - base->running;

	return running && running < enabled ? (double)value * enabled / running : value;
}

static void native_read(const struct native *n,
			const struct perfctr_remote_counts *counts,
			struct reading *reading)
{
	*reading = (struct reading){ .value = counts->calls };
	if (!n->event)
		return;
	reading->value = counts->value[n->nr_event];
	reading->enabled = counts->enabled;
	reading->running = counts->running[n->nr_event];
}

static int control_read(struct control *c, struct reading *readings)
{
	struct perfctr_remote_counts counts;
	int i, last = -1;

	for (i = 0; i < c->nr; i++) {
		const struct native *n = &c->native[i];

		if (n->nr_service != last &&
		    perfctr_remote_read(c->remote, n->nr_service, &counts))
			return errno == ENOENT || errno == EOPNOTSUPP ?
				       PAPI_ENOEVNT : PAPI_ESYS;
		last = n->nr_service;
		native_read(n, &counts, &readings[i]);
	}
	return PAPI_OK;
}

static int _virtuos_start(hwd_context_t *context, hwd_control_state_t *state)
{
	struct control *c = (struct control *)state;
	int err = session_begin(c);

	(void)context;
	if (!err && perfctr_remote_start(c->remote))
		err = PAPI_ESYS;
	if (!err)
		err = control_read(c, c->base);
	if (err)
		session_end(c);
	else
		c->running = 1;
	return err;
}

/* A stopped set keeps the values that it had. */
static int _virtuos_read(hwd_context_t *context, hwd_control_state_t *state,
			 long long **values, int flags)
{
	struct control *c = (struct control *)state;
	struct reading now[NATIVES_MAX];
	int i, err;

	(void)context;
	(void)flags;
	*values = c->value;
	if (!c->running)
		return PAPI_OK;
	err = control_read(c, now);
	for (i = 0; !err && i < c->nr; i++)
		c->value[i] = reading_since(&now[i], &c->base[i]);
	return err;
}

static int _virtuos_reset(hwd_context_t *context, hwd_control_state_t *state)
{
	struct control *c = (struct control *)state;

	(void)context;
	return c->running ? control_read(c, c->base) : PAPI_OK;
}

static int _virtuos_stop(hwd_context_t *context, hwd_control_state_t *state)
{
	struct control *c = (struct control *)state;
	long long *values;
	int err = _virtuos_read(context, state, &values, 0);

	if (!c->running)
		return err;
	c->running = 0;
	if (err || perfctr_remote_stop(c->remote)) {
		session_end(c);
		return err ? err : PAPI_ESYS;
	}
	session_keep(c);
	return PAPI_OK;
}

static int _virtuos_shutdown_thread(hwd_context_t *context)
{
	(void)context;
	return PAPI_OK;
}

static int _virtuos_shutdown_component(void)
{
	sessions_end();
	nr_services = nr_events = 0;
	return PAPI_OK;
}

static int _virtuos_ctl(hwd_context_t *context, int code, _papi_int_option_t *option)
{
	(void)context;
	(void)code;
	(void)option;
	return PAPI_OK;
}

/* Service domains execute calls in their kernels: there is nothing to choose. */
static int _virtuos_set_domain(hwd_control_state_t *state, int domain)
{
	(void)state;
	return domain & PAPI_DOM_ALL ? PAPI_OK : PAPI_EINVAL;
}

papi_vector_t _virtuos_vector = {
	.cmp_info = {
		.name = "virtuos",
		.short_name = "virtuos",
		.description = "The thread's calls in VirtuOS's service domains",
		.version = "1",
		.support_version = "n/a",
		.kernel_version = "n/a",
		.num_cntrs = NATIVES_MAX,
		.num_mpx_cntrs = NATIVES_MAX,
		.default_domain = PAPI_DOM_ALL,
		.available_domains = PAPI_DOM_ALL,
		.default_granularity = PAPI_GRN_THR,
		.available_granularities = PAPI_GRN_THR,
		.hardware_intr_sig = PAPI_INT_SIGNAL,
	},
	.size = {
		.context = sizeof(struct context),
		.control_state = sizeof(struct control),
		.reg_value = 1,
		.reg_alloc = 1,
	},
	.init_component = _virtuos_init_component,
	.init_thread = _virtuos_init_thread,
	.init_control_state = _virtuos_init_control_state,
	.update_control_state = _virtuos_update_control_state,
	.start = _virtuos_start,
	.stop = _virtuos_stop,
	.read = _virtuos_read,
	.reset = _virtuos_reset,
	.ctl = _virtuos_ctl,
	.set_domain = _virtuos_set_domain,
	.shutdown_thread = _virtuos_shutdown_thread,
	.shutdown_component = _virtuos_shutdown_component,
	.ntv_enum_events = _virtuos_ntv_enum_events,
	.ntv_code_to_name = _virtuos_ntv_code_to_name,
	.ntv_code_to_descr = _virtuos_ntv_code_to_descr,
};
