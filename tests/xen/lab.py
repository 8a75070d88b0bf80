# SPDX-License-Identifier: GPL-2.0-only
"""The lab, as tests use it: commands in its domains, and programs beside them.

A command is a string that is split as a shell would, and arguments after it that
are taken as they are: lab.user('sh -ec', script).  What it ends with and what it
says are compared with what a test expects, so that a call that returns has gone
well.  Everything goes into the log of the test that runs."""

import copy
import io
import os
import re
import shlex
import subprocess
import time
from contextlib import contextmanager
from tempfile import TemporaryFile

BIN = '/opt/virtuos-tests/bin'      # the programs of cases/ and tools/, in domains
ANY = range(256)
FAILS = set(range(1, 256)) - {124, 125}     # which are the time limit and the lab
OPTIONS = {     # of kinds that are not a type of domain: that type, and more
    'debug': ('pvh', ['--debug']),
    'wide': ('pvh', ['--vcpus', '2', '--processors', '3']),
}
GRACE = 120     # seconds that the lab may need besides what a command is given


class Failure(AssertionError):
    """What was asked for did not come."""


class Skip(Exception):
    """Why a test cannot run here; a program says it with status 77."""


def words(command):
    return shlex.split(command[0]) + [str(word) for word in command[1:]]


def line_of(arguments):
    """A command, as the log has it."""
    return 'lab ' + re.sub(r'\s+', ' ', shlex.join(arguments))[:300]


def contents(file):
    file.seek(0)
    return file.read().decode(errors='surrogateescape')


def indented(text):
    return ''.join(f'    {line}\n' for line in text.split('\n') if line)


def says(text, pattern):
    """Is there such a line, or a part of one?"""
    return re.search(pattern, text, re.MULTILINE)


def trial(what, function, *arguments, **more):
    """A test, by a function that several have in common."""
    def test(lab):
        function(lab, *arguments, **more)
    test.__doc__ = what
    return test


def runs(where, seconds):
    """A method that runs a command there, with a limit."""
    def run(lab, *command, limit=seconds, **expected):
        return lab.run(where, command, limit, **expected)
    return run


