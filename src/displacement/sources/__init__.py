"""Where figures come from: one module per source, found by the registry."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
