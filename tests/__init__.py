"""Tests mirror the packages; the same setting as in the flows, before numpy is imported."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
