/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explorer: runs a few roles in every order in which processors could, and not
 * by luck in some.
 *
 * A role is a function with a stack of its own.  Each of its looks at shared
 * memory is a step, before which any other role may take as many as it likes.
 * Memory is that of x86 (TSO): a role's stores wait in its buffer, in order, and
 * each reaches memory at any time later; a locked operation and a sequentially
 * consistent store empty the buffer first.  What C11 allows beyond that, a
 * compiler's reordering say, is not found here but by TSan.
 *
 * A state is the shared memory, the buffers, and the roles' stacks as far as
 * they are in use, so it is exactly what decides how it can go on.  Equal ones
 * are known by a hash of 64 bits.  Values that are dead on a stack make states
 * differ that are the same: roles are compiled with -fno-inline, which leaves
 * fewest, and keep what outlives a function in shared memory.
 *
 * The walk is breadth first: what is printed of a fault is a shortest way to it.
 * Found are: a role that says explore_fail(); a state in which no role can go on
 * and that the model's end() does not accept; and one from which no such end can
 * be reached any more, though the roles go on and on.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPLORE_ROLES	12

/*
 * A model's begin() declares memory, names and roles with these.  Memory that is
 * not shared may be read, but never changes.
 */
void explore_share(void *memory, size_t size);
/* Shared, but to read it is no step: no two roles have it at the same time. */
void explore_hand(void *memory, size_t size);
void explore_name(const void *word, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void explore_role(const char *name, void (*run)(void *), void *arg);

/*
 * Every state that can be reached from begin(): are all of them well?  end() says
 * what is wrong with one in which no role can go on, or NULL.
 */
bool explore(const char *name, void (*begin)(void), const char *(*end)(void));

/* For roles. */
uint64_t explore_load(const volatile void *word, size_t size);
void explore_store(volatile void *word, size_t size, uint64_t value, int order);
uint64_t explore_exchange(volatile void *word, size_t size, uint64_t value);
uint64_t explore_or(volatile void *word, size_t size, uint64_t bits);
uint64_t explore_and(volatile void *word, size_t size, uint64_t bits);
bool explore_swap(volatile void *word, size_t size, void *old, uint64_t value);
/* Wait until a word is wanted, and make it then in the same step. */
void explore_until(uint32_t *word, uint32_t wanted, uint32_t then);
/*
 * Not a step: give back what others wait for with explore_until(), and look at
 * nowhere else.  That they could have it earlier than another processor sees it
 * makes no difference to what they do once they have it.
 */
void explore_release(uint32_t *word, uint32_t value);
/* Not a step: what nobody else can write just now. */
uint64_t explore_peek(const volatile void *word, size_t size);
/* Not a step: a line for the way to a fault. */
void explore_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void explore_fail(const char *what);

/* What is included after this and uses the builtins takes steps. */
#ifndef EXPLORE_INSIDE
#define EXPLORE_TYPE(p)	__typeof__(+*(p))	/* without const */

#define EXPLORE_VALUE(p, call)	\
	__extension__({ EXPLORE_TYPE(p) value_ = (call); value_; })

#define __atomic_load_n(p, order) \
	EXPLORE_VALUE(p, explore_load(p, sizeof(*(p))))
#define __atomic_store_n(p, value, order) \
	explore_store(p, sizeof(*(p)), (EXPLORE_TYPE(p))(value), order)
#define __atomic_exchange_n(p, value, order) \
	EXPLORE_VALUE(p, explore_exchange(p, sizeof(*(p)), \
					  (EXPLORE_TYPE(p))(value)))
#define __atomic_fetch_or(p, bits, order) \
	EXPLORE_VALUE(p, explore_or(p, sizeof(*(p)), bits))
#define __atomic_fetch_and(p, bits, order) \
	EXPLORE_VALUE(p, explore_and(p, sizeof(*(p)), bits))
#define __atomic_compare_exchange_n(p, old, value, weak, success, failure) \
	explore_swap(p, sizeof(*(p)), old, value)
#endif

#endif /* EXPLORE_H */
