# SPDX-License-Identifier: GPL-2.0-only
"""Manners of polling, counted: who calls needs no doorbell while somebody looks."""

from lab import BIN, Failure
from limits import statistic

FILE = '/storage/vt-manners'


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
    """For each call, when all channels are open.  At least so many are made."""
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
    return rung / made


def few(lab, what, calls, most=0.2):
    """So many doorbells for a call at most; once, for a machine that is busy with
    something else lets a poller's time be over before anybody could call."""
    lab.user('sh -c', f'head -c 4096 /dev/zero > {FILE}')
    for _ in range(5):
        if doorbells(lab, what, calls) <= most:
            return
    raise Failure(f'more than {most} doorbells for a call, five times: {what}')


def test_doorbells(lab):
    """Many clients at a time, on one processor: their channels are watched."""
    # Each of them needs one to begin with, and makes 20 calls if there are many.
    for clients, most in (2, 0.2), (8, 0.2), (64, 0.9):
        calls = max(20, 800 // clients)
        few(lab, f'clients {FILE} {clients} {calls}', clients * calls, most)


def test_fsync(lab):
    """After a call that blocked somebody polls: a loop of fsync rings seldom."""
    few(lab, f'sync {FILE} 200', 400)
