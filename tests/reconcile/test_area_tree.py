"""Areas as sets of leaves: many countries are laid out quickly, and weigh what they should."""

import time
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from displacement.reconcile.area_tree import AreaTree, leaf_weights
from displacement.reference import load_reference
from displacement_schemas import Areas, FigureAreas

REFERENCE = Path(__file__).parents[2] / "data" / "reference"


def links_of(codes: list[str]) -> FigureAreas:
    return FigureAreas.from_rows(
        [
            {
                "figure_id": code,
                "area_code": code,
                "code_system": "ocha_pcode",
                "match_method": "code",
                "match_score": 100.0,
            }
            for code in codes
        ]
    )


def test_sixty_countries_with_their_second_level_are_laid_out_within_a_second() -> None:
    reference = load_reference(REFERENCE)
    districts = reference.world[reference.world["admin_level"] == 2]
    largest = districts["country"].value_counts().index[:60]
    named = districts[districts["country"].isin(largest)].drop_duplicates("country")
    areas = reference.areas_around(links_of(named["area_code"].to_list()))
    assert len(areas) > 20_000
    begin = time.process_time()
    tree = AreaTree.build(areas)
    took = time.process_time() - begin
    assert took < 1.0
    brazil = tree.leaves["ocha_pcode", "BR"]
    assert tree.covering(brazil) == [("ocha_pcode", "BR")]
    assert len(set(tree.weight[brazil])) == 1


def test_an_empty_table_is_an_empty_tree() -> None:
    tree = AreaTree.build(Areas.empty())
    assert tree.leaves == {}
    assert len(tree.weight) == 0


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[float], list[int | None]]:
    size = draw(st.integers(1, 12))
    parents = [draw(st.sampled_from([None, *range(row)])) for row in range(size)]
    residents = st.one_of(st.just(float("nan")), st.integers(0, 1000).map(float))
    return [draw(residents) for _ in range(size)], parents


@given(trees())
def test_weights_are_those_of_the_plain_rule(tree: tuple[list[float], list[int | None]]) -> None:
    population, parents = np.array(tree[0]), tree[1]
    levels = np.zeros(len(parents), dtype=np.int64)
    for row, above in enumerate(parents):
        levels[row] = 0 if above is None else levels[above] + 1
    found = leaf_weights(population, parents, levels)
    assert np.allclose(found, plainly(population, parents, levels))


def plainly(population, parents, levels):  # type: ignore[no-untyped-def]
    """The rule of `leaf_weights`, parent by parent without any index."""
    filled = population.copy()
    for level in range(levels.max() + 1):
        for above in range(len(parents)):
            siblings = [row for row, outer in enumerate(parents) if outer == above]
            missing = [row for row in siblings if np.isnan(filled[row]) and levels[row] == level]
            known = [row for row in siblings if not np.isnan(filled[row])]
            rest = filled[above] - sum(filled[row] for row in known)
            for row in missing:
                if rest > 0:
                    filled[row] = rest / len(missing)
                elif known:
                    filled[row] = np.mean([population[k] for k in known])
    usual = np.nanmean(filled) if not np.isnan(filled).all() else 1.0
    return np.maximum(np.where(np.isnan(filled), usual, filled), 1.0)


@given(trees())
def test_inside_is_what_walking_the_parents_says(
    tree: tuple[list[float], list[int | None]],
) -> None:
    _, parents = tree
    depth = [0] * len(parents)
    for row, parent in enumerate(parents):
        depth[row] = 0 if parent is None else depth[parent] + 1
    laid_out = AreaTree.build(
        Areas.build(
            {
                "area_code": [f"A{row}" for row in range(len(parents))],
                "code_system": "ours",
                "admin_level": [min(one, 5) for one in depth],
                "parent_code": [None if one is None else f"A{one}" for one in parents],
                "country": "SYR",
                "name": "somewhere",
                "reference": "made",
            }
        )
    )
    keys = [("ours", f"A{row}") for row in range(len(parents))]
    for key in keys:
        line = laid_out.ancestors(key)
        assert [one for one in keys if laid_out.is_inside(key, one)] == sorted(
            line, key=keys.index
        ) or max(depth) > 5
