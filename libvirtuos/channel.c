// SPDX-License-Identifier: MIT
/* Channels of this process: opening, mapping, and losing them. */
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core.h"

/* How long calls in progress may take to end, in milliseconds. */
#define PATIENCE_MS 1000

static struct virtuos_channel *channels[VIRTUOS_SERVICES_MAX];
static uint32_t generations[VIRTUOS_SERVICES_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void virtuos_signals_block(uint64_t *old)
{
	uint64_t all = ~0ull;

	sys4(SYS_rt_sigprocmask, SIG_BLOCK, &all, old, sizeof(all));
}

void virtuos_signals_restore(const uint64_t *old)
{
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, old, 0, sizeof(*old));
}

void virtuos_channel_lock(uint64_t *signals)
{
	virtuos_signals_block(signals);
	pthread_mutex_lock(&lock);
}

void virtuos_channel_unlock(const uint64_t *signals)
{
	pthread_mutex_unlock(&lock);
	virtuos_signals_restore(signals);
}

static size_t ring_size(uint32_t nr_slots)
{
	return (1 + nr_slots / VSYS_SLOTS_PER_PAGE) * VSYS_PAGE_SIZE;
}

static long channel_map(struct virtuos_channel *ch,
			const struct vsys_front_open *open)
{
	void *p = sys_map(0, ring_size(open->nr_slots), MAP_SHARED, ch->fd,
			  VSYS_MAP_RING);

	if (!p)
		return -ENOMEM;
	ch->ring.head = p;
	ch->ring.slots = (void *)((uint8_t *)p + VSYS_PAGE_SIZE);
	ch->ring.nr_slots = open->nr_slots;
	ch->local = sys_map(0, VSYS_PAGE_SIZE, MAP_SHARED, ch->fd,
			    VSYS_MAP_LOCAL);
	if (!ch->local)
		return -ENOMEM;
	ch->arena = sys_map(open->arena_base,
			    (size_t)open->nr_slots * VSYS_SLOT_ARENA_MAX,
			    MAP_SHARED | MAP_FIXED_NOREPLACE, ch->fd,
			    VSYS_MAP_ARENA);
	if (!ch->arena) {
		virtuos_log("cannot map a channel at %#lx",
			    (unsigned long)open->arena_base);
		return -ENOMEM;
	}
	ch->closes = __atomic_load_n(&ch->local->closes, __ATOMIC_ACQUIRE);
	return 0;
}

/*
 * Put private memory in the place of shared, in one step: who is in the middle
 * of a call finds no hole there, nor what others have put into it.
 */
static bool cover(void *at, size_t size)
{
	if (sys_map(SYS_ARG(at), size,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
		    -1, 0))
		return true;
	/* No memory for that: a fault is better than a way out. */
	sys2(SYS_munmap, at, size);
	return false;
}

static bool slot_used(struct virtuos_channel *ch, uint32_t slot)
{
	return __atomic_load_n(&ch->slots_used[slot / 64], __ATOMIC_SEQ_CST) &
	       1ull << (slot % 64);
}

/* Regions of slots in use are covered, what is between them goes. */
static void arena_unmap(struct virtuos_channel *ch)
{
	uint32_t slot, first = 0, end = ch->ring.nr_slots;
	uint8_t *at;

	for (slot = 0; slot <= end; slot++) {
		if (slot < end && !slot_used(ch, slot))
			continue;
		at = ch->arena + (size_t)first * VSYS_SLOT_ARENA_MAX;
		if (slot > first)
			sys2(SYS_munmap, at, (size_t)(slot - first) *
					     VSYS_SLOT_ARENA_MAX);
		if (slot < end)
			cover(ch->arena + (size_t)slot * VSYS_SLOT_ARENA_MAX,
			      VSYS_SLOT_ARENA_MAX);
		first = slot + 1;
	}
}

static void channel_unmap(struct virtuos_channel *ch)
{
	if (ch->arena)
		arena_unmap(ch);
	if (ch->local)
		cover(ch->local, VSYS_PAGE_SIZE);
	if (ch->ring.head &&
	    cover(ch->ring.head, ring_size(ch->ring.nr_slots)))
		/* Nobody is to be woken. */
		vsys_server_die(&ch->ring);
}

/* Where there is no /dev/vsys everything is local, as it is from the start. */
static bool channel_unreachable(long err)
{
	return err == -ENOENT || err == -EACCES || err == -EPERM;
}

static struct virtuos_channel *channel_new(int service, long *error)
{
	struct vsys_front_open open = { .nr_slots = virtuos_routes.slots };
	struct virtuos_channel *ch = sys_map(0, sizeof(*ch),
					     MAP_PRIVATE | MAP_ANONYMOUS, -1,
					     0);
	char text[400];

