// SPDX-License-Identifier: GPL-2.0-only
/* See explore.h. */
#include <stdarg.h>

#define EXPLORE_INSIDE
#include "explore.h"
#include "test.h"

#define STACK		32768
#define SCRUBBED	2048	/* of a stack, below what is in use */
#define BUFFER		8
#define RANGES		32
#define NAMES		64
#define STATES_MAX	30000000u

struct store {
	void *word;
	size_t size;
	uint64_t value;
};

/* What a role is about to do. */
enum operation { ANY, UNTIL, STORE, ENDED };

struct role {
	void *stack;			/* where it was left */
	enum operation operation;
	uint32_t *word, wanted;		/* UNTIL */
	size_t nr_stores;
};

static struct role roles[EXPLORE_ROLES];
static struct store buffers[EXPLORE_ROLES][BUFFER];
static size_t nr_roles;
static char stacks[EXPLORE_ROLES][STACK] __attribute__((aligned(64)));
static struct {
	const char *name;
	void (*run)(void *);
	void *arg;
} starts[EXPLORE_ROLES];

static struct {
	void *memory;
	size_t size;
	bool steps;
} ranges[RANGES];
static size_t nr_ranges;

static struct {
	const void *word;
	char name[32];
} names[NAMES];
static size_t nr_names;

static struct role *self;		/* who runs, or NULL */
static void *outside;			/* the explorer's stack meanwhile */
static const char *failure;
static bool tracing;

/* ---- Roles and their stacks ---------------------------------------------- */

/* Saves what a function keeps for its caller; goes on where "to" was saved. */
void explore_switch(void **from, void *to);
__asm__(".text\n"
	".globl explore_switch\n"
	".type explore_switch, @function\n"
	"explore_switch:\n"
	"	push %rbp\n"
	"	push %rbx\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbx\n"
	"	pop %rbp\n"
	"	ret\n"
	".size explore_switch, . - explore_switch\n");

static void role_pause(enum operation operation)
{
	struct role *role = self;

	role->operation = operation;
	explore_switch(&role->stack, outside);
}

static void role_run(void)
{
	size_t i = self - roles;

	starts[i].run(starts[i].arg);
	for (;;)
		role_pause(ENDED);
}

static size_t role_used(const struct role *role)
{
	return stacks[role - roles] + STACK - (char *)role->stack;
}

/* What earlier runs left below would make equal states differ. */
static void role_resume(struct role *role)
{
	memset((char *)role->stack - SCRUBBED, 0, SCRUBBED);
	self = role;
	explore_switch(&outside, role->stack);
	self = NULL;
}

/* Up to its first step. */
static void role_start(struct role *role)
{
	void **top = (void **)(stacks[role - roles] + STACK);

	memset(stacks[role - roles], 0, STACK);
	top[-2] = (void *)role_run;	/* where explore_switch() returns to */
	role->stack = top - 8;		/* six registers below */
	role_resume(role);
}

void explore_role(const char *name, void (*run)(void *), void *arg)
{
	test_need(nr_roles < EXPLORE_ROLES, "too many roles");
	starts[nr_roles].name = name;
	starts[nr_roles].run = run;
	starts[nr_roles++].arg = arg;
}

/* ---- Words about it ------------------------------------------------------- */

void explore_name(const void *word, const char *format, ...)
{
	va_list ap;

	test_need(nr_names < NAMES, "too many names");
	names[nr_names].word = word;
	va_start(ap, format);
	vsnprintf(names[nr_names].name, sizeof(names[0].name), format, ap);
	va_end(ap);
	nr_names++;
}

static const char *name_of(const volatile void *word)
{
	static char unknown[32];
	size_t i;

	for (i = 0; i < nr_names; i++)
		if (names[i].word == word)
			return names[i].name;
	snprintf(unknown, sizeof(unknown), "%p", (const void *)word);
	return unknown;
}

