"""bare_metal: a service of systemd or supervisor, below one folder of a machine."""

from fraisier.providers.bare_metal.provider import BareMetal
from fraisier.providers.provider import PROVIDERS

PROVIDERS.register("bare_metal", BareMetal())
