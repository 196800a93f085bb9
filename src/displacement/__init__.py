"""Reads displacement figures, reconciles those that overlap, and publishes what follows."""

from pkgutil import extend_path

# A source of your own may live in another folder on the path, as displacement/sources/<name>.py.
__path__ = extend_path(__path__, __name__)
