"""Sources are found by their module alone; what is declared and what is there must agree."""

import sys
import types

import pytest

from displacement.sources import registry
from displacement.sources.registry import find_source, source_ids


def test_every_source_module_is_found_and_fulfils_the_protocol():
    assert source_ids() == sorted(source_ids())
    assert {"documents", "figures_file", "sheets"} <= set(source_ids())
    for source_id in source_ids():
        source = find_source(source_id)
        assert source.source_id == source_id
        assert callable(source.fetch)
        assert callable(source.parse)


def test_every_declared_source_is_there_and_every_source_is_declared(reference):
    assert sorted(reference.sources) == source_ids()


def test_an_unknown_source_is_refused_with_the_known_ones():
    with pytest.raises(LookupError, match="there is no source 'telegrams'; there are: documents"):
        find_source("telegrams")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "displacement.sources.telegrams defines no SOURCE"),
        ({"SOURCE": types.SimpleNamespace(source_id="letters")}, "calls its source 'letters'"),
    ],
)
def test_a_module_without_a_usable_source_fails_loudly(monkeypatch, content, words):
    module = types.ModuleType("displacement.sources.telegrams")
    vars(module).update(content)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(registry, "source_ids", lambda: ["telegrams"])
    with pytest.raises(LookupError, match=words):
        find_source("telegrams")
