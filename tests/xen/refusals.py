# SPDX-License-Identifier: GPL-2.0-only
"""What is refused: each time a clear error with its remedy, on the command that met
it; what else runs goes on, and all is well when the cause is mended."""

from contextlib import contextmanager

import device
from lab import ANY, BIN, says


def test_domains(lab):
    """Wrong names and wrong order, to virtuosctl."""
    who = lab.guest
    for status, words, command in (
            (3, 'nosuch.*xl list|nosuch.*virtuosctl', f'attach {who} nosuch'),
            (3, 'nosuch.*xl list|nosuch.*virtuosctl', 'attach nosuch network'),
            (2, 'its own', 'attach network network'),
            (1, 'already.*virtuosctl detach', f'attach {who} network'),
            (2, 'class', f'attach --class disk {who} network'),
            (3, 'not attached.*virtuosctl status', f'detach {who} {who}'),
            (3, 'nosuch', 'kill nosuch'),
            (1, who, f'kill {who}'),
            (3, '/etc/virtuos/nosuch.cfg', 'create nosuch'),
            (2, '15', 'create a-name-of-more-than-fifteen'),
            (3, 'nosuch', 'restart nosuch')):
        lab.dom0(f'virtuosctl {command}', status=status, expect=words)
    lab.user('cat /storage/.', status=1, expect='Is a directory')


def test_classes(lab):
    """Sockets and paths, to a service that has none."""
    for route, kind in ('socket inet storage', 'sockets'), \
                       ('path /storage network', 'paths'):
        lab.write('user:/tmp/vt-class.conf', f'{route}\n')
        lab.native('virtuos run --routes /tmp/vt-class.conf -- true', status=2,
                   expect=f'vt-class.conf routes {kind} to .*another service')


# ---- Versions and features ------------------------------------------------------

def front_refuses(lab, node, value, words):
    """The service domain's end says something that the user domain's has not."""
    held = device.hold(lab)
    lab.dom0(f'xenstore-write {held.back}/{node} {value}')
    held.bind()
    lab.until("the user domain's end has ended", 20, held.ended)
    lab.dom0('virtuosctl status', expect=f"user domain's end says: .*{words}")
    lab.native('virtuos run -- true', status=3, expect='same release of VirtuOS')


def back_refuses(lab, node, value, words):
    """The other way round: the service domain stands still meanwhile."""
    held = device.hold(lab)
    lab.dom0('xl pause network')
    try:
        held.bind()
        lab.until("the user domain's end is ready", 20, held.initialised)
        lab.dom0(f'xenstore-write {held.front}/{node} {value}')
    finally:
        lab.dom0('xl unpause network')
    lab.until("the user domain's end has ended", 20, held.ended)
    lab.dom0('virtuosctl status', expect=f"service domain's end says: .*{words}")
    lab.native('virtuos run -- true', status=3,
               expect='virtuosctl status.*same release')


def attach_refuses(lab):
    """As the command that attaches sees it."""
    device.probe(lab, 0)
    with lab.spawn('attach', 'virtuosctl attach --timeout', lab.patience(60),
                   lab.guest, 'network', where='--domain dom0', status=5) as attach:
        found = lab.until('there is a device', 20, device.find, lab)
        lab.until("the service domain's end is there", 20, found.read,
                  f'{found.back}/features')
        lab.dom0(f'xenstore-write {found.back}/version 0')
        found.bind()
    assert says(attach.said(), 'version 0.*install the same release')


def test_versions(lab):
    """Two ends that do not know each other's version or features."""
    with device.attached_again(lab):
        for refuses, *what in (
                (front_refuses, 'version', 0, 'update its image'),
                (front_refuses, 'features', 3, 'lacks a needed feature'),
                (back_refuses, 'version', 3, 'same release'),
                (back_refuses, 'features', 255, 'same release'),
                (attach_refuses,)):
            device.detach(lab, status=ANY if what[:2] == ['version', 0] else 0)
            refuses(lab, *what)


