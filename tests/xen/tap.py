# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as TAP (the Test Anything Protocol), on standard output and in a file.

tests/host/verdict.sh does the same for tiers in shell."""

import os

SHOWN = int(os.environ.get('VERDICT_LINES', 60))    # lines of a log


def printable(text):
    """Nothing that a terminal would act on."""
    return ''.join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class Tap:
    def __init__(self, results, tier):
        results.mkdir(parents=True, exist_ok=True)
        self.tier = tier
        self.file = open(results / f'{tier}.tap', 'w')
        self.run = self.passed = self.failed = 0
        self.line('TAP version 13')

    def line(self, text):
        print(text, flush=True)
        print(text, file=self.file, flush=True)

    def verdict(self, word, name, directive=''):
        self.run += 1
        self.line(f'{word} {self.run} - {name}{directive}')

    def ok(self, name):
        self.passed += 1
        self.verdict('ok', name)

    def not_ok(self, name, log):
        """A failure, with the end of its log."""
        self.failed += 1
        self.verdict('not ok', name)
        text = log.read_text(errors='surrogateescape')
        for line in text.splitlines()[-SHOWN:]:
            self.comment(printable(line))
        self.comment(f'({log})')

    def skip(self, name, reason):
        self.verdict('ok', name, f' # SKIP {reason}')

    def known(self, name, reason):
        """A failure that is known."""
        self.verdict('not ok', name, f' # TODO {reason}')

    def comment(self, text):
        self.line(f'# {text}')

    def close(self):
        """The plan; whether all is well, which it is not if nothing ran."""
        self.line(f'1..{self.run}')
        self.comment(f'{self.tier}: {self.passed} passed, {self.failed} failed, '
                     f'{self.run - self.passed - self.failed} skipped')
        return self.passed > 0 and not self.failed
