"""The tiling rule: what tiles is proved, what does not is shown where it fails, and random redraws never break it."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate

from geo.geodesy import area_m2, metres_per_degree
from geo.lattice import Shape, edges, pack, packed, polygon, rings, to_lattice, uncancelled, unpack, with_vertices
from geo.tiling import Defect, DefectKind, TilingError, build_parent, find_defects, node, tiles
from tests.nets import RandomNet, random_net

# Four squares around a point, and the square that they make; a degree's thousandth is some 100 m.
WEST, EAST = box(120, 31, 120.001, 31.002), box(120.001, 31, 120.002, 31.001)
NORTH_EAST = box(120.001, 31.001, 120.002, 31.002)
WHOLE = box(120, 31, 120.002, 31.002)
STEP = 1e-7


def noded(**shapes: Shape) -> dict[str, Shape]:
    return node(shapes)


SQUARES = noded(whole=WHOLE, west=WEST, east=EAST, north_east=NORTH_EAST)
PARENT = SQUARES.pop("whole")


@pytest.fixture(scope="module")
def town() -> RandomNet:
    return random_net(4, villages=5, grids=60, bends=6)


def kinds(defects: list[Defect]) -> set[tuple[DefectKind, tuple[str, ...]]]:
    return {(defect.kind, defect.codes) for defect in defects}


# The lattice


def test_the_lattice_keeps_seven_decimals_exactly() -> None:
    shape = to_lattice(Polygon([(120.12345678, 31.1), (120.2, 31.10000004), (120.15, 31.2)]))
    assert shapely.get_coordinates(shape).tolist()[:2] == [[120.1234568, 31.1], [120.2, 31.1]]
    assert (unpack(pack(shapely.get_coordinates(shape))) == shapely.get_coordinates(shape)).all()


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_packing_a_point_loses_nothing_but_the_eighth_decimal(lng: float, lat: float) -> None:
    ((back_lng, back_lat),) = unpack(pack(np.array([[lng, lat]])))
    assert (back_lng, back_lat) == (np.rint(lng * 1e7) / 1e7, np.rint(lat * 1e7) / 1e7)


def test_what_collapses_on_the_lattice_is_dropped() -> None:
    speck = box(120, 31, 120 + 2e-8, 31 + 2e-8)
    assert to_lattice(speck).is_empty
    assert to_lattice(MultiPolygon([speck, WEST])).equals(WEST)
    assert to_lattice(Polygon(WEST.exterior, [box(120.0005, 31.0005, 120.00050002, 31.00050002).exterior])).equals(WEST)


def test_edges_of_a_hole_run_against_those_of_its_outline_however_they_were_wound() -> None:
    hole = box(120.0002, 31.0002, 120.0004, 31.0004)
    for outline in (WEST.exterior, WEST.exterior.reverse()):
        for inner in (hole.exterior, hole.exterior.reverse()):
            both = edges([Polygon(outline, [inner]), hole])
            assert sorted(rings(polygon(rings(WEST)))[0]) == sorted(packed(WEST))
            assert uncancelled(both).sum() == 4, "the hole's edges cancel with what fills it"


def test_new_vertices_come_into_both_neighbours_in_order() -> None:
    low, high = sorted(pack(np.array([[120.001, 31.0], [120.001, 31.002]])).tolist())
    between = pack(np.array([[120.001, 31.0005], [120.001, 31.001]])).tolist()
    fuller = with_vertices(WEST, {(low, high): between})
    assert fuller.equals(WEST)
    assert shapely.get_num_coordinates(fuller) == shapely.get_num_coordinates(WEST) + 2


# The rule


def test_squares_that_share_all_vertices_tile() -> None:
    assert tiles(PARENT, SQUARES) == []


def test_a_vertex_that_the_neighbour_lacks_is_an_unmatched_border_and_noding_mends_it() -> None:
    loose = {"west": WEST, "east": EAST, "north_east": NORTH_EAST}
    found = kinds(find_defects(loose))
    assert found == {
        (DefectKind.UNMATCHED_BORDER, ("east", "west")),
        (DefectKind.UNMATCHED_BORDER, ("north_east", "west")),
    }
    assert tiles(PARENT, loose) != []
    assert tiles(PARENT, node(loose | {"whole": WHOLE})) != [], "the parent counts as a neighbour of itself"
    assert find_defects(node(loose)) == []


def test_a_missing_child_is_a_gap_of_its_size() -> None:
    (gap,) = tiles(PARENT, {c: s for c, s in SQUARES.items() if c != "east"})
    assert (gap.kind, gap.codes) == (DefectKind.GAP, ("north_east", "west"))
    assert gap.place.equals(EAST)
    assert gap.area_m2 == pytest.approx(area_m2(EAST), rel=0.003)
    assert gap.width_m == pytest.approx(area_m2(EAST) ** 0.5 / 2, rel=0.1)


def test_the_same_ground_twice_is_an_overlap() -> None:
    (overlap,) = tiles(PARENT, SQUARES | {"again": SQUARES["east"]})
    assert (overlap.kind, overlap.codes) == (DefectKind.OVERLAP, ("again", "east"))
    assert overlap.place.equals(EAST)


def test_a_gap_and_an_equal_overlap_do_not_cancel() -> None:
    """The area sums to the parent's; the edges know better."""
    moved = SQUARES | {"east": to_lattice(translate(SQUARES["east"], yoff=0.0005))}
    assert kinds(tiles(PARENT, moved)) >= {
        (DefectKind.GAP, ("east", "west")),
        (DefectKind.OVERLAP, ("east", "north_east")),
    }


