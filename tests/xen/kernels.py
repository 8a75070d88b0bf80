# SPDX-License-Identifier: GPL-2.0-only
"""Hostile kernels: one end of the network device breaks the protocol (hostile/).
The other end survives it, refuses with an errno, and what others do goes on."""

import io
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import device
from lab import ANY, BIN, Failure, says, trial


def build(lab):
    """The modules; a folder that has them."""
    output = lab.work / f'hostile-{lab.flavour}'
    done = subprocess.run([lab.top / 'tests/xen/hostile/build', lab.flavour, output],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f'hostile/build: {done.stdout}')
    return output


def sound(lab, domain, before):
    """Nothing bad came to the console that said so much before."""
    patterns = [line for line in
                (lab.top / 'tests/lab/messages-bad').read_text().splitlines()
                if line.strip() and not line.startswith('#')]
    found = subprocess.run(
        ['grep', '-aE', '-A', '12', *(f'-e{pattern}' for pattern in patterns)],
        input=lab.console(domain)[before.rfind('\n') + 1:].encode(
            errors='surrogateescape'),
        stdout=subprocess.PIPE).stdout
    assert not found, f'on the console of {domain}: {found.decode(errors="replace")}'


# ---- The device -----------------------------------------------------------------

class HostileFront:
    """The user domain's end of the network device, which plays."""

    module = 'vsys-hostile-front'

    def __init__(self, lab):
        self.lab = lab
        self.device = None

    def renew(self):
        device.detach(self.lab)
        self.device = device.hold(self.lab)
        self.device.bind(self.module)

    def play(self, what):
        """All that it waits for comes within its time, and the domain that it is
        played to is none the worse.  What it says."""
        before = self.lab.console('network')
        try:
            return self.lab.native('sh -c', f'''
                cd /sys/bus/xen/devices/vsys-{self.device.number} || exit
                echo {what} > play
                status=$?
                cat said
                exit $status''', limit=180)
        finally:
            self.lab.network('true')
            sound(self.lab, 'network', before)

    def nothing_left(self):
        """Of the channels that were opened none is, nor of what they took."""
        stats = self.device.read(f'{self.device.back}/stats').split()
        return all(f'{key}=0' in stats
                   for key in ('channels', 'workers', 'pages', 'files'))

    def all_given_back(self):
        self.lab.until('all is given back', 10, self.nothing_left)


@contextmanager
def hostile_front(lab):
    """Takes the device; afterwards all is as it was."""
    front = HostileFront(lab)
    try:
        lab.copy(build(lab) / f'{front.module}.ko', f'user:/tmp/{front.module}.ko')
        device.probe(lab, 0)
        lab.native(f'insmod /tmp/{front.module}.ko')
        front.renew()
        yield front
    finally:
        if front.device:
            lab.native('sh -c', f'echo vsys-{front.device.number} > '
                       f'{device.BUS}/drivers/{front.module}/unbind', status=ANY)
        device.probe(lab, 1)
        device.detach(lab, status=ANY)
        lab.native(f'rmmod {front.module}', status=ANY)
        device.attach(lab)
        lab.user('true')


# ---- Others ---------------------------------------------------------------------

@contextmanager
def writer(lab):
    """A program here that goes on with the other device of the hostile domain."""
    lab.native('sh -c', r'''rm -f /tmp/vt-beside.end
        printf "path /storage storage\n" > /tmp/vt-beside.conf''')
    with lab.spawn('writer', '''virtuos run --no-check --routes /tmp/vt-beside.conf --
                   sh -ec''', '''
                       n=0
                       until [ -e /tmp/vt-beside.end ]; do
                           echo $n > /storage/vt-writer
                           [ "$(cat /storage/vt-writer)" = $n ]
                           n=$((n + 1))
                       done
                       echo wrote $n''', where='--native', limit=900):
        try:
            yield
        finally:
            lab.native('touch /tmp/vt-beside.end')


@contextmanager
def another_domain(lab):
    """Of the same service domains."""
    with lab.another_domain(memory=224):
        for service in 'network', 'storage':
            lab.dom0(f'virtuosctl attach small {service}')
        yield


@contextmanager
def others(lab):
    """Programs that go on, in another domain (tools/steady.c) and here; gives a
    function that tells how many rounds were made since it was called last."""
    with another_domain(lab), \
         lab.spawn('steady', f'virtuos run -- {BIN}/steady /storage/vt-beside',
                   where='--domain small') as program, writer(lab):
        program.expect('ready', 60)

        def rounds():
            program.tell('mark')
            mark = program.expect(r'mark (\d+) rounds, .* the longest (\d+) ms', 30)
            assert int(mark[2]) < lab.patience(10) * 1000
            return int(mark[1])

        try:
            yield rounds
        finally:
            rounds()


# ---- The tests ------------------------------------------------------------------

def attack(lab, plays):
    with hostile_front(lab) as front, others(lab):
        for play in plays.split():
            front.play(play)
        front.all_given_back()


test_requests = trial('Requests on the control channel, each field at its limits.',
                      attack, 'sane ids numbers slots creds retire overlap count')
test_opens = trial("Channels opened and closed, one in another's way.",
                   attack, 'open close ending flood twice twins')
test_random = trial('What nobody thought of.', attack, 'random scribble calls')


def memory_left(lab):
    """Kilobytes that the attacked domain has left."""
    return int(says(lab.network('cat /proc/meminfo'), r'^MemAvailable: *(\d+) kB')[1])


