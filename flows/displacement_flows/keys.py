"""Where do the keys of sources come from? The environment, else Prefect Secret blocks.

They are looked up when a source is asked, and handed on in memory only.
"""

import os

from prefect.blocks.system import Secret

from displacement.sources.source import Declaration, block_name


def secrets_of(declaration: Declaration) -> dict[str, str]:
    """The keys of a source, by what they are for; one that is nowhere is left out."""
    found = {
        role: os.environ.get(variable) or _from_block(block_name(variable))
        for role, variable in (declaration.secrets | declaration.optional_secrets).items()
    }
    return {role: value for role, value in found.items() if value}


def _from_block(name: str) -> str | None:
    try:
        block = Secret.load(name)
    except ValueError:  # Prefect has no block of this name
        return None
    return str(block.get())  # type: ignore[union-attr]