def test_ground_beyond_the_parent_is_outside_it() -> None:
    beyond = box(120.002, 31, 120.003, 31.002)
    (outside,) = (d for d in tiles(PARENT, SQUARES | {"beyond": beyond}) if d.area_m2 > 1)
    assert (outside.kind, outside.codes) == (DefectKind.OUTSIDE_PARENT, ("beyond",))


def test_one_step_of_the_lattice_is_enough_to_break_the_rule(town: RandomNet) -> None:
    code = max(town.leaves)
    whole = town.shapes[town.county]
    points = shapely.get_coordinates(town.shapes[code])
    points[0] += (STEP, 0)
    points[-1] = points[0]
    broken = tiles(whole, town.leaves | {code: Polygon(to_lattice(Polygon(points)).exterior)})
    assert broken
    assert all(defect.kind == DefectKind.UNMATCHED_BORDER for defect in broken)
    assert any(code in defect.codes for defect in broken)


@pytest.mark.parametrize("seed", range(5))
def test_random_nets_tile_at_every_level(seed: int) -> None:
    net = random_net(seed, towns=2, villages=6, grids=80, bends=seed)
    for parent in net.shapes:
        if len(parent) < 15:
            assert tiles(net.shapes[parent], net.children(parent)) == []
    assert tiles(net.shapes[net.county], net.leaves) == []
    assert find_defects(net.leaves) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 59), st.data())
def test_every_missing_or_doubled_grid_of_a_town_is_found(number: int, data: st.DataObject) -> None:
    net = random_net(4, villages=5, grids=60, bends=6)
    whole, leaves = net.shapes[net.county], net.leaves
    code = sorted(leaves)[number]
    other = data.draw(st.sampled_from(sorted(leaves.keys() - {code})))
    (gap,) = tiles(whole, {c: s for c, s in leaves.items() if c != code})
    assert (gap.kind, gap.place.equals(leaves[code])) == (DefectKind.GAP, True)
    (overlap,) = tiles(whole, leaves | {"twice": leaves[other]})
    assert (overlap.kind, set(overlap.codes)) == (DefectKind.OVERLAP, {other, "twice"})


# What a layer from elsewhere may hold


def test_gaps_and_overlaps_of_a_layer_are_found_with_their_sizes() -> None:
    layer = SQUARES | {
        "east": box(120.0012, 31.0, 120.002, 31.001),
        "north_east": box(120.001, 31.0009, 120.002, 31.002),
    }
    found = {d.kind: d for d in find_defects(layer, PARENT) if d.kind in {DefectKind.GAP, DefectKind.OVERLAP}}
    assert found[DefectKind.GAP].codes == ("east", "north_east", "west")
    assert found[DefectKind.GAP].area_m2 == pytest.approx(area_m2(box(120.001, 31, 120.0012, 31.0009)), rel=0.003)
    assert found[DefectKind.OVERLAP].codes == ("east", "north_east")
    assert found[DefectKind.OVERLAP].width_m == pytest.approx(10, rel=0.15)


