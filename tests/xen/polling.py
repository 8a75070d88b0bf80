# SPDX-License-Identifier: GPL-2.0-only
"""Manners of polling, counted: who calls needs no doorbell while somebody looks."""

from contextlib import contextmanager

from lab import BIN, Failure
from limits import statistic

FILE = '/storage/vt-manners'
POLL = '/sys/module/vsysback/parameters/poll_us'


@contextmanager
def patient(lab):
    """Whoever polls there does so for as long as anybody could need to call again,
    on any machine: then a doorbell means that nobody polled."""
    lab.storage('sh -c', f'echo 500000 > {POLL}')
    try:
        yield
    finally:
        lab.storage('sh -c', f'echo 0 > {POLL}')


def counted(lab):
    """Calls, and doorbells of the client's, when neither has changed for a while."""
    last = None

    def settled():
        nonlocal last
        now = (statistic(lab, 'back', 'storage', 'calls'),
               statistic(lab, 'front', 'storage', 'bells'))
        same, last = now == last, now
        return same and now
    return lab.until('the counts stand still', 30, settled)


def doorbells(lab, what, calls):
    """When all channels are open.  So many calls are made, at least."""
    with lab.spawn('manners', f'{BIN}/manners {what}') as program:
        program.expect('ready', 120)
        before = counted(lab)
        program.tell('go')
        program.expect('done', 120)
        after = counted(lab)
        program.tell('end')
    made, rung = (b - a for a, b in zip(before, after))
    lab.say(f'{what}: {rung} doorbells for {made} calls')
    if made < calls:
        raise Failure(f'{made} calls, not {calls}')
    return rung


def few(lab, what, clients, calls):
    """Each client's first, and one more for fifty calls at most."""
    lab.user('sh -c', f'head -c 4096 /dev/zero > {FILE}')
    with patient(lab):
        rung = doorbells(lab, what, calls)
    if rung > clients + calls / 50:
        raise Failure(f'{rung} doorbells for {calls} calls: {what}')


def test_doorbells(lab):
    """Many clients at a time, on one processor: their channels are watched."""
    for clients in 2, 8, 64:
        calls = max(20, 800 // clients)
        few(lab, f'clients {FILE} {clients} {calls}', clients, clients * calls)


def test_fsync(lab):
    """After a call that blocked somebody polls: a loop of fsync rings no more."""
    few(lab, f'sync {FILE} 200', 1, 400)