	if (!ch) {
		*error = -ENOMEM;
		return NULL;
	}
	ch->service = service;
	strcpy(open.service, virtuos_routes.services[service]);
	ch->fd = virtuos_own_take(service);
	if (ch->fd < 0) {
		*error = channel_unreachable(ch->fd) ? -EACCES : ch->fd;
		virtuos_log("%s", virtuos_remedy(text, sizeof(text),
						 open.service, -*error));
		goto unmap;
	}
	do
		*error = sys3(SYS_ioctl, ch->fd, VSYS_IOC_OPEN, &open);
	while (*error == -EINTR);
	if (*error) {
		virtuos_log("%s", virtuos_remedy(text, sizeof(text),
						 open.service, -*error));
		goto close;
	}
	*error = channel_map(ch, &open);
	if (*error) {
		channel_unmap(ch);
		goto close;
	}
	virtuos_sandbox_learn(open.sandboxes);
	virtuos_identity_begin(ch);
	ch->generation = ++generations[service];
	return ch;
close:
	sys1(SYS_close, ch->fd);
unmap:
	sys2(SYS_munmap, ch, sizeof(*ch));
	return NULL;
}

struct virtuos_channel *virtuos_channel_get(int service)
{
	struct virtuos_channel *ch = __atomic_load_n(&channels[service],
						     __ATOMIC_ACQUIRE);

	return ch && !__atomic_load_n(&ch->life, __ATOMIC_RELAXED) ? ch : NULL;
}

int virtuos_channel_fd(int service)
{
	return channels[service] ? channels[service]->fd : -1;
}

struct virtuos_channel *virtuos_channel_open(int service, long *error)
{
	struct virtuos_channel *ch = virtuos_channel_get(service);
	uint64_t old;

	if (ch)
		return ch;
	if (virtuos_given_up(service)) {
		*error = -ENOSYS;
		return NULL;
	}
	virtuos_channel_lock(&old);
	*error = -ENOSYS;
	ch = virtuos_channel_get(service);
	if (!ch && !virtuos_given_up(service)) {
		ch = channel_new(service, error);
		if (ch)
			__atomic_store_n(&channels[service], ch,
					 __ATOMIC_RELEASE);
	}
	virtuos_channel_unlock(&old);
	if (ch || *error != -EACCES)
		return ch;
	virtuos_sandbox_give_up(service);
	*error = -ENOSYS;
	return NULL;
}

/*
 * Under the lock.  Slots that are taken from now on are given back unused, and
 * who reads an answer and then finds the channel ended does not believe it.
 */
static void channel_end(struct virtuos_channel *ch)
{
	__atomic_store_n(&ch->life, VIRTUOS_ENDED, __ATOMIC_SEQ_CST);
	channel_unmap(ch);
	sys1(SYS_close, ch->fd);
	ch->fd = -1;
}

void virtuos_channel_dead(struct virtuos_channel *ch)
{
	uint64_t old;

	if (virtuos_channel_ended(ch))
		return;
	virtuos_channel_lock(&old);
	if (!virtuos_channel_ended(ch)) {
		channel_end(ch);
		virtuos_log("service \"%s\" is %s",
			    virtuos_routes.services[ch->service],
			    virtuos_given_up(ch->service) ? "given up" : "gone");
	}
	virtuos_channel_unlock(&old);
}

long virtuos_channel_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg)
{
	long ret;

	if (virtuos_channel_ended(ch))
		return VIRTUOS_DEAD;
	ret = sys3(SYS_ioctl, ch->fd, request, arg);
	/* Or it ended meanwhile, and its descriptor may be another file's. */
	return ret == -ENODEV || (ret < 0 && virtuos_channel_ended(ch)) ?
		       VIRTUOS_DEAD : ret;
}

static bool in_call(struct virtuos_channel *ch)
{
	uint32_t i;

	for (i = 0; i < VSYS_SLOTS_MAX / 64; i++)
		if (__atomic_load_n(&ch->slots_used[i], __ATOMIC_SEQ_CST))
			return true;
	return false;
}

static bool anybody_in_call(void)
{
	int i;

	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (channels[i] && channels[i]->life == VIRTUOS_ENDING &&
		    in_call(channels[i]))
			return true;
	return false;
}

void virtuos_channel_end_all(void)
{
	struct timespec pause = { .tv_nsec = 1000 * 1000 };
	uint64_t old;
	int i;

	virtuos_channel_lock(&old);
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (channels[i] && !channels[i]->life)
			__atomic_store_n(&channels[i]->life, VIRTUOS_ENDING,
					 __ATOMIC_SEQ_CST);
	for (i = 0; i < PATIENCE_MS && anybody_in_call(); i++)
		sys2(SYS_nanosleep, &pause, 0);
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++)
		if (channels[i] && channels[i]->life == VIRTUOS_ENDING)
			channel_end(channels[i]);
	virtuos_own_end();
	virtuos_channel_unlock(&old);
}

/*
 * A forked child has copies of the descriptors but not of the mappings: it
 * forgets them and opens channels of its own when it needs them.
 */
void virtuos_channel_fork_child(void)
{
	int i;

	pthread_mutex_init(&lock, NULL);
	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		if (!channels[i])
			continue;
		if (channels[i]->fd >= 0)
			sys1(SYS_close, channels[i]->fd);
		sys2(SYS_munmap, channels[i], sizeof(*channels[i]));
		channels[i] = NULL;
	}
	virtuos_own_fork_child();
}
