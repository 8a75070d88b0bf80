# SPDX-License-Identifier: GPL-2.0-only
"""The user domain's network device, as dom0 and its two ends see it."""

from contextlib import contextmanager

from lab import ANY, Failure, says

BUS = '/sys/bus/xen'


class Device:
    def __init__(self, lab, domain, number):
        self.lab, self.domain, self.number = lab, domain, number
        self.front = f'/local/domain/{domain}/device/vsys/{number}'
        self.back = self.read(f'{self.front}/backend')

    def read(self, node):
        return self.lab.dom0(f'xenstore-read {node}').strip()

    def bind(self, driver='vsysfront'):
        """The user domain's end, to a driver; others find theirs again."""
        self.lab.native('sh -c', f'''
            echo vsys-{self.number} > {BUS}/drivers/{driver}/bind
            echo 1 > {BUS}/drivers_autoprobe''')

    def initialised(self):
        return self.read(f'{self.front}/state') == '3'

    def ended(self):
        return int(self.read(f'{self.front}/state')) >= 5


def attach(lab, *options, **expected):
    return lab.dom0('virtuosctl attach', *options, lab.guest, 'network', **expected)


def detach(lab, **expected):
    lab.dom0(f'virtuosctl detach {lab.guest} network', **expected)


def probe(lab, on):
    """Do the user domain's devices find their drivers by themselves?"""
    lab.native('sh -c', f'echo {on} > {BUS}/drivers_autoprobe')


def find(lab):
    """The device that there is."""
    domain = lab.dom0(f'xl domid {lab.guest}').strip()
    for number in lab.dom0(f'xenstore-list /local/domain/{domain}/device/vsys').split():
        device = Device(lab, domain, number)
        if device.read(f'{device.front}/service') == 'network':
            return device
    raise Failure('there is no network device')


def hold(lab):
    """A device whose user domain's end waits to be bound."""
    probe(lab, 0)
    said = attach(lab, '--no-wait')
    number, domain = says(
        said, r'^network: device (\d+) of domain (\d+),').groups()
    device = Device(lab, domain, number)
    lab.until("the service domain's end is there", 20, device.read,
              f'{device.back}/features')
    return device


@contextmanager
def attached_again(lab):
    """Whatever comes of it, nothing is left of it, and there is a network."""
    try:
        yield
    finally:
        probe(lab, 1)
        detach(lab, status=ANY)
        attach(lab)
        lab.user('true')
