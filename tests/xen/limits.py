# SPDX-License-Identifier: GPL-2.0-only
"""A greedy program of one user ("nobody", tools/greedy.c) runs into each limit, and
is told so as Linux would; a steady one of another user (tools/steady.c) works on all
the time.  Afterwards everything is given back."""

import time
from contextlib import contextmanager, nullcontext

from lab import BIN, says, trial


def statistic(lab, end, service, key):
    """A word of what an end of a device, "front" or "back", has in xenstore."""
    found = lab.dom0('sh -c', '''
        for d in $(xenstore-list /local/domain); do
            for n in $(xenstore-list /local/domain/$d/device/vsys); do
                f=/local/domain/$d/device/vsys/$n
                [ "$(xenstore-read $f/service)" = "$2" ] || continue
                [ "$1" = front ] || f=$(xenstore-read $f/backend)
                xenstore-read $f/stats | tr " " "\\n" | sed -n "s/^$3=//p"
            done
        done 2> /dev/null; true''', '-', end, service, key).split()
    return int(found[-1]) if found else None


def told(lab, pattern):
    """How often the kernels have spoken of this so far."""
    consoles = lab.native('dmesg') + lab.console('network') + lab.console('storage')
    return len({line for line in consoles.split('\n') if says(line, pattern)})


def steady(lab):
    lab.user('sh -c', '''mkdir -p /storage/vt-steady && chown 1000 /storage/vt-steady
        echo data > /storage/vt-greedy && chmod 644 /storage/vt-greedy''')
    return lab.spawn('steady', 'setpriv --reuid 1000 --regid 1000 --clear-groups',
                     f'{BIN}/steady', '/storage/vt-steady')


def greedy(lab, options, what):
    return lab.spawn('greedy', f'prlimit {options} setpriv --reuid 65534 --regid 65534'
                     f' --clear-groups {BIN}/greedy {what}', where='--native')


def steady_works(lab, program):
    """Beside the greedy one, which is full, rounds go on and none is bad."""
    time.sleep(lab.patience(8))
    program.tell('mark')
    mark = program.expect(r'mark (\d+) rounds, (\d+) bad', 60)
    assert int(mark[1]) >= 3 and int(mark[2]) == 0, mark[0]


def status_tells(lab, service, key):
    """What is used is no more than allowed; virtuosctl says both."""
    for end in 'front', 'back':
        used = statistic(lab, end, service, key)
        allowed = statistic(lab, end, service, f'{key}_max')
        lab.say(f'{service}: {key} at the {end} end: {used} of {allowed}')
        assert used is None or used <= allowed
    lab.dom0('virtuosctl status --json', expect=f'"{key}_max"')


def given_back(lab, service, channels):
    left = statistic(lab, 'front', service, 'channels')
    return left is not None and left <= channels


def greed(lab, what, says_it, key=None, line=None, options=''):
    """The greedy one says what it met; a kernel, if it does, in one new line."""
    service = what.split()[1]
    channels = statistic(lab, 'front', service, 'channels')
    before = line and told(lab, line)
    with steady(lab) as steady_one:
        steady_one.expect('ready', 60)
        with greedy(lab, options, what) as greedy_one:
            greedy_one.expect('full', 120)
            assert says(greedy_one.said(), says_it), says_it
            if line:    # and not again and again
                lab.until('a kernel says so', 5,
                          lambda: 1 <= told(lab, line) - before <= 4)
            steady_works(lab, steady_one)
            if key:
                status_tells(lab, service, key)
    lab.until('channels are given back', 30, given_back, lab, service, channels)
    lab.user('true')


@contextmanager
def share_of_channels(lab, number):
    """So many for each user."""
    share = '/sys/module/vsysfront/parameters/channels'
    lab.native('sh -c', f'echo 0,{number} > {share}')
    try:
        yield
    finally:
        lab.native('sh -c', f'echo 0,0 > {share}')


# A kernel names the user and what he has too much of.
SHARE = 'user 65534 .*'


def test_channels(lab):
    """A channel for each of its children."""
    # The more there are, the longer the debug kernel takes for one, until nobody
    # waits so long.
    with share_of_channels(lab, 96) if lab.slow > 1 else nullcontext():
        greed(lab, 'channels storage', '^[0-9]+ channels, then EDQUOT',
              key='channels', line=f'{SHARE}channels')


def test_subordinate(lab):
    """A channel for each id that a user has in a namespace of its own."""
    with share_of_channels(lab, 8):
        lab.native(f'{BIN}/subuid 8 4')


test_pages = trial(
    'Memory for all slots of many channels.', greed, 'pages storage',
    '^[0-9]+ pages, then ENOMEM', key='pages', line=f'{SHARE}pages',
    options='--memlock=unlimited')
test_memlock = trial(
    'One process, which may lock a MiB.', greed, 'memory storage',
    '^(1[0-9]{2}|2[0-4][0-9]|25[0-6]) pages, then ENOMEM', key='pages',
    options='--memlock=1048576')
test_workers = trial(
    'Calls that block, in all slots.', greed, 'workers network',
    '^[0-9]+ workers, then EAGAIN', key='workers', line=f'{SHARE}workers',
    options='--memlock=unlimited')
test_files = trial(
    'Descriptors at the service.', greed, 'files storage /storage/vt-greedy',
    '^[0-9]+ files, then ENFILE', key='files', line=f'{SHARE}files',
    options='--nofile=1000000')
test_turns = trial(
    'Channels opened and closed without end.', greed, 'requests storage', 'full')
test_calls = trial(
    'Calls that cost little, without end.', greed, 'calls storage', 'full')
