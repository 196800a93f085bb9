"""Which cells do voices cut that count different events, or different parts of one?

One episode at a time: each event is a dimension of its own.
"""

from dataclasses import dataclass

import numpy as np

from displacement.reconcile.cells import Cut
from displacement.reconcile.columns import Flags, Numbers, objects
from displacement.reconcile.scopes import Label, Voice, Voices


@dataclass(frozen=True)
class _Piece:
    """A run of days of some leaves and an event that the same voices cover."""

    leaves: tuple[int, ...]
    start: int
    stop: int
    event: str | None
    kind: int


def cut_by_events(voices: Voices, episode: Numbers, rows: Numbers) -> Cut:
    """The coarsest partition of the scopes of one episode; `rows` are its voices."""
    pieces, kinds = _pieces([voices[row] for row in rows.tolist()])
    kind, voice = np.nonzero(kinds)
    return Cut(
        episode=np.full(len(pieces), episode[rows[0]]),
        leaf_set=voices.sets.numbers(piece.leaves for piece in pieces),
        start=np.array([piece.start for piece in pieces], dtype=np.int64),
        stop=np.array([piece.stop for piece in pieces], dtype=np.int64),
        event=objects([piece.event for piece in pieces]),
        kind=np.array([piece.kind for piece in pieces], dtype=np.int64),
        voice=rows[voice],
        sums=kind.astype(np.int64),
    )


def _pieces(voices: list[Voice]) -> tuple[list[_Piece], Flags]:
    """The coarsest partition, and for each kind of cell which voices sum it."""
    days = np.unique([edge for voice in voices for edge in (voice.start, voice.stop)])
    when = np.array([[v.start <= day < v.stop for day in days[:-1]] for v in voices])
    labels = _labels(voices)
    which = np.array([[v.covers(label) for label in labels] for v in voices])
    kinds: dict[bytes, int] = {}
    pieces: list[_Piece] = []
    for leaves, where in _atoms(voices):
        member = where[:, None, None] & when[:, :, None] & which[:, None, :]
        member &= _counted_parts(voices, member, labels)
        for signature, event, first, last in _runs(member, [event for event, _ in labels]):
            start, stop = int(days[first]), int(days[last])
            kind = kinds.setdefault(signature, len(kinds))
            pieces.append(_Piece(leaves, start, stop, event, kind))
    rows = [np.frombuffer(signature, dtype=np.bool_) for signature in kinds]
    return pieces, np.array(rows)


def _label(voice: Voice) -> Label:
    return voice.event, voice.part


def _labels(voices: list[Voice]) -> list[Label]:
    """The events that voices name, in their parts where they have any, and whatever else is."""
    parts = sorted({(v.event, v.part) for v in voices if v.event is not None})
    numbered = {event for event, part in parts if part}
    labels: list[Label] = [(event, part) for event, part in parts if part or event not in numbered]
    if not labels or any(v.event is None for v in voices):
        labels.append((None, 0))
    return labels


def _counted_parts(voices: list[Voice], member: Flags, labels: list[Label]) -> Flags:
    """On each segment the parts of an event that somebody counts there; the first if nobody.

    The parts are the whole of their event: beside them nobody is left to be counted.
    """
    counted = np.ones(member.shape[1:], dtype=bool)
    for event in {event for event, part in labels if part}:
        own = [n for n, label in enumerate(labels) if label[0] == event]
        for n in own:
            of_part = [_label(voice) == labels[n] for voice in voices]
            counted[:, n] = member[of_part, :, n].any(axis=0)
        counted[:, own[0]] |= ~counted[:, own].any(axis=1)
    return counted


def _atoms(voices: list[Voice]) -> list[tuple[tuple[int, ...], Flags]]:
    """Leaves grouped by the voices that cover them, in order of their first leaf."""
    if len({voice.leaves for voice in voices}) == 1:
        return [(voices[0].leaves, np.ones(len(voices), dtype=bool))]
    covered = np.unique([leaf for voice in voices for leaf in voice.leaves])
    where = np.array([np.isin(covered, voice.leaves, assume_unique=True) for voice in voices])
    atoms: dict[bytes, list[int]] = {}
    for column, leaf in enumerate(covered):
        atoms.setdefault(where[:, column].tobytes(), []).append(int(leaf))
    return [
        (tuple(leaves), np.frombuffer(signature, dtype=np.bool_))
        for signature, leaves in atoms.items()
    ]


def _runs(member: Flags, events: list[str | None]) -> list[tuple[bytes, str | None, int, int]]:
    """Runs of segments that the same voices cover: (who, event, first segment, last + 1).

    Events that the same voices cover on a segment are one piece, named only if it is one.
    """
    runs: dict[tuple[bytes, str | None], list[list[int]]] = {}
    for segment in range(member.shape[1]):
        together: dict[bytes, list[str | None]] = {}
        for position, event in enumerate(events):
            if member[:, segment, position].any():
                signature = member[:, segment, position].tobytes()
                together.setdefault(signature, []).append(event)
        for signature, names in together.items():
            spans = runs.setdefault((signature, names[0] if len(names) == 1 else None), [])
            if spans and spans[-1][1] == segment:
                spans[-1][1] = segment + 1
            else:
                spans.append([segment, segment + 1])
    return [
        (signature, event, first, last)
        for (signature, event), spans in runs.items()
        for first, last in spans
    ]