# ---- dom0's records -------------------------------------------------------------

ESCAPE = r'\033[2J\033]0;owned\007\377\233'


def falsify(lab, front):
    """Another service's name and domain, and words that a terminal would act on."""
    for node, form in (
            ('service', 'storage'), ('backend-id', '0'),
            ('backend', '/local/domain/0/backend/vsys/0/0'),
            ('error', f'no {ESCAPE}'),
            ('stats', f'calls={ESCAPE} channels=18446744073709551615')):
        lab.native('sh -c', 'xenstore-write "$1" "$(printf "$2")"', 'sh',
                   f'{front}/{node}', form)


def records_hold(lab, found):
    """dom0 still knows whose device it is, and says what is fit to be seen."""
    status = lab.dom0('virtuosctl status')
    for said in status, lab.dom0('virtuosctl status --json'):
        assert not says(said, r'[^ -~\n]'), 'more than printable characters'
    assert says(status, r"user domain's end says: no [?]\[2J")
    assert says(status, f' {found.domain} +network +{found.number} ')
    device.attach(lab, status=1, expect='already.*virtuosctl detach')
    device.detach(lab, expect=f'network: device {found.number} of domain '
                              f'{found.domain} removed')
    for node in (found.front, found.back,
                 f'/virtuos/user/{found.domain}/{found.number}'):
        assert not lab.dom0(f'xenstore-ls {node}', status=ANY)
    lab.dom0('virtuosctl status', expect='storage .* connected')


def test_records(lab):
    """The user domain lies about its device: it is shown and detached all the same."""
    found = device.find(lab)
    with device.attached_again(lab):
        falsify(lab, found.front)
        records_hold(lab, found)


# ---- Grants ---------------------------------------------------------------------

BY_ROUTES = 'virtuos run --routes /tmp/routes.conf --'


@contextmanager
def hog(lab, where, *what):
    """A program that has all there is of something, and new ones when it is gone."""
    with lab.spawn('hog', f'{BIN}/hog storage', *what, where=where) as program:
        program.expect('full', 60)
        assert says(program.said(), 'then ENOSPC')
        yield


def test_grants(lab):
    """A domain that can grant little, and has few event channels."""
    with lab.another_domain(memory=224, max_grant_frames=6, max_event_channels=63):
        lab.dom0('virtuosctl attach small storage',
                 expect='only 6 grant frames.*max_grant_frames = 64')
        lab.small('sh -c', r'printf "path /storage storage\n" > /tmp/routes.conf')
        lab.small(f'{BY_ROUTES} sh -c', 'echo before > /storage/vt-small')
        short_of_grants(lab)
        short_of_channels(lab)


def short_of_grants(lab):
    """What was there before goes on, and a device still comes, for programs never
    get all the grants; a new program does not."""
    with hog(lab, '--domain small', 'memory'):
        lab.small(f'{BY_ROUTES} true', status=3, expect='raise max_grant_frames')
        lab.dom0('virtuosctl attach small network')
        lab.user('grep -q before /storage/vt-small')
    lab.until('programs start again', 20, lab.small, f'{BY_ROUTES} true')
    short_of_memory(lab)
    lab.dom0('virtuosctl detach small network')


def short_of_memory(lab):
    """Calls without memory for their data fail, those that have it are served."""
    said = lab.small('sh -c', rf'''
        printf "path /storage storage\nsocket inet network\n" > /tmp/both.conf
        VIRTUOS_LOG=/tmp/flood.log virtuos run --routes /tmp/both.conf -- \
            {BIN}/flood /storage/vt-flood 100
        echo ended $?
        sort -u /tmp/flood.log | head -n 3''')
    for words in ('^ended 0', '^refused [1-9][0-9]* ENOMEM', '^woken [1-9]',
                  '^then success', 'no memory for a call.s data at "network": '
                  'raise max_grant_frames'):
        assert says(said, words), words


