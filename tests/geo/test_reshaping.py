"""Splitting, merging and moving borders: what comes out tiles the same ground, and every slip of the hand has its name."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.geodesy import area_m2
from geo.lattice import Shape, packed
from geo.reshaping import Reason, ReshapeError, merge, move_border, shared_border, split
from geo.tiling import build_parent, node, tiles
from tests.examples import examples
from tests.nets import random_net, with_parents

# Three grids: the west one, and east of it two, one above the other. A thousandth of a degree is some 100 m.
WHOLE = box(120, 31, 120.002, 31.002)
NET: dict[str, Shape] = node(
    {
        "west": box(120, 31, 120.001, 31.002),
        "south": box(120.001, 31, 120.002, 31.001),
        "north": box(120.001, 31.001, 120.002, 31.002),
    }
)
# A grid around another one, and one in two parts.
ENCLOSED: dict[str, Shape] = {
    "around": Polygon(WHOLE.exterior, [box(120.0005, 31.0005, 120.001, 31.001).exterior]),
    "within": box(120.0005, 31.0005, 120.001, 31.001),
}
TWO_PARTS: dict[str, Shape] = {"twice": MultiPolygon([box(120, 31, 120.001, 31.001), box(120.01, 31, 120.011, 31.001)])}


def line(*points: tuple[float, float]) -> LineString:
    return LineString(points)


def same_ground(before: dict[str, Shape], after: dict[str, Shape]) -> bool:
    return tiles(build_parent(list(before.values())), node(after)) == [] and all(s.is_valid for s in after.values())


# Split


def test_a_split_cuts_along_the_line_and_gives_neighbours_the_new_vertices() -> None:
    changed = split(NET, "west", line((119.99, 31.0005), (120.0011, 31.0005)), "new")
    assert set(changed) == {"west", "new", "south"}
    assert changed["new"].equals(box(120, 31, 120.001, 31.0005))
    assert changed["west"].equals(box(120, 31.0005, 120.001, 31.002)), "the larger piece keeps the code"
    assert changed["south"].equals(NET["south"])
    assert len(packed(changed["south"])) == len(packed(NET["south"])) + 1
    assert tiles(build_parent(list((NET | changed).values())), NET | changed) == []


def test_a_split_may_run_from_vertex_to_vertex_and_then_touches_nobody() -> None:
    changed = split(NET, "west", line((120, 31), (120.0004, 31.0012), (120.001, 31.001)), "new")
    assert set(changed) == {"west", "new"}
    assert area_m2(changed["west"]) > area_m2(changed["new"])


def test_an_end_within_a_hands_breadth_of_a_vertex_lands_on_it() -> None:
    changed = split(NET, "west", line((119.9999, 30.9999), (120.001, 31.0010004)), "new")
    assert set(changed) == {"west", "new"}


def test_an_end_just_short_of_the_border_counts_as_on_it() -> None:
    changed = split(NET, "west", line((120.0000005, 31.0005), (120.0009995, 31.0005)), "new")
    assert set(changed) == {"west", "new", "south"}


def test_a_split_may_go_around_a_hole_or_begin_and_end_at_it() -> None:
    beside = split(ENCLOSED, "around", line((119.99, 31.0015), (120.01, 31.0015)), "new")
    assert beside["new"].equals(box(120, 31.0015, 120.002, 31.002))
    bite = split(
        ENCLOSED,
        "around",
        line((120.0006, 31.001), (120.0006, 31.0014), (120.0009, 31.0014), (120.0009, 31.001)),
        "new",
    )
    assert bite["new"].equals(box(120.0006, 31.001, 120.0009, 31.0014))
    assert tiles(WHOLE, ENCLOSED | bite) == []


def test_holes_go_with_the_piece_that_surrounds_them() -> None:
    changed = split(ENCLOSED, "around", line((120.0012, 30.9), (120.0012, 31.9)), "new")
    assert [len(part.interiors) for part in shapely.get_parts([changed["around"], changed["new"]])] == [1, 0]


def test_a_part_of_a_grid_in_parts_can_be_split() -> None:
    changed = split(TWO_PARTS, "twice", line((119.9, 31.0003), (120.005, 31.0003)), "new")
    assert changed["new"].equals(box(120, 31, 120.001, 31.0003))
    assert shapely.get_num_geometries(changed["twice"]) == 2


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([(120.003, 31), (120.003, 31.002)], Reason.MISSES),
        ([(120, 30.99), (120, 31.01)], Reason.MISSES),
        ([(119.99, 31.0005), (120.0005, 31.0005)], Reason.ENDS_INSIDE),
        ([(120.0002, 31.0005), (120.0005, 31.0005)], Reason.ENDS_INSIDE),
        ([(120.0002, 31.0002), (120.0008, 31.0002), (120.0008, 31.0008), (120.0002, 31.0002)], Reason.ENDS_INSIDE),
        ([(119.99, 31.0005), (120.0008, 31.0005), (120.0008, 31.0006), (119.99, 31.0006), (119.99, 31.0008), (120.1, 31.0008)],
         Reason.CUTS_INTO_SEVERAL),
        ([(119.99, 31.0005), (120.0008, 31.0005), (120.0004, 31.0008), (120.0004, 31.0002), (120.1, 31.0002)],
         Reason.CROSSES_ITSELF),
        ([(119.99, 31.00005), (120.00001, 31.00005), (120.00001, 30.9)], Reason.TOO_SMALL),
        ([(120.0005, 30.9), (120.001, 31.0005), (120.0005, 31.1)], Reason.CROSSES_A_BORDER),
    ],
)  # fmt: skip
def test_a_line_that_does_not_cut_in_two_is_refused(points: list[tuple[float, float]], reason: Reason) -> None:
    with pytest.raises(ReshapeError) as refused:
        split(NET, "west", line(*points), "new")
    assert refused.value.reason == reason
    assert refused.value.place is not None


def test_a_line_to_a_hole_cuts_nothing_off() -> None:
    with pytest.raises(ReshapeError) as refused:
        split(ENCLOSED, "around", line((119.99, 31.0007), (120.0007, 31.0007)), "new")
    assert refused.value.reason == Reason.ENDS_INSIDE


# Merge


def test_neighbours_merge_and_keep_every_vertex_that_others_have() -> None:
    changed = merge(NET, ["south", "north"], "north")
    assert list(changed) == ["north"]
    assert changed["north"].equals(box(120.001, 31, 120.002, 31.002))
    rest = {"west": NET["west"]} | changed
    assert tiles(build_parent(list(rest.values())), rest) == []


def test_a_grid_merges_with_the_one_it_surrounds() -> None:
    assert merge(ENCLOSED, ["around", "within"], "around")["around"].equals(WHOLE)


@pytest.mark.parametrize("codes", [["a", "c"], ["a", "d"], ["a"], ["a", "b", "d"]])
def test_only_neighbours_merge(codes: list[str]) -> None:
    """a and b share a side, a and c only a corner, a and d nothing."""
    net = {"a": box(120, 31, 120.001, 31.001), "b": box(120.001, 31, 120.002, 31.001)}
    net |= {"c": box(120.001, 31.001, 120.002, 31.002), "d": box(120.01, 31, 120.02, 31.01)}
    with pytest.raises(ReshapeError) as refused:
        merge(net, codes, "a")
    assert refused.value.reason == Reason.NOT_NEIGHBOURS


# Borders


def test_the_border_of_two_grids_has_the_first_on_its_left() -> None:
    (border,) = shared_border(NET, "west", "south")
    assert border.equals(line((120.001, 31), (120.001, 31.001)))
    assert list(border.coords) == [(120.001, 31), (120.001, 31.001)]
    (back,) = shared_border(NET, "south", "west")
    assert list(back.coords) == list(border.coords)[::-1]
    assert shared_border(TWO_PARTS | NET, "west", "twice") == []


def test_two_grids_may_share_several_borders() -> None:
    horseshoe = Polygon(
        [(0, 0), (0.03, 0), (0.03, 0.02), (0.02, 0.02), (0.02, 0.01), (0.01, 0.01), (0.01, 0.02), (0, 0.02)]
    )
    bar = box(0, 0.02, 0.03, 0.03)
    net = node({"horseshoe": horseshoe, "bar": bar})
    parts = shared_border(net, "horseshoe", "bar")
    assert [part.length for part in parts] == pytest.approx([0.01, 0.01])
    changed = move_border(net, "horseshoe", "bar", 1, line(parts[1].coords[0], (0.025, 0.025), parts[1].coords[-1]))
    assert same_ground(net, net | changed)
    assert shared_border(net | changed, "horseshoe", "bar")[0].equals(parts[0])


@pytest.mark.parametrize("turned", [False, True])
def test_a_border_moves_and_nobody_else_notices(turned: bool) -> None:
    bent = line((120.001, 31), (120.0013, 31.0005), (120.001, 31.001))
    changed = move_border(NET, "west", "south", 0, bent.reverse() if turned else bent)
    assert set(changed) == {"west", "south"}
    assert area_m2(changed["west"]) > area_m2(NET["west"])
    after = NET | changed
    assert tiles(build_parent(list(after.values())), after) == []


def test_a_closed_border_moves_with_a_closed_line() -> None:
    circle = Point(120.0008, 31.0008).buffer(0.0004).exterior
    changed = move_border(ENCLOSED, "around", "within", 0, LineString(circle.coords))
    assert changed["within"].area == pytest.approx(Polygon(circle).area, rel=1e-3)
    assert tiles(WHOLE, changed) == []
    with pytest.raises(ReshapeError) as refused:
        move_border(ENCLOSED, "around", "within", 0, line((120.0005, 31.0005), (120.001, 31.001)))
    assert refused.value.reason == Reason.ENDS_MOVED


@pytest.mark.parametrize(
    ("between", "reason"),
    [
        ([(120.003, 31.0005)], Reason.CROSSES_A_BORDER),  # out of the town
        ([(120.0015, 31.0015)], Reason.CROSSES_A_BORDER),  # into the third grid
        ([(120.002, 31.0005)], Reason.CROSSES_A_BORDER),  # touches the far side
        ([(120.0015, 31.0008), (120.0015, 31.0002), (120.0012, 31.0009), (120.0018, 31.0005)], Reason.CROSSES_ITSELF),
        ([(120.001995, 31.000001), (120.001995, 31.000999)], Reason.TOO_SMALL),
    ],
)
def test_a_border_that_would_meet_another_is_refused(between: list[tuple[float, float]], reason: Reason) -> None:
    with pytest.raises(ReshapeError) as refused:
        move_border(NET, "west", "south", 0, line((120.001, 31), *between, (120.001, 31.001)))
    assert refused.value.reason == reason


def test_a_border_cannot_be_pulled_around_a_grid_from_outside() -> None:
    """Both figures that come out are valid polygons, and their areas even plausible: only the edges tell."""
    halves = {"left": box(120, 31, 120.001, 31.002), "right": box(120.001, 31, 120.002, 31.002)}
    around = line(
        (120.001, 31), (120.001, 30.999), (119.999, 30.999), (119.999, 31.003), (120.001, 31.003), (120.001, 31.002)
    )
    with pytest.raises(ReshapeError) as refused:
        move_border(halves, "left", "right", 0, around)
    assert refused.value.reason == Reason.CROSSES_A_BORDER


def test_the_ends_of_a_border_stay_where_they_are() -> None:
    near = move_border(
        NET, "west", "south", 0, line((120.0010005, 31.0000004), (120.0012, 31.0005), (120.001, 31.0009995))
    )
    assert tiles(build_parent(list((NET | near).values())), NET | near) == []
    for moved in (line((120.0011, 31), (120.001, 31.001)), line((120.001, 31), (120.001, 31.0008))):
        with pytest.raises(ReshapeError) as refused:
            move_border(NET, "west", "south", 0, moved)
        assert refused.value.reason == Reason.ENDS_MOVED


def test_only_borders_that_there_are_can_be_moved() -> None:
    for number in (-1, 1):
        with pytest.raises(ReshapeError) as refused:
            move_border(NET, "west", "south", number, line((120.001, 31), (120.001, 31.001)))
        assert refused.value.reason == Reason.NO_SUCH_PART
    with pytest.raises(ReshapeError) as refused:
        move_border(NET | TWO_PARTS, "west", "twice", 0, line((120.001, 31), (120.001, 31.001)))
    assert refused.value.reason == Reason.NOT_NEIGHBOURS


# Any redraw


def redrawn(leaves: dict[str, Shape], chance: random.Random, number: int) -> dict[str, Shape]:
    """One random change; a refused one changes nothing."""
    code = chance.choice(sorted(leaves))
    try:
        if chance.random() < 0.5:
            return leaves | split(leaves, code, across(leaves[code], chance), f"{code[:12]}{900 - number:03}")
        other = chance.choice(sorted(c for c in leaves if c != code and shared_border(leaves, code, c)))
        if chance.random() < 0.5:
            return {c: s for c, s in leaves.items() if c != other} | merge(leaves, [code, other], code)
        parts = shared_border(leaves, code, other)
        part = chance.randrange(len(parts))
        return leaves | move_border(leaves, code, other, part, shaken(parts[part], chance))
    except ReshapeError:
        return leaves


def across(shape: Shape, chance: random.Random) -> LineString:
    """A crooked line through the grid that begins and ends somewhere beyond it."""
    west, south, east, north = shape.bounds
    reach, angle = (east - west) + (north - south), chance.uniform(0, 2 * np.pi)
    middle = shape.representative_point()
    steps = sorted(chance.uniform(-1, 1) for _ in range(6))
    push = [chance.uniform(-0.02, 0.02) for _ in steps]
    return LineString(
        (
            middle.x + reach * (step * np.cos(angle) - aside * np.sin(angle)),
            middle.y + reach * (step * np.sin(angle) + aside * np.cos(angle)),
        )
        for step, aside in zip([-2, *steps, 2], [0, *push, 0], strict=True)
    )


def shaken(border: LineString, chance: random.Random) -> LineString:
    size = border.length * chance.choice([0.01, 0.1, 0.4])
    inner = [(x + chance.uniform(-size, size), y + chance.uniform(-size, size)) for x, y in border.coords[1:-1]]
    return LineString([border.coords[0], *inner, border.coords[-1]])


@settings(max_examples=examples(15, nightly=400))
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_no_sequence_of_redraws_breaks_the_tiling(seed: int, shape_of_town: int) -> None:
    """The town's ground stays the same but for vertices within a step, every point in one grid, areas add up."""
    chance = random.Random(seed)
    net = random_net(shape_of_town, villages=3, grids=20, bends=3)
    leaves = net.leaves
    town = net.shapes[net.county]
    for number in range(12):
        leaves = redrawn(leaves, chance, number)
    whole = build_parent(list(leaves.values()))
    assert tiles(whole, leaves) == []
    assert all(shape.is_valid and area_m2(shape) > 99 for shape in leaves.values())
    assert shapely.symmetric_difference(whole, town).area < 2e-7 * town.length
    for parent, shape in with_parents(leaves).items():
        parts = [part for code, part in leaves.items() if code.startswith(parent)]
        assert round(sum(map(area_m2, parts))) == pytest.approx(area_m2(shape), abs=0.6)
    for _ in range(50):
        west, south, east, north = whole.bounds
        point = Point(chance.uniform(west, east), chance.uniform(south, north))
        covering = [code for code, shape in leaves.items() if shape.covers(point)]
        on_border = any(shape.boundary.distance(point) == 0 for shape in leaves.values())
        assert len(covering) == whole.covers(point) or (on_border and len(covering) > 1)
