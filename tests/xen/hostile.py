# SPDX-License-Identifier: GPL-2.0-only
"""Programs that do by /dev/vsys what the library never would: they harm nobody but
themselves."""

from lab import ANY, BIN, says, trial

COMPLAINTS = 'WARNING:|BUG:|Bad page|Call Trace|hung_task|blocked for more'


def complaints(lab):
    """On all consoles so far, of what an unprivileged program must not cause."""
    lines = ''.join(lab.console(name, status=ANY)
                    for name in ('xen', 'user', 'network', 'storage')).split('\n')
    return sum(1 for line in lines if says(line, COMPLAINTS))


def harmless(lab, attack):
    """Whatever is done, the kernels say nothing, and programs go on."""
    before = complaints(lab)
    try:
        attack(lab)
    finally:
        lab.until('files are served', 20, lab.user, 'sh -c',
                  'echo on > /storage/vt-on && cat /storage/vt-on')
        lab.until('sockets are served', 20, lab.user, f'{BIN}/udp /storage/vt-udp')
        assert complaints(lab) == before, 'a kernel complains'


def interrupts(lab):
    """That the network domain's processors have had, the clock's included."""
    return int(lab.network(r"sed -n 's/^intr \([0-9]*\) .*/\1/p' /proc/stat"))


def part_left(lab):
    """Beside a storm, others make a half of their calls at least; a quarter with
    the debug kernel, to which an interrupt is several times as dear as a call."""
    return 2 if lab.slow == 1 else 4


def storm_of_bits(lab):
    """In the network domain: most interrupts are not delivered."""
    seconds = lab.patience(2)
    before = interrupts(lab)
    said = lab.user(f'{BIN}/storm bits {seconds} {part_left(lab)}')
    had = interrupts(lab) - before
    rang = int(says(said, '^rang ([0-9]+)')[1])
    lab.say(f'{had} interrupts in the network domain')
    # Some thousands are the clock's and the other program's.
    assert had <= rang // 4 + 10000 * seconds


def swapped(how):
    """Whoever holds a descriptor goes on having the file that it was."""
    return lambda lab: lab.native(f'{BIN}/swap {how} /storage/vt-swap-{how}')


test_fill = trial(
    "Names outside of what is served, which would be a service domain's memory.",
    harmless, lambda lab: lab.native(f'{BIN}/fill'))
test_foreign = trial(
    "Mappings of what is the kernel's or another process's.",
    harmless, lambda lab: lab.native(f'{BIN}/mappings'))
test_ringplay = trial(
    'Anything written into a ring, while others hold what came through it.',
    harmless, lambda lab: lab.native(
        f'{BIN}/ringplay /storage/vt-ringplay {lab.patience(1000)}'))
test_ioctls = trial(
    'Commands of /dev/vsys at random, from several processes.',
    harmless, lambda lab: lab.native(f'{BIN}/ioctls {lab.patience(10)} 8'))
test_sockets = trial(
    "Sockets of other families and types than the table's.",
    harmless, lambda lab: lab.native(f'{BIN}/sockpolicy types'))
test_pinned = trial(
    'Memory that would stay in use when its process is dead.',
    harmless, lambda lab: lab.native(f'{BIN}/sockpolicy pin'))
test_type = trial(
    'A descriptor that is closed for want of its type is somebody else\'s.',
    harmless, swapped('type'))
test_attached = trial(
    "A placeholder of a descriptor that is another one's attachment.",
    harmless, swapped('attached'))
test_chmod = trial(
    'A file that is closed in the middle of a chmod by its name in /proc.',
    harmless, swapped('chmod'))
test_bits = trial(
    "A storm in the network domain, of bits in the caller's ring.",
    harmless, storm_of_bits)
test_pending = trial(
    "Bits in the caller's ring without end, beside others whom the same worker serves.",
    harmless, lambda lab: lab.user(
        f'{BIN}/storm pending {lab.patience(2)} {part_left(lab)}'))
test_bells = trial(
    'A storm of doorbells in its own domain.',
    harmless, lambda lab: lab.user(
        f'{BIN}/storm bells {lab.patience(2)} {part_left(lab)}'))
