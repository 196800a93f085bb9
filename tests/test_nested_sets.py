"""Interval numbers say the same as walking from parent to parent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from displacement.nested_sets import nested_sets


@st.composite
def forests(draw: st.DrawFn) -> list[int | None]:
    """Parents of some things; any thing may come before or after what it lies in."""
    size = draw(st.integers(0, 25))
    grown = [draw(st.sampled_from([None, *range(row)])) for row in range(size)]
    order = draw(st.permutations(range(size)))
    parents: list[int | None] = [None] * size
    for row, parent in enumerate(grown):
        parents[order[row]] = None if parent is None else order[parent]
    return parents


def walked(parents: list[int | None], row: int) -> list[int]:
    line = [row]
    while (above := parents[line[-1]]) is not None:
        line.append(above)
    return line


@given(forests())
def test_an_interval_lies_within_another_exactly_where_walking_the_parents_says_inside(
    parents: list[int | None],
) -> None:
    sets = nested_sets(parents)
    for inner in range(len(parents)):
        line = walked(parents, inner)
        for outer in range(len(parents)):
            within = sets.left[outer] <= sets.left[inner] and sets.right[inner] <= sets.right[outer]
            # An only child has the interval of its parent; who is the outer one, depth says.
            deeper = len(line) >= len(walked(parents, outer))
            assert (within and deeper) == (outer in line)


@given(forests())
def test_every_leaf_has_one_number_and_lies_in_what_its_parents_say(
    parents: list[int | None],
) -> None:
    sets = nested_sets(parents)
    assert sorted(sets.leaves) == [r for r in range(len(parents)) if r not in parents]
    for row in range(len(parents)):
        inside = {leaf for leaf in sets.leaves.tolist() if row in walked(parents, leaf)}
        assert set(sets.leaves[sets.left[row] : sets.right[row]].tolist()) == inside


def test_a_circle_is_refused() -> None:
    with pytest.raises(ValueError, match="in a circle"):
        nested_sets([1, 0, None])