class Lab:
    def __init__(self, top, work):
        self.top, self.work = top, work
        self.program = top / 'tests/lab/lab'
        work.mkdir(parents=True, exist_ok=True)
        self.log = open(work / 'lab.log', 'w', errors='surrogateescape')
        self.choose('pvh')

    def choose(self, kind):
        """A kind of user domain.  "wide" has two processors, and the machine three;
        "debug" is a kernel that takes its time."""
        self.kind = kind
        self.flavour, self.slow = ('debug', 4) if kind == 'debug' else ('slim', 1)

    @property
    def guest(self):
        """The user domain's name."""
        return 'Domain-0' if self.kind == 'dom0' else 'user'

    def patience(self, seconds):
        """A limit, as the kernel needs it."""
        return seconds * self.slow

    def say(self, text):
        self.log.write(text if text.endswith('\n') else text + '\n')
        self.log.flush()

    def twin(self, log):
        """The same lab, with another log."""
        twin = copy.copy(self)
        twin.log = log
        return twin

    # ---- Commands --------------------------------------------------------------

    def execute(self, arguments, limit, status=0, expect=None, quiet=False):
        """The output of a command of the lab, which ends with this status, or
        one of these, and says this, on its standard output or error."""
        told = line_of(arguments)
        self.say(f'$ {told}')
        with TemporaryFile() as output, TemporaryFile() as error:
            try:
                done = subprocess.run(
                    [self.program, *arguments], timeout=limit,
                    stdin=subprocess.DEVNULL, stdout=output, stderr=error)
            except subprocess.TimeoutExpired as late:
                raise Failure(f'not ended within {limit} s: {told}') from late
            output, error = contents(output), contents(error)
        self.say(indented(error if quiet else output + error)
                 + f'    status {done.returncode}')
        if done.returncode not in ([status] if isinstance(status, int) else status):
            skip = done.returncode == 77 and says(output, '^SKIP: (.*)')
            raise (Skip(skip[1]) if skip else
                   Failure(f'status {done.returncode}: {told}'))
        if expect and not says(output, expect) and not says(error, expect):
            raise Failure(f'"{expect}" is not in what it says: {told}')
        return output

    def run(self, where, command, limit, env=(), **expected):
        limit = self.patience(limit)
        options = [word for pair in env for word in ('--env', pair)]
        return self.execute(['run', *where.split(), '--no-stdin', '--timeout',
                             str(limit), *options, '--', *words(command)],
                            limit + GRACE, **expected)

    user = runs('', 150)        # forwarded
    native = runs('--native', 100)
    dom0 = runs('--domain dom0', 180)
    network = runs('--domain network', 30)
    storage = runs('--domain storage', 60)
    small = runs('--domain small', 100)     # that another_domain() makes

    def host(self, *command, limit=300, **expected):
        """On this machine, where the network domain can be reached."""
        return self.execute(['host', '--', *words(command)],
                            self.patience(limit), **expected)

    def copy(self, source, target):
        self.execute(['copy', str(source), str(target)], self.patience(GRACE))

    def write(self, target, text):
        """A small file: DOMAIN:FILE."""
        source = self.work / os.path.basename(target)
        source.write_text(text)
        self.copy(source, target)

    # ---- Programs that go on, and waiting -----------------------------------------

    def spawn(self, name, *command, where='', limit=280, status=0):
        """A program beside the test, in a `with' that ends it."""
        limit = self.patience(limit)
        return Program(self, name, ['run', *where.split(), '--timeout',
                                    str(limit), '--', *words(command)],
                       limit + GRACE, status)

    def until(self, what, seconds, attempt, *arguments, **expected):
        """Attempts, one a second, until one does not fail or give False."""
        tries, log, failure = self.patience(seconds), self.log, None
        self.say(f'until {what}')
        for _ in range(tries):
            try:
                self.log = io.StringIO()
                result = attempt(*arguments, **expected)
                if result is not False:
                    return result
            except AssertionError as error:
                failure = error
            finally:
                self.log = log
            time.sleep(1)
        raise Failure(f'not in {tries} attempts: {what}') from failure

    # ---- The machine ---------------------------------------------------------------

    def console(self, domain, **expected):
        return self.execute(['log', domain], GRACE, quiet=True, **expected)

    def check_logs(self, *options):
        self.execute(['check-logs', *options], 3000)

    def up(self):
        """A machine of this kind, with the tests in it; one that runs is used."""
        user, more = OPTIONS.get(self.kind, (self.kind, []))
        running = f'running, user domain {user}, {self.flavour} '
        if running not in self.execute(['status'], GRACE, status=ANY):
            self.down()
            self.execute(['up', '--user', user, *more], 7200)
        self.execute(['check-logs', '--mark'], GRACE, status=ANY)
        self.install('user')

    def down(self):
        self.execute(['down'], GRACE, status=ANY)

    def install(self, domain):
        """The tests' programs, into a domain."""
        self.copy(self.work / 'payload.tar', f'{domain}:/tmp/payload.tar')
        where = '--native' if domain == 'user' else f'--domain {domain}'
        self.run(where, ['sh -ec', '''mkdir -p /opt/virtuos-tests
            tar -C /opt/virtuos-tests -xf /tmp/payload.tar'''], 100)

    @contextmanager
    def another_domain(self, **settings):
        """Another user domain, "small", whose configuration differs in this."""
        change = ' '.join(f"-e 's/^{key} = .*/{key} = {value}/'"
                          for key, value in settings.items())
        try:
            self.dom0('sh -c', f'''
                sed -e 's/^name = .*/name = "small"/' {change} \\
                    /etc/virtuos/user.cfg > /tmp/small.cfg
                xl create -q /tmp/small.cfg &&
                /usr/lib/lab/lab-agent wait small {self.patience(120)}''')
            self.install('small')
            yield
        finally:
            for service in 'network', 'storage':
                self.dom0(f'virtuosctl detach small {service}', status=ANY)
            self.dom0('xl destroy small')


class Program:
    """Told by its standard input, at whose end it ends; what it says is in a file."""

    def __init__(self, lab, name, arguments, limit, status):
        self.lab, self.name, self.limit, self.status = lab, name, limit, status
        self.path = lab.work / f'{name}.out'
        self.heard = 0      # how much of it was expected already
        lab.say(f'$ {line_of(arguments)} &')
        with self.path.open('wb') as output:
            self.process = subprocess.Popen(
                [lab.program, *arguments], stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT)

    def said(self):
        """The lines so far."""
        ended = self.process.poll() is not None
        text = self.path.read_bytes().decode(errors='surrogateescape')
        return text if ended else text[:text.rfind('\n') + 1]

    def tell(self, line):
        self.process.stdin.write(f'{line}\n'.encode())
        self.process.stdin.flush()

    def expect(self, pattern, seconds):
        """Waits for a line that begins so, after the last one."""
        limit = self.lab.patience(seconds)
        end = time.monotonic() + limit
        while True:
            ended = self.process.poll() is not None
            late = time.monotonic() > end
            said = self.said()
            found = re.compile(f'^(?:{pattern})', re.M).search(said, self.heard)
            if found:
                self.heard = found.end()
                return found
            if ended or late:
                why = 'it has ended' if ended else f'not within {limit} s'
                raise Failure(f'"{pattern}" is not said by {self.name}: {why}')
            time.sleep(0.2)

    def end(self):
        self.process.stdin.close()
        try:
            got = self.process.wait(self.limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            got = self.process.wait()
        self.lab.say(f'{self.name}: status {got}\n' + indented(self.said()))
        if got != self.status:
            raise Failure(f'{self.name} ended with {got}, not {self.status}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