def short_of_channels(lab):
    """Every channel has a doorbell."""
    with hog(lab, '--domain small', 'channels', 100):
        lab.small(f'{BY_ROUTES} true', status=3, expect='raise .*max_event_channels')
        lab.small('sh -c', 'dmesg | grep -q "raise max_event_channels"')
    lab.until('programs start again', 20, lab.small, f'{BY_ROUTES} true')


def test_mappings(lab):
    """A service domain that can map little: who waits is not the others."""
    config = '/etc/virtuos/storage.cfg'
    try:
        lab.dom0('sh -c', f'''cp {config} /tmp/storage.cfg &&
            sed -i 's/^max_maptrack_frames = .*/max_maptrack_frames = 3/' {config} &&
            virtuosctl restart storage''')
        short_of_mappings(lab)
    finally:
        lab.dom0('sh -c',
                 f'cp /tmp/storage.cfg {config} && virtuosctl restart storage')
        lab.user('sh -c', 'echo again > /storage/vt-mappings')


def short_of_mappings(lab):
    lab.user('sh -c', 'echo before > /storage/vt-mappings')
    with hog(lab, '--native', 'memory'):
        lab.native('virtuos run -- true', status=3,
                   expect='max_maptrack_frames.*of the service domain')
        # The device lives, and so does the channel that is there.
        lab.dom0('virtuosctl status', expect='storage .* connected')
        assert says(lab.console('storage'), 'raise max_maptrack_frames')
    lab.until('files are served again', 20, lab.user,
              'grep -q before /storage/vt-mappings')


# ---- Slots, descriptors, channels -----------------------------------------------

def logged(lab, *arguments):
    """What `virtuos run' says, and what the library logs of it."""
    log = '/tmp/vt-logged.log'
    lab.native(f'rm -f {log}')
    said = lab.native('virtuos run', *arguments, env=[f'VIRTUOS_LOG={log}'])
    return said, lab.native(f'cat {log}')


def test_crowd(lab):
    """More calls than a channel has slots."""
    lab.write('user:/tmp/vt-crowd.conf',
              'path /storage storage\nsocket inet network\nslots 64\n')
    said, log = logged(lab, '--routes', '/tmp/vt-crowd.conf', '--', f'{BIN}/crowd',
                       '/storage/vt-crowd', 64)
    assert says(said, '^socket EAGAIN')
    assert says(said, '^woken 64')
    assert says(log, 'all 64 slots of "network" are taken: raise "slots" in '
                     '/tmp/vt-crowd.conf')


def test_descriptors(lab):
    """A shadow at its own limit of descriptors."""
    said, log = logged(lab, '--', f'{BIN}/hoard', '/storage/vt-hoard')
    assert says(said, '^open EMFILE')
    assert says(said, '^read 5')
    assert says(log, r'raise RLIMIT_NOFILE \(ulimit -n\)')


# ---- Late answers ---------------------------------------------------------------

def unanswered(lab):
    return lab.native('dmesg').count('does not answer')


@contextmanager
def standing_still(lab, program):
    """The network domain stands still until a call in it has been given up."""
    before = unanswered(lab)
    lab.dom0('xl pause network')
    try:
        program.tell('go')
        lab.until('a call is given up', 30, lambda: unanswered(lab) > before)
        yield
    finally:
        lab.dom0('xl unpause network')


def test_late(lab):
    """A call without an answer in time fails; one that comes late harms nobody."""
    with lab.spawn('late', f'{BIN}/late /storage/vt-late') as late:
        late.expect('ready', 60)
        with standing_still(lab, late):
            late.expect('name ETIMEDOUT', 20)
        late.tell('go')
        late.expect('again success', 30)
        late.expect('data', 30)
        with standing_still(lab, late):
            pass
        late.expect('poll 1 events 1', 20)
