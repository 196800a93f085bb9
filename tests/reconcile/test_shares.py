"""Countries are reconciled apart, by whoever, and joined to the same bytes (DESIGN 5.3)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from displacement.answer import stretches_of, totals_of
from displacement.reconcile import Reconciliation, reconcile
from displacement.reconcile.countries import countries_of
from displacement.reconcile.scopes import Voices
from displacement.reconcile.shares import TABLES, Share, shares_of
from displacement.reconcile.solutions import Solutions
from tests.benchmarks.speed.world import AS_OF, make_world
from tests.reconcile.cases import LATER, Row, areas, frames, tree_of, voices
from tests.reconcile.episodes import random_figures

POPULATION = {
    code: residents
    for country in ("AA", "BB", "CC", "DD")
    for code, residents in {country: 900.0, f"{country}01": 500.0, f"{country}02": None}.items()
}


def rows_of(seed: int) -> list[Row]:
    """Figures of flows and stocks in four countries; some name areas of two of them."""
    random = np.random.default_rng(seed)
    rows = []
    for country in ("AA", "BB", "CC", "DD"):
        codes = [code for code in POPULATION if code.startswith(country)]
        rows += random_figures(random, codes if random.random() < 0.8 else [*POPULATION])
    for number, row in enumerate(rows):
        row |= {"figure_id": f"f{number:02}", "source_record_id": f"f{number:02}"}
        if random.random() < 0.3:
            row["measure"] = "idps"
        if random.random() < 0.2:
            row |= {"alternatives_id": "ways", "preference": int(random.integers(1, 3))}
    return rows


def same(one: Reconciliation, other: Reconciliation) -> None:
    for table in (*(model.table_name() for model in TABLES), "figures"):
        assert getattr(one, table).equals(getattr(other, table)), table
    assert totals_of(one).equals(totals_of(other))
    assert stretches_of(one).equals(stretches_of(other))
    for about, ours in one.flows.items():
        assert columns(ours) == columns(other.flows[about])


def columns(solutions: Solutions) -> dict[str, list[object]]:
    """The numbers of solved episodes, without the numbers of their sets of leaves."""
    own = {
        field.name: getattr(solutions, field.name).tolist()
        for field in fields(Solutions)
        if field.name not in {"episodes", "_made"}
    }
    return own | {"episodes": solutions.episodes.ids, "cells": [*solutions.episodes.cells]}


@settings(max_examples=8)
@example(seed=151901099, shares=2)  # a round of alternatives ends one in another country
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 9]))
def test_however_many_shares_there_are_the_result_is_the_same(seed: int, shares: int) -> None:
    given_frames = (*frames(rows_of(seed)), areas(POPULATION))
    same(
        reconcile(*given_frames, as_of=LATER),
        reconcile(*given_frames, as_of=LATER, shares=shares),
    )


def test_it_does_not_matter_who_is_done_first() -> None:
    world = make_world(1500, 3)
    given_frames = (world.figures, world.figure_areas, world.areas)
    whole = reconcile(*given_frames, as_of=AS_OF)
    with ThreadPoolExecutor(4) as pool:
        same(whole, reconcile(*given_frames, as_of=AS_OF, shares=8, mapped=pool.map))


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_every_voice_is_in_one_share_with_all_that_it_may_meet(seed: int, count: int) -> None:
    tree = tree_of(POPULATION)
    heard = Voices.of(replace(voice, view="", measure="") for voice in voices(rows_of(seed), tree))
    parts = shares_of(Share(heard, tree, LATER, {}), count)
    assert len(parts) <= count
    assert sorted(name for part in parts for name in part.voices.name) == sorted(heard.name)
    countries = [{area[1][:2] for areas in part.voices.areas for area in areas} for part in parts]
    assert sum(len(own) for own in countries) == len(set().union(*countries))


def test_a_figure_of_two_countries_makes_them_one() -> None:
    tree = tree_of(POPULATION)
    rows = rows_of(1)[:3]
    for row, place in zip(rows, ("AA01", "CC|DD01", "DD"), strict=True):
        row["area_text"] = place
    country, names = countries_of(Voices.of(voices(rows, tree)), tree)
    assert [names[number][1] for number in country] == ["AA", "CC", "CC"]
