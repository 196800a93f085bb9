"""Where is a store that is no local folder?"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SCHEME: Final = "s3://"
ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""The variables that may name a server other than Amazon's; the first that is set holds."""
_FORM: Final = re.compile(r"s3://(?P<bucket>[\w.-]+)(?P<prefix>(?:/[^/\s?#]+)*)/?")


@dataclass(frozen=True)
class Address:
    """A bucket, and the folder of a store in it."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `s3://bucket/prefix`. Raises ValueError, which does not repeat what was given."""
        form = _FORM.fullmatch(text)
        if form is None:
            raise ValueError(
                "a store on object storage is s3://bucket/prefix and no more: server, region and "
                "keys come from the AWS_* environment variables"
            )
        return cls(form["bucket"], form["prefix"].strip("/"))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")

    def folder_in(self, copies: Path) -> Path:
        """Where working copies of it are kept: one folder per server and address."""
        words = re.sub(r"[^\w.-]+", "-", f"{self.bucket}-{self.prefix}").strip("-")
        whole = f"{endpoint(os.environ) or ''} {self}"
        return copies.expanduser() / f"{words}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def endpoint(environment: Mapping[str, str]) -> str | None:
    """The server, where it is not Amazon's."""
    return next((environment[name] for name in ENDPOINTS if environment.get(name)), None)
