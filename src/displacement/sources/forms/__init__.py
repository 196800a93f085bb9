"""How do the submissions of a form become figures? What KoboToolbox and ODK Central share.

Which question counts what is configuration; nothing else of a submission ever lands.
"""

from displacement.sources.forms.landing import Submission, landing_of, submission
from displacement.sources.forms.listed import Form, listed_forms
from displacement.sources.forms.reading import parse_form
from displacement.sources.forms.sweep import Page, sweep

__all__ = [
    "Form",
    "Page",
    "Submission",
    "landing_of",
    "listed_forms",
    "parse_form",
    "submission",
    "sweep",
]