def test_without_a_parent_only_enclosed_ground_is_a_gap() -> None:
    ring = Polygon(box(120, 31, 120.003, 31.003).exterior, [box(120.001, 31.001, 120.002, 31.002).exterior])
    (gap,) = find_defects({"ring": ring})
    assert (gap.kind, gap.codes) == (DefectKind.GAP, ("ring",))
    assert find_defects({"west": WEST, "far": translate(WEST, xoff=0.01)}) == []


def test_many_hairline_gaps_between_two_grids_are_told_once(town: RandomNet) -> None:
    shrunk = {code: to_lattice(shape.buffer(-1e-6, join_style="mitre")) for code, shape in town.leaves.items()}
    found = find_defects(shrunk, town.shapes[town.county])
    assert {defect.kind for defect in found} == {DefectKind.GAP}
    assert len(found) < 4 * len(town.leaves)


def test_slivers_are_pieces_too_small_to_be_ground() -> None:
    speck, strip = box(120.01, 31, 120.01005, 31.00005), box(120.02, 31, 120.020005, 31.01)
    found = kinds(find_defects({"west": MultiPolygon([WEST, speck]), "strip": strip}))
    assert found == {(DefectKind.SLIVER, ("west",)), (DefectKind.SLIVER, ("strip",))}


def test_garbage_is_answered_not_raised() -> None:
    bow_tie = Polygon([(120, 31), (120.01, 31.01), (120.01, 31), (120, 31.01)])
    flat = Polygon([(120, 31), (120.01, 31), (120.02, 31), (120, 31)])
    folded = Polygon([(120, 31), (120.01, 31), (120.005, 31), (120.01, 31.01)])
    garbage = {"bow_tie": bow_tie, "flat": flat, "folded": folded, "empty": Polygon(), "none": MultiPolygon()}
    find_defects(garbage)
    find_defects(garbage, PARENT)
    assert find_defects({}) == []
    assert find_defects({"empty": Polygon()}) == []
    assert node({}) == {}
    node(garbage)


def test_a_parent_is_built_only_from_what_tiles() -> None:
    assert build_parent(list(SQUARES.values())).equals(WHOLE)
    with pytest.raises(TilingError) as refused:
        build_parent([WEST, box(120.0005, 31, 120.002, 31.002)])
    assert refused.value.defects


def test_parts_apart_make_a_parent_of_parts() -> None:
    apart = build_parent([WEST, translate(WEST, xoff=0.01)])
    assert isinstance(apart, MultiPolygon)
    assert len(apart.geoms) == 2


# Noding


@pytest.mark.parametrize("seed", range(4))
def test_noding_brings_back_vertices_that_neighbours_lost(seed: int) -> None:
    """Each grid alone loses the vertices that lie almost straight between two others, as a careless export does."""
    net = random_net(seed, villages=3, grids=30, bends=0)
    dense = {code: to_lattice(shape.segmentize(4e-4)) for code, shape in net.leaves.items()}
    random = np.random.default_rng(seed)
    thinned = {code: shape if random.random() < 0.5 else net.leaves[code] for code, shape in dense.items()}
    assert find_defects(thinned) != []
    mended = node(thinned)
    assert find_defects(mended) == []
    for code, shape in mended.items():
        assert shape.is_valid
        assert set(packed(thinned[code])) <= set(packed(shape)), "no vertex goes or moves"


def test_noding_changes_nothing_that_tiles(town: RandomNet) -> None:
    for code, shape in node(town.shapes).items():
        assert shape.equals_exact(town.shapes[code], 0)


# Measures


@pytest.mark.parametrize("lat", [0.0, 18.2, 31.7, 45.0, 53.5, -60.0])
def test_a_degree_is_as_long_as_its_geodesic(lat: float) -> None:
    lng_m, lat_m = metres_per_degree(lat)
    small = box(120, lat - 5e-5, 120.0001, lat + 5e-5)
    assert lng_m * lat_m * 1e-8 == pytest.approx(area_m2(small), rel=1e-6)