@contextmanager
def no_shadow(lab):
    """vsysd and those that wait for a client stand still: no shadow is to be had."""
    lab.network('killall -STOP vsysd vsysd-spare')
    try:
        yield
    finally:
        lab.network('killall -CONT vsysd vsysd-spare')


def test_unserved(lab):
    """What is asked of a channel that no shadow serves is answered when that ends."""
    with hostile_front(lab) as front:
        front.play('sane')
        with no_shadow(lab):
            front.play('unserved')
        front.play('sane')
        front.all_given_back()


def test_repeat(lab):
    """Requests again and again while nobody serves: they take no memory."""
    with hostile_front(lab) as front:
        front.play('sane')
        with no_shadow(lab):
            before = memory_left(lab)
            said = front.play('repeat')
            after = memory_left(lab)
        taken = int(says(said, r'^repeat: taken (\d+),')[1])
        lab.say(f'memory left: {before} kB before, {after} kB after {taken}')
        # Kept, a request of 256 pages takes 2 kB: half of that is far from both.
        assert taken > 4096
        assert before - after < taken
        front.play('settle')
        front.all_given_back()


def test_storm(lab):
    """Bells for nothing leave others a quarter of what they had, at least: they
    share a processor with who rings, and with the one that it rings at."""
    with hostile_front(lab) as front, others(lab) as rounds:
        rounds()
        time.sleep(15)
        calm = rounds()
        front.play('storm')
        stormy = rounds()
        lab.say(f"rounds in 15 s: {calm}, in the storm's 15 s and some {stormy}")
        assert stormy * 4 > calm


STATES = ('states', 'nodes 0', 'nodes 2', 'nodes 3', 'nodes 5', 'nodes 6', 'nodes 8',
          'nodes 10', 'nodes 11', 'nodes 12', 'nodes 13', 'hurry', 'states')


def play_states(front):
    """Each leaves a device that nobody serves any more."""
    for what in STATES:
        front.play(what)
        front.renew()
    front.play('sane')


def test_states(lab):
    """Devices come and go; hundreds of wrong versions are not told as often."""
    with hostile_front(lab) as front, another_domain(lab):
        told = lab.console('network').count('another version')
        front.lab = lab.twin(io.StringIO())
        with ThreadPoolExecutor() as pool:
            playing = pool.submit(play_states, front)
            try:
                while not playing.done():
                    lab.dom0('virtuosctl detach small network')
                    lab.dom0('virtuosctl attach --timeout', lab.patience(20), 'small',
                             'network')
            finally:
                playing.exception()     # waits for its end
                lab.say(front.lab.log.getvalue())
        playing.result()
        assert lab.console('network').count('another version') - told < 30


# ---- The other way round --------------------------------------------------------

BACK_DRIVER = '/sys/bus/xen-backend/drivers/vsys-hostile-back'
BACK_MODE = '/sys/module/vsys_hostile_back/parameters/mode'
BACK_ROUTES = '--routes /tmp/vt-back.conf'


@contextmanager
def hostile_back(lab):
    """The device that is attached next goes to the hostile back end."""
    module = 'vsys-hostile-back.ko'
    try:
        lab.copy(build(lab) / module, f'network:/tmp/{module}')
        device.detach(lab)
        lab.network('sh -c', f"""echo 0 > /sys/bus/xen-backend/drivers_autoprobe
            insmod /tmp/{module}""")
        device.attach(lab, '--no-wait')
        lab.until('the hostile end is bound', 20, lab.network, 'sh -c', f'''
            for device in /sys/bus/xen-backend/devices/vsys-*; do
                [ ! -e $device/driver ] && [ -e $device ] || continue
                echo ${{device##*/}} > {BACK_DRIVER}/bind
            done
            ls {BACK_DRIVER} | grep vsys-''')
        lab.until('it serves', 20, lab.native, f'virtuos run {BACK_ROUTES} -- true')
        yield
    finally:
        device.detach(lab, status=ANY)
        lab.network('sh -c', '''rmmod vsys_hostile_back
            echo 1 > /sys/bus/xen-backend/drivers_autoprobe''', status=ANY)
        try:
            device.attach(lab)
            lab.user('true')
        except Failure:
            # Whatever is left of it goes with the domain.
            lab.dom0('virtuosctl restart network')
            lab.user('true')


def endure(lab, mode, programs):
    """What a program does with such answers is its own affair, but it ends, if need
    be by a signal, and everything else goes on."""
    console = 'dom0' if lab.kind == 'dom0' else 'user'
    lab.network('sh -c', f'echo {mode} > {BACK_MODE}')
    before = lab.console(console)
    for program in programs.split():
        lab.native(f'timeout -s KILL {lab.patience(20)} virtuos run --no-check '
                   f'{BACK_ROUTES} -- {BIN}/{program} /tmp/vt-back-{program}',
                   limit=120, status=set(ANY) - {124, 125})
    lab.native('true')
    sound(lab, console, before)


def test_back(lab):
    """A service domain's end answers wrongly, too late, or never."""
    lab.write('user:/tmp/vt-back.conf', 'socket inet network\n')
    with writer(lab), hostile_back(lab):
        for mode in ('honest', 'range', 'descriptors', 'unasked', 'events', 'server',
                     'scribble'):
            endure(lab, mode, 'udp tcp poll epoll sockmsg scm raw')
        # Later than documented is waited for, or never answered: two are enough.
        for mode in 'silent', 'late', 'mute':
            endure(lab, mode, 'udp poll')
        lab.network('sh -c', f'echo honest > {BACK_MODE}')
