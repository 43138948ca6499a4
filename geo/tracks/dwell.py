"""How long in which grid, and when from one to the next.

The time between two fixes is split where the way crosses a border. Near borders fixes flap: a grid is entered by two fixes
or 30 s in it, and left after 60 s outside of it and farther from it than the accuracy. Until then the time outside still
belongs to the grid; once it counts, it counts from the crossing on. Of each interval at most 120 s are known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from geo.tracks.fixes import Floats, Ints
from geo.tracks.net import NOWHERE, Indices, Net
from geo.tracks.rules import Rules

# Legs within one grid are looked at for a way out and back only if they are longer (some 30 m).
_SHORT_DEGREES = 0.0003


@dataclass(frozen=True)
class Crossing:
    """`entered` tells entering from leaving."""

    at_ms: int
    code: str
    entered: bool


@dataclass(frozen=True)
class Way:
    """One run: a place at each moment, `fixes` how many fixes stand behind it, `known_ms` how much of each leg is known."""

    at_ms: Ints
    lng: Floats
    lat: Floats
    accuracy_m: Floats
    fixes: Ints
    known_ms: Floats


@dataclass
class Dwell:
    """Milliseconds by number of the grid (NOWHERE: outside all), and those of which nothing is known."""

    known_ms: dict[int, float] = field(default_factory=dict)
    unknown_ms: float = 0.0
    crossings: list[Crossing] = field(default_factory=list)

    def add(self, number: int, known_ms: float) -> None:
        self.known_ms[number] = self.known_ms.get(number, 0.0) + known_ms


@dataclass
class _Piece:
    """Time without a crossing, `first` to `last` being the rows within it (none if last < first)."""

    label: int
    start_ms: float
    end_ms: float
    known_ms: float
    first: int
    last: int
    fixes: int


def dwell(ways: Sequence[Way], net: Net, rules: Rules) -> Dwell:
    """Over the runs by time; nothing is known of the time between them, which is not counted here."""
    told = Dwell()
    for way in ways:
        _Visit(way, net, rules, told).walk()
    return told


def _pieces(way: Way, net: Net, told: Dwell) -> Iterator[_Piece]:
    steps_ms = np.diff(way.at_ms).astype(np.float64)
    told.unknown_ms += float((steps_ms - way.known_ms).sum())
    labels, legs = _legs(way, net)
    piece = _Piece(int(labels[0]), float(way.at_ms[0]), float(way.at_ms[0]), 0.0, 0, 0, int(way.fixes[0]))
    row = 0
    # Rows between two legs with a crossing are taken in one stride.
    for n in [*legs, len(steps_ms)]:
        piece.known_ms += float(way.known_ms[row:n].sum())
        piece.end_ms = float(way.at_ms[n])
        piece.fixes += int(way.fixes[row + 1 : n + 1].sum())
        piece.last = n
        if n == len(steps_ms):
            break
        for label, start, end in legs[n]:
            if label != piece.label:
                yield piece
                moment = float(way.at_ms[n]) + start * float(steps_ms[n])
                piece = _Piece(label, moment, moment, 0.0, n + 1, n, 0)
            piece.known_ms += (end - start) * float(way.known_ms[n])
            piece.end_ms = float(way.at_ms[n]) + end * float(steps_ms[n])
        if int(labels[n + 1]) != piece.label:  # the next fix lies on the border itself
            yield piece
            piece = _Piece(int(labels[n + 1]), piece.end_ms, piece.end_ms, 0.0, n + 1, n, 0)
        piece.fixes += int(way.fixes[n + 1])
        piece.last = n + 1
        row = n + 1
    yield piece


def _legs(way: Way, net: Net) -> tuple[Indices, dict[int, list[tuple[int, float, float]]]]:
    """The label of each row, and for each leg that is not all in one grid its parts: label, from and to as shares of it."""
    labels = net.labels(way.lng, way.lat)
    places = np.column_stack([way.lng, way.lat])
    changed = labels[1:] != labels[:-1]
    long = np.abs(np.diff(places, axis=0)).max(axis=1, initial=0.0) > _SHORT_DEGREES
    over_the_180th = np.abs(np.diff(way.lng)) > 180
    asked = np.flatnonzero((changed | long) & ~over_the_180th)
    met, cuts = net.cuts(places[asked], places[asked + 1])
    shares: dict[int, list[float]] = {int(n): [0.0] for n in np.union1d(np.flatnonzero(changed), asked[met])}
    for n, cut in zip(asked[met].tolist(), cuts.tolist(), strict=True):
        shares[n].append(cut)
    shares = {n: [*(ends if len(ends) > 1 else [0.0, 0.5]), 1.0] for n, ends in shares.items()}
    leg = np.array([n for n, ends in shares.items() for _ in ends[1:]], dtype=np.intp)
    middle = np.array([(one + other) / 2 for ends in shares.values() for one, other in pairwise(ends)])
    on_the_way = places[leg] + middle.reshape(-1, 1) * (places[np.minimum(leg + 1, len(places) - 1)] - places[leg])
    between = iter(net.labels(on_the_way[:, 0], on_the_way[:, 1]).tolist())
    parts = {n: [(next(between), *ends) for ends in pairwise(each)] for n, each in shares.items()}
    for n in parts:
        if over_the_180th[n]:
            parts[n] = [(int(labels[n]), 0.0, 0.5), (int(labels[n + 1]), 0.5, 1.0)]
    return labels, parts


class _Visit:
    """The grid a person is in, along one run, and what is not decided yet."""

    def __init__(self, way: Way, net: Net, rules: Rules, told: Dwell) -> None:
        self.way, self.net, self.rules, self.told = way, net, rules, told
        self.grid = NOWHERE
        self.pending: list[_Piece] = []
        self.well_away = False

    def walk(self) -> None:
        for piece in _pieces(self.way, self.net, self.told):
            if piece.label == self.grid != NOWHERE:
                self._settle()
                self.told.add(self.grid, piece.known_ms)
                continue
            self.pending.append(piece)
            if self._has_left(piece):
                self._move()
        self._settle()
        if self.grid != NOWHERE:
            self._cross(float(self.way.at_ms[-1]), entered=False)

    def _has_left(self, piece: _Piece) -> bool:
        if self.grid == NOWHERE:
            return True
        if not self.well_away and piece.last >= piece.first:
            rows = slice(piece.first, piece.last + 1)
            lng, lat = self.way.lng[rows], self.way.lat[rows]
            away_m = self.net.away_m(self.grid, lng, lat)
            if piece.label != NOWHERE and (away_m == 0).any():  # a grid that lies within the other
                away_m = np.maximum(away_m, self.net.deep_m(piece.label, lng, lat))
            self.well_away = bool((away_m > self.way.accuracy_m[rows]).any())
        return self.well_away and piece.end_ms - self.pending[0].start_ms >= 1000 * self.rules.exit_s

    def _settle(self) -> None:
        """What is not decided belongs to the grid that was not left."""
        for piece in self.pending:
            self.told.add(self.grid, piece.known_ms)
        self.pending, self.well_away = [], False

    def _move(self) -> None:
        """The grid is left: each stretch since goes to the grid entered there, or to the one before if it was only touched."""
        for piece in self.pending:
            long_enough = piece.end_ms - piece.start_ms >= 1000 * self.rules.enter_s
            entered = piece.label != NOWHERE and (piece.fixes >= self.rules.enter_fixes or long_enough)
            if (entered or piece.label == NOWHERE) and piece.label != self.grid:
                if self.grid != NOWHERE:
                    self._cross(piece.start_ms, entered=False)
                self.grid = piece.label
                if entered:
                    self._cross(piece.start_ms, entered=True)
            self.told.add(self.grid, piece.known_ms)
        self.pending, self.well_away = [], False

    def _cross(self, at_ms: float, *, entered: bool) -> None:
        self.told.crossings.append(Crossing(round(at_ms), self.net.grids[self.grid].code, entered))


def seconds(known_ms: float) -> float:
    """To the microsecond: the rest is noise of adding up."""
    return round(known_ms, 3) / 1000
