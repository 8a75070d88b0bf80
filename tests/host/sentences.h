/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sentences of docs/protocol.md that tell a number of the headers: each must
 * stand there word for word with the header's value.
 */
SAY("# The vsys protocol, version %u", VSYS_VERSION)
SAY("at most %u characters, e.g. `network`", VSYS_SERVICE_NAME_MAX - 1)
SAY("`control-ref-0` … `control-ref-%u`", VSYS_CONTROL_PAGES - 1)
SAY("`nr_slots` slots (`nr_slots` / %u pages)", VSYS_SLOTS_PER_PAGE)
SAY("### Head (%zu bytes)", sizeof(struct vsys_head))
SAY("before it grants | 0x%08x |", VSYS_HEAD_MAGIC)
SAY("before it grants | %u |", VSYS_VERSION)
SAY("multiple of %u, %u to %u;", VSYS_SLOTS_PER_PAGE, VSYS_SLOTS_MIN,
    VSYS_SLOTS_MAX)
SAY("%d ASLEEP, %d AWAKE, %d DEAD", VSYS_SERVER_ASLEEP, VSYS_SERVER_AWAKE,
    VSYS_SERVER_DEAD)
SAY("%u cookies", VSYS_EVENTS)
SAY("%u words: what calls", VSYS_MADE)
SAY("in word s modulo %u of `made`", VSYS_MADE)
SAY("bits 0 to %d are the descriptor", __builtin_ctz(VSYS_MADE_FD_MAX) - 1)
SAY("are s / %u, bits", VSYS_MADE)
SAY("### Slot (%zu bytes)", sizeof(struct vsys_slot))
SAY("%d FREE, %d SUBMITTED, %d DONE; 0x%x WAITING, beside SUBMITTED",
    VSYS_SLOT_FREE, VSYS_SLOT_SUBMITTED, VSYS_SLOT_DONE, VSYS_SLOT_WAITING)
SAY("The *kernel's ring* has %u slots", VSYS_SLOTS_KERNEL)
SAY("`arena_base + r × %u MiB`", VSYS_SLOT_ARENA_MAX >> 20)
SAY("%u KiB when the slot is first used", VSYS_SLOT_ARENA_INITIAL >> 10)
SAY("up to %u MiB when a call needs more", VSYS_SLOT_ARENA_MAX >> 20)
SAY("`arena_base` is a multiple of %u MiB between %#llx and %#llx",
    VSYS_SLOT_ARENA_MAX >> 20, VSYS_ARENA_LOW, VSYS_ARENA_HIGH)
SAY("| FD | %d or more |", VSYS_FD_FIRST)
SAY("or AT_FDCWD (%d)", VSYS_AT_FDCWD)
SAY("the call itself stops at %u bytes", VSYS_PATH_MAX)
SAY("at most %u iovecs", VSYS_IOV_MAX)
SAY("own descriptors are below %d", VSYS_FD_FIRST)
SAY("are used modulo %u", VSYS_EVENTS)
SAY("`event_prod` − `event_cons` < %u", VSYS_EVENTS)
SAY("a distance over %u is", VSYS_EVENTS)
SAY("`control-ref-2` to `-%u`", VSYS_CONTROL_PAGES - 1)
SAY("for each of slots 0 to %u)", VSYS_CONTROL_SLOTS - 1)
SAY("of which %u are used", VSYS_CONTROL_SLOTS)
SAY("grant references, at most %u", VSYS_ARENA_REFS_MAX)
SAY("`nr_groups`, at most %u", VSYS_GROUPS_MAX)
SAY("bits 0 to %u: number of the call", VSYS_NR_BITS - 1)
SAY("%u: not in user mode; %u: not in the kernel", VSYS_COUNTER_NO_USER,
    VSYS_COUNTER_NO_KERNEL)
SAY("| `nr_counters` | at most %u |", VSYS_COUNTERS_MAX)
SAY("%u BY_CALL, %u TRACE |", VSYS_COUNT_BY_CALL, VSYS_COUNT_TRACE)
SAY("accounts of threads, 1 to %u |", VSYS_ACCOUNTS_MAX)
SAY("at most %u; room for all accounts, %zu in a page", VSYS_COUNT_PAGES,
    VSYS_ACCOUNTS_PER_PAGE)
SAY("a power of two, %u at most", VSYS_COUNT_RING_PAGES)
SAY("there are %u accounts more", VSYS_NR_SYSCALLS + 1)
SAY("at number %u, one for the protocol's own calls", VSYS_NR_SYSCALLS)
SAY("the pages of the records, %zu in each", VSYS_RECORDS_PER_PAGE)
SAY("| `kind` | %d SAMPLE: a counter", VSYS_RECORD_SAMPLE)
SAY("%d CLAIM, %d BLOCK, %d WAKE, %d DONE", VSYS_RECORD_CLAIM,
    VSYS_RECORD_BLOCK, VSYS_RECORD_WAKE, VSYS_RECORD_DONE)
SAY("a record every so many; %u at least", VSYS_PERIOD_MIN)
SAY("with slot 0x%x, of all", VSYS_CREDS_CHANNEL)
SAY("Flag %u, RESET", VSYS_CREDS_RESET)
