"""The entries of the declaration that list the forms."""

import pytest

from displacement.sources.forms import listed_forms
from displacement.sources.kobotoolbox import KoboForm
from displacement.sources.source import Declaration, SourceError
from tests.sources.form_runs import shown_options
from tests.sources.kobotoolbox.forms import FORM


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"measure": "refugee"}, "measure"),
        ({"counter": "0944 123 456"}, "names of organisations"),
        ({"fields": {"a/b": "people"}}, "fields has to name one of governorate"),
        ({"fields": FORM["fields"] | {"a": "persons"}}, "fields knows no persons"),
        ({"fields": FORM["fields"] | {"_geolocation": "district"}}, "no question that may be read"),
        ({"fields": FORM["fields"] | {"x/deviceid": "district"}}, "no question that may be read"),
        ({"repeat": "camps"}, "no question inside the repeat 'camps'"),
        ({"accept": ["validation_status_not_approved"]}, "accept knows no"),
        ({"form": "x"}, "form"),
    ],
)
def test_a_slip_in_an_entry_is_told_with_its_name(slip, words):
    declaration = Declaration("kobotoolbox", "K", "l", "c", options={"forms": [FORM | slip]})
    with pytest.raises(SourceError, match="forms, entry north: ") as told:
        listed_forms(KoboForm, declaration)
    assert words in str(told.value)


@pytest.mark.parametrize("slip", [{"name": "south"}, {"uid": "aOther"}])
def test_two_entries_may_not_share_a_name_or_a_form(slip):
    declaration = Declaration("kobotoolbox", "K", "l", "c", options={"forms": [FORM, FORM | slip]})
    with pytest.raises(SourceError, match="two entries of forms have the"):
        listed_forms(KoboForm, declaration)


def test_the_entry_that_the_declaration_shows_can_be_used():
    options = shown_options("kobotoolbox")
    [form] = listed_forms(KoboForm, Declaration("kobotoolbox", "K", "l", "c", options=options))
    assert form.fields["place/subdistrict"] == "area_code"
