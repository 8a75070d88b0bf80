# SPDX-License-Identifier: GPL-2.0-only
"""Bad input, and domains that go away."""

import json
import time

from lab import BIN, FAILS, Failure, says


def test_routes(lab):
    """Wrong routing files: refused before the program starts, the line named."""
    for bad in ('socket inet', 'path storage storage', 'nonsense', 'slots 63',
                'path / storage'):
        lab.write('user:/tmp/vt-bad.conf', f'# a routing file\n{bad}\n')
        said = lab.native('virtuos run --routes /tmp/vt-bad.conf -- echo ran',
                          status=FAILS, expect='/tmp/vt-bad.conf:2: ')
        assert not says(said, '^ran$')
    lab.native('virtuos run --routes /none -- echo ran', status=FAILS, expect='/none')


def test_missing(lab):
    """A service that nobody attached: said so, with what to do."""
    routes = '--routes /tmp/vt-missing.conf'
    lab.write('user:/tmp/vt-missing.conf', 'socket inet nowhere\n')
    for words in 'nowhere', 'virtuosctl':
        lab.native(f'virtuos run {routes} -- echo ran', status=FAILS, expect=words)
    # Without the check the call itself fails, and nothing hangs.
    lab.native(f'virtuos run --no-check {routes} -- curl -sS --max-time '
               f'{lab.patience(10)} http://10.9.0.1/', status=FAILS - {28})


def test_slots(lab):
    """More threads than slots."""
    lab.write('user:/tmp/vt-slots.conf',
              'path /storage storage\nsocket inet network\nslots 64\n')
    try:
        lab.native('virtuos run --routes /tmp/vt-slots.conf --', f'{BIN}/limits',
                   '/storage/vt-slots')
    finally:
        lab.user('rm -rf /storage/vt-slots')


def test_counters(lab):
    """What crossed is in both ends' counters."""
    json.loads(lab.dom0('virtuosctl status --json'))
    for domain in lab.network, lab.storage:
        assert domain('sh -c', 'cat /sys/bus/xen-backend/devices/vsys-*/calls')


def test_trips(lab):
    """Opening a file is one call over there: its answer says what has been opened."""
    def fstats():
        calls = lab.storage('sh -c', 'cat /sys/bus/xen-backend/devices/vsys-*/calls')
        return sum(int(line.split()[1]) for line in calls.splitlines()
                   if line.startswith('fstat '))

    lab.user('sh -c', 'echo trips > /storage/vt-trips')
    before = fstats()
    lab.user('sh -c', 'for n in 1 2 3 4 5 6 7 8 9; do : < /storage/vt-trips; done')
    assert fstats() == before
    lab.user('rm /storage/vt-trips')


def test_accounts(lab):
    """Each thread's calls are in its own account, wherever and by whomever they ran."""
    lab.user(f'{BIN}/account /storage/vt-account')


def cpu_seconds(lab):
    """Of the service domains, as xl says."""
    rows = [line.split() for line in lab.dom0('xl list').splitlines()]
    return sum(float(row[-1]) for row in rows if row[0] in ('network', 'storage'))


def test_idle(lab):
    """Nobody calls: after a while nobody polls."""
    # A machine that is busy with something else makes a window look busy.
    for _ in range(6):
        time.sleep(3)
        before = cpu_seconds(lab)
        time.sleep(5)
        used = cpu_seconds(lab) - before
        lab.say(f'{used:.1f} s of processor time in 5 s, both together')
        if used <= 0.5:
            return
    raise Failure('not idle in any window')


def test_outage(lab):
    """The network domain is killed under a program that waits in several ways."""
    with lab.spawn('outage', f'{BIN}/outage /storage/vt-outage') as program:
        program.expect('ready', 60)
        lab.dom0('virtuosctl kill network')
        program.expect('waiting', 30)
        said = program.said()
        for words in ('woken recv ECONNRESET',
                      'woken accept (ENETDOWN|EIO|ECONNRESET|ECONNABORTED|EBADF)',
                      'woken poll 1 events .*1[0-9a-f]$',
                      'woken epoll 1 events .*1[0-9a-f]$',
                      'then recv (ECONNRESET|EIO|end|success)', 'then close success',
                      'then socket E'):
            assert says(said, f'^{words}'), words
        # The storage domain does not mind.
        lab.native('virtuos run --no-check -- sh -c',
                   'echo alive > /storage/vt-alive && cat /storage/vt-alive')
        lab.dom0('virtuosctl restart network')
        # New sockets in the old program, and in new ones.
        program.tell('go')
        program.expect('new success', 30)
        lab.user(f'{BIN}/udp /storage/vt-udp')


def test_lost(lab):
    """A program that counts itself sees the network domain go and come back."""
    with lab.spawn('lost', f'{BIN}/account /storage/vt-lost outage') as program:
        program.expect('ready', 60)
        lab.dom0('virtuosctl kill network')
        lab.dom0('virtuosctl restart network')
        program.tell('go')


def test_silent(lab):
    """STOP does not wait for each channel of a domain that says nothing."""
    with lab.spawn('silent', f'{BIN}/account /storage/vt-silent silent') as program:
        program.expect('ready', 60)
        lab.dom0('xl pause network')
        try:
            program.tell('go')
            program.expect('stopped', 60)
        finally:
            lab.dom0('xl unpause network')
        program.tell('go')
    lab.until('forwarded programs run', 20, lab.user, 'true')