void explore_say(const char *format, ...)
{
	va_list ap;

	if (!tracing)
		return;
	if (self)
		printf("  %-12s ", starts[self - roles].name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

void explore_fail(const char *what)
{
	failure = what;
	for (;;)
		role_pause(ENDED);
}

/* ---- Memory --------------------------------------------------------------- */

static uint64_t memory_read(const volatile void *word, size_t size)
{
	return size == 8 ? *(const volatile uint64_t *)word :
			   *(const volatile uint32_t *)word;
}

static void memory_write(volatile void *word, size_t size, uint64_t value)
{
	if (size == 8)
		*(volatile uint64_t *)word = value;
	else
		*(volatile uint32_t *)word = value;
}

/* Can another role change it just now? */
static bool memory_steps(const volatile void *word)
{
	size_t i;

	for (i = 0; i < nr_ranges; i++)
		if ((uintptr_t)word - (uintptr_t)ranges[i].memory <
		    ranges[i].size)
			return ranges[i].steps;
	return false;
}

/* The oldest store in the buffer reaches memory. */
static void buffer_drain(void)
{
	struct store *s = buffers[self - roles];

	explore_say("  %s = %" PRIx64 " is in memory", name_of(s->word),
		    s->value);
	memory_write(s->word, s->size, s->value);
	self->nr_stores--;
	memmove(s, s + 1, self->nr_stores * sizeof(*s));
}

/* A step that is done at once, with nothing left in the buffer. */
static void step_locked(enum operation operation)
{
	role_pause(operation);
	while (self->nr_stores)
		buffer_drain();
}

uint64_t explore_peek(const volatile void *word, size_t size)
{
	const struct store *stores = buffers[self - roles];
	size_t i;

	for (i = self->nr_stores; i > 0; i--)
		if (stores[i - 1].word == word)
			return stores[i - 1].value;
	return memory_read(word, size);
}

uint64_t explore_load(const volatile void *word, size_t size)
{
	uint64_t value;

	if (!memory_steps(word))
		return memory_read(word, size);
	role_pause(ANY);
	value = explore_peek(word, size);
	explore_say("%s is %" PRIx64, name_of(word), value);
	return value;
}

/* Nobody else sees a store before it is in memory: to buffer it is no step. */
void explore_store(volatile void *word, size_t size, uint64_t value, int order)
{
	struct store *s;

	if (order == __ATOMIC_SEQ_CST) {
		explore_exchange(word, size, value);
		return;
	}
	if (!memory_steps(word)) {
		memory_write(word, size, value);
		return;
	}
	if (self->nr_stores == BUFFER)
		role_pause(STORE);
	explore_say("%s = %" PRIx64 ", buffered", name_of(word), value);
	s = &buffers[self - roles][self->nr_stores++];
	s->word = (void *)word;
	s->size = size;
	s->value = value;
}

void explore_release(uint32_t *word, uint32_t value)
{
	if (self->nr_stores)
		explore_store(word, sizeof(*word), value, __ATOMIC_RELEASE);
	else
		*word = value;
}

uint64_t explore_exchange(volatile void *word, size_t size, uint64_t value)
{
	uint64_t old;

	step_locked(ANY);
	old = memory_read(word, size);
	memory_write(word, size, value);
	explore_say("%s = %" PRIx64 ", was %" PRIx64, name_of(word), value,
		    old);
	return old;
}

uint64_t explore_or(volatile void *word, size_t size, uint64_t bits)
{
	uint64_t old;

	step_locked(ANY);
	old = memory_read(word, size);
	memory_write(word, size, old | bits);
	explore_say("%s |= %" PRIx64 ", was %" PRIx64, name_of(word), bits,
		    old);
	return old;
}

uint64_t explore_and(volatile void *word, size_t size, uint64_t bits)
{
	uint64_t old;

	step_locked(ANY);
	old = memory_read(word, size);
	memory_write(word, size, old & bits);
	explore_say("%s &= ~%" PRIx64 ", was %" PRIx64, name_of(word), ~bits,
		    old);
	return old;
}

bool explore_swap(volatile void *word, size_t size, void *old, uint64_t value)
{
	uint64_t found;

	step_locked(ANY);
	found = memory_read(word, size);
	if (found == memory_read(old, size)) {
		memory_write(word, size, value);
		explore_say("%s = %" PRIx64 ", was %" PRIx64 " as it should",
			    name_of(word), value, found);
		return true;
	}
	memory_write(old, size, found);
	explore_say("%s stays %" PRIx64, name_of(word), found);
	return false;
}

void explore_until(uint32_t *word, uint32_t wanted, uint32_t then)
{
	self->word = word;
	self->wanted = wanted;
	step_locked(UNTIL);
	self->word = NULL;
	self->wanted = 0;
	*word = then;
	explore_say("%s is %x, as it waited for; now %x", name_of(word), wanted,
		    then);
}

/* ---- Moves: a role's step, or a store that reaches memory ----------------- */

static bool move_possible(unsigned int move)
{
	const struct role *role = &roles[move / 2];

	if (move % 2)
		return role->nr_stores;
	switch (role->operation) {
	case UNTIL:
		/* Its own stores are in memory when it looks. */
		self = (struct role *)role;
		if (explore_peek(role->word, 4) != role->wanted)
			role = NULL;
		self = NULL;
		return role;
	case STORE:
		return role->nr_stores < BUFFER;
	case ENDED:
		return false;
	default:
		return true;
	}
}

/* A bit for each. */
static unsigned int moves_possible(void)
{
	unsigned int move, moves = 0;

	for (move = 0; move < 2 * nr_roles; move++)
		moves |= (unsigned int)move_possible(move) << move;
	return moves;
}

static void move_make(unsigned int move)
{
	struct role *role = &roles[move / 2];

	if (move % 2) {
		self = role;
		buffer_drain();
		self = NULL;
	} else {
		role_resume(role);
	}
}

/* ---- States --------------------------------------------------------------- */

struct state {
	uint32_t parent;
	uint32_t move;
	char *saved;			/* until its moves are made */
};

static struct state *states;
static uint32_t nr_states, states_room;
static uint32_t *table, table_size;	/* by hash: a state's number + 1 */
static uint64_t *hashes;		/* by number */
static uint32_t (*edges)[2];		/* from, to */
static size_t nr_edges, edges_room;
static char *good;			/* by number: an accepted end */

static void *grown(void *old, size_t count, size_t size)
{
	void *p = realloc(old, count * size);

	test_need(p != NULL, "memory for the states");
	return p;
}

static void range_add(void *memory, size_t size, bool steps)
{
	test_need(nr_ranges < RANGES, "shared memory");
	ranges[nr_ranges].memory = memory;
	ranges[nr_ranges].size = size;
	ranges[nr_ranges++].steps = steps;
}

void explore_share(void *memory, size_t size)
{
	range_add(memory, size, true);
}

void explore_hand(void *memory, size_t size)
{
	range_add(memory, size, false);
}

static char *put(char *to, const void *from, size_t size)
{
	return (char *)memcpy(to, from, size) + size;
}

static const char *get(void *to, const char *from, size_t size)
{
	memcpy(to, from, size);
	return from + size;
}

static char state_now[EXPLORE_ROLES * STACK + 16];

/* The state as it is, in state_now: its size. */
static size_t state_save(void)
{
	char *p = put(state_now, roles, nr_roles * sizeof(*roles));
	size_t i;

	for (i = 0; i < nr_ranges; i++)
		p = put(p, ranges[i].memory, ranges[i].size);
	for (i = 0; i < nr_roles; i++) {
		p = put(p, buffers[i], roles[i].nr_stores * sizeof(**buffers));
		p = put(p, roles[i].stack, role_used(&roles[i]));
	}
	return p - state_now;
}

static void state_restore(const char *saved)
{
	size_t i;

	saved = get(roles, saved, nr_roles * sizeof(*roles));
	for (i = 0; i < nr_ranges; i++)
		saved = get(ranges[i].memory, saved, ranges[i].size);
	for (i = 0; i < nr_roles; i++) {
		saved = get(buffers[i], saved,
			    roles[i].nr_stores * sizeof(**buffers));
		saved = get(roles[i].stack, saved, role_used(&roles[i]));
	}
}

static uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

/* Of every other word each, for the processor does two at a time. */
static uint64_t state_hash(size_t size)
{
	uint64_t even = size, odd = 1, words[2];
	size_t i;

	memset(state_now + size, 0, sizeof(words));
	for (i = 0; i < size; i += sizeof(words)) {
		memcpy(words, state_now + i, sizeof(words));
		even = hash_mix(even, words[0]);
		odd = hash_mix(odd, words[1]);
	}
	return hash_mix(even, odd);
}

/* Where a state with this hash is, or has to go. */
static uint32_t *table_find(uint64_t hash)
{
	uint32_t i = (hash >> 32) & (table_size - 1);

	while (table[i] && hashes[table[i] - 1] != hash)
		i = (i + 1) & (table_size - 1);
	return &table[i];
}

static void table_grow(void)
{
	uint32_t i;

	states_room = states_room ? states_room * 2 : 1 << 16;
	states = grown(states, states_room, sizeof(*states));
	hashes = grown(hashes, states_room, sizeof(*hashes));
	good = grown(good, states_room, 1);
	free(table);
	table_size = states_room * 2;
	table = calloc(table_size, sizeof(*table));
	test_need(table != NULL, "memory for the states");
	for (i = 0; i < nr_states; i++)
		*table_find(hashes[i]) = i + 1;
}

static void edge_add(uint32_t from, uint32_t to)
{
	if (nr_edges == edges_room) {
		edges_room = edges_room ? edges_room * 2 : 1 << 18;
		edges = grown(edges, edges_room, sizeof(*edges));
	}
	edges[nr_edges][0] = from;
	edges[nr_edges++][1] = to;
}

/* What a move led to is a new state, or one that is known. */
static void state_reach(uint32_t from, unsigned int move)
{
	size_t size = state_save();
	uint64_t hash = state_hash(size);
	uint32_t *known;

	if (nr_states == states_room)
		table_grow();
	known = table_find(hash);
	if (!*known) {
		test_need(nr_states < STATES_MAX, "the model is too large");
		hashes[nr_states] = hash;
		good[nr_states] = 0;
		states[nr_states].parent = from;
		states[nr_states].move = move;
		states[nr_states].saved = grown(NULL, size, 1);
		put(states[nr_states].saved, state_now, size);
		*known = ++nr_states;
	}
	edge_add(from, *known - 1);
}

/* ---- The walk ------------------------------------------------------------- */

/* Prints the way to a state, and one move beyond if there is one. */
static void way_show(const char *first, uint32_t number, int move)
{
	uint32_t *way = grown(NULL, nr_states, sizeof(*way)), length = 0;

	for (; number; number = states[number].parent)
		way[length++] = states[number].move;
	state_restore(first);
	tracing = true;
	while (length)
		move_make(way[--length]);
	if (move >= 0)
		move_make(move);
	tracing = false;
	free(way);
}

/* All moves from one state; false: a fault, which has been shown. */
static bool state_expand(uint32_t number, const char *first, const char *(*end)(void))
{
	char *saved = states[number].saved;
	unsigned int moves, move;

	state_restore(saved);
	moves = moves_possible();
	if (!moves) {
		good[number] = 1;
		failure = end();
		if (failure)
			way_show(first, number, -1);
	}
	for (; moves && !failure; moves &= moves - 1) {
		move = __builtin_ctz(moves);
		state_restore(saved);
		move_make(move);
		if (failure)
			way_show(first, number, move);
		else
			state_reach(number, move);
	}
	free(saved);
	states[number].saved = NULL;
	return !failure;
}

/* The edges by where they lead: those to i end at last[i]. */
static uint32_t *edges_back(size_t *last)
{
	uint32_t *from = grown(NULL, nr_edges, sizeof(*from)), i;
	size_t e;

	for (e = 0; e < nr_edges; e++)
		if (edges[e][1] + 1 < nr_states)
			last[edges[e][1] + 1]++;
	for (i = 1; i < nr_states; i++)
		last[i] += last[i - 1];
	for (e = 0; e < nr_edges; e++)
		from[last[edges[e][1]]++] = edges[e][0];
	return from;
}

/* Good is, too, from where a good end can be reached. */
static void ends_spread(void)
{
	size_t *last = calloc(nr_states, sizeof(*last)), e;
	uint32_t *queue = grown(NULL, nr_states, sizeof(*queue));
	uint32_t *from, head, tail = 0, i;

	test_need(last != NULL, "memory for the edges");
	from = edges_back(last);
	for (i = 0; i < nr_states; i++)
		if (good[i])
			queue[tail++] = i;
	for (head = 0; head < tail; head++) {
		i = queue[head];
		for (e = i ? last[i - 1] : 0; e < last[i]; e++) {
			if (!good[from[e]])
				queue[tail++] = from[e];
			good[from[e]] = 1;
		}
	}
	free(last);
	free(from);
	free(queue);
}

static bool ends_reached(const char *first)
{
	uint32_t i;

	ends_spread();
	for (i = 0; i < nr_states && good[i]; i++)
		;
	if (i == nr_states)
		return true;
	way_show(first, i, -1);
	failure = "from here on they never come to an end";
	return false;
}

static void begin_all(void (*begin)(void))
{
	size_t i;

	nr_roles = nr_ranges = nr_names = 0;
	nr_states = states_room = 0;
	nr_edges = 0;
	failure = NULL;
	memset(roles, 0, sizeof(roles));
	begin();
	for (i = 0; i < nr_roles; i++)
		role_start(&roles[i]);
}

bool explore(const char *name, void (*begin)(void), const char *(*end)(void))
{
	char *first;
	uint32_t i;
	bool well;

	begin_all(begin);
	state_reach(0, 0);
	first = grown(NULL, sizeof(state_now), 1);
	put(first, state_now, state_save());
	for (i = 0, well = true; well && i < nr_states; i++)
		well = state_expand(i, first, end);
	if (well)
		well = ends_reached(first);
	printf("%s: %u states, %zu moves: %s\n", name, nr_states, nr_edges,
	       well ? "every one is well" : failure);
	fflush(stdout);
	for (i = 0; i < nr_states; i++)
		free(states[i].saved);
	free(first);
	return well;
}
