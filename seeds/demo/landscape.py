"""The made-up landscape under the demo town: outline, rivers, roads, centres and where each village lies.

Hand-drawn in the local plane of `plane`. Only names and codes of the villages are real; every line here is synthetic
(示意数据). Dividing this land into grids is not done here.
"""

from typing import NamedTuple

import shapely
from shapely import LineString, Polygon, affinity

from seeds.demo.plane import blob, curve, meander


class Way(NamedTuple):
    """A road or river: `barrier_m` is the detour a boundary accepts rather than leave it."""

    kind: str
    name: str
    width_m: float
    barrier_m: float
    line: LineString


class Centre(NamedTuple):
    """A built-up centre at a crossing of main roads; streets run along `heading_deg` and across it."""

    name: str
    east_m: float
    north_m: float
    long_m: float
    short_m: float
    heading_deg: float
    streets: tuple[str, ...]

    def outline(self) -> Polygon:
        """The built-up land in plane metres."""
        return blob(self.east_m, self.north_m, self.long_m, self.short_m, self.heading_deg)


class ExclusiveGrid(NamedTuple):
    """A school, market or park that is a grid of its own, a block inside one village; `use` is its base map kind."""

    code: str
    name: str
    short_name: str
    use: str
    east_m: float
    north_m: float
    long_m: float
    short_m: float
    heading_deg: float

    def outline(self) -> Polygon:
        """The block with one corner cut off, in plane metres."""
        a, b = self.long_m / 2, self.short_m / 2
        block = Polygon([(-a, -b), (a, -b), (a, 0.6 * b), (0.75 * a, b), (-a, b)])
        return affinity.translate(affinity.rotate(block, self.heading_deg, (0, 0)), self.east_m, self.north_m)


class Park(NamedTuple):
    """A park on the base map, with a lake in its middle when `water_name` is given."""

    name: str
    water_name: str
    east_m: float
    north_m: float
    long_m: float
    short_m: float

    def outline(self) -> Polygon:
        """The park in plane metres."""
        return blob(self.east_m, self.north_m, self.long_m, self.short_m, 0)

    def waters(self) -> list[Polygon]:
        """Its lake, if any, in plane metres."""
        lake = blob(self.east_m, self.north_m, 0.6 * self.long_m, 0.6 * self.short_m, 10)
        return [lake] if self.water_name else []


class Village(NamedTuple):
    """Where a village's growth starts, how fast it grows (1 = normal) and how many base grids it has."""

    code: str
    east_m: float
    north_m: float
    pace: float
    grids: int


def _river(name: str, width_m: float, swing_m: float, corners_km: str) -> Way:
    return Way("water", name, width_m, 900, LineString(meander(curve(corners_km), swing_m)))


def _road(kind: str, name: str, barrier_m: float, corners_km: str) -> Way:
    return Way(kind, name, 0, barrier_m, LineString(curve(corners_km)))


def _streets(centre: Centre) -> list[Way]:
    """Streets along and across the centre's heading, beside the main roads that meet in its middle."""
    found: list[Way] = []
    land = centre.outline().buffer(-40)
    for turned in (0, 90):
        for offset_m in STREET_OFFSETS_M:
            across = LineString([(-2000, offset_m), (2000, offset_m)])
            row = affinity.rotate(across, centre.heading_deg + turned, (0, 0))
            street = affinity.translate(row, centre.east_m, centre.north_m).intersection(land)
            name = centre.streets[len(found)] if len(found) < len(centre.streets) else ""
            if isinstance(street, LineString) and not street.is_empty:
                found.append(Way("street", name, 0, 160, street))
    return found


STREET_OFFSETS_M = (-660, -445, -220, 235, 450, 690)

OUTLINE = Polygon(
    curve(
        "-6.59,3.15 -5.16,4.2 -3.44,3.72 -2.2,4.68 -0.57,4.01 0.67,4.11 1.43,5.06 2.96,4.11 4.58,4.68 "
        "6.02,3.63 7.54,3.53 7.74,1.62 6.88,0.38 7.64,-1.24 6.59,-2.58 5.25,-2.58 4.39,-4.11 2.48,-4.49 "
        "1.34,-3.82 -0.29,-4.97 -2.2,-4.49 -2.96,-3.34 -4.49,-4.01 -5.92,-2.96 -6.49,-1.91 -7.16,-0.48 "
        "-6.78,1.34",
        closed=True,
    )
)

RIVERS = (
    _river("锡澄运河", 70, 25, "-7.54,5.35 -6.68,2.86 -6.88,1.15 -7.07,-0.57 -6.4,-2.29 -6.59,-5.35"),
    _river("白屈港", 52, 90, "1.91,5.92 1.24,3.44 1.81,1.34 1.24,-0.57 1.62,-2.48 1.05,-4.39 1.34,-5.92"),
    _river("应天河", 36, 110, "1.53,1.91 3.06,1.53 4.77,1.43 6.3,1.15 8.5,1.81"),
    _river("冯泾河", 30, 120, "-6.68,-1.81 -5.16,-1.24 -3.44,-1.81 -1.53,-1.05 0.19,-0.86 1.57,-1.57"),
    _river("新沟河", 30, 110, "-6.83,2.1 -5.35,1.81 -3.63,1.91 -1.91,2.1 -0.19,1.62 1.62,1.91"),
    _river("青祝河", 28, 100, "1.38,-2.93 3.06,-1.43 4.39,-1.43 5.92,-1.05 8.59,-1.34"),
)

ROADS = (
    _road("motorway", "京沪高速", 700,
          "-3.15,6.11 -2.77,3.25 -2.2,0.57 -2.58,-2.1 -2.29,-6.11"),
    _road("primary", "霞客大道", 350,
          "-8.59,0.29 -6.3,0.38 -4.68,0.48 -2.29,0.19 0.19,0.38 2.48,0.29 4.39,0.19 6.3,-0.19 8.59,-0.38"),
    _road("primary", "澄张路", 350,
          "5.06,6.11 4.68,3.25 4.39,1.53 4.39,0.19 4.39,-1.15 3.82,-3.06 3.53,-6.11"),
    _road("secondary", "峭岐路", 250,
          "-4.77,6.11 -4.97,3.06 -4.68,1.53 -4.68,0.48 -4.68,-0.76 -4.3,-2.48 -4.68,-6.11"),
    _road("secondary", "马镇路", 250,
          "-0.29,6.11 -0.57,2.86 -0.19,0.38 -0.29,-1.15 -0.29,-2.1 -0.29,-3.06 -0.86,-6.11"),
    _road("secondary", "南环路", 250,
          "-8.59,-2.77 -6.11,-2.48 -4.3,-2.58 -2.29,-2.29 -1.34,-2.1 -0.29,-2.1 0.76,-2.1 2.29,-2.39 4.01,-2.1 "
          "5.92,-1.91 8.59,-2.48"),
    _road("secondary", "北环路", 250,
          "-8.59,3.06 -6.11,2.86 -3.82,2.96 -1.34,2.96 1.15,3.06 3.06,2.86 4.68,2.86 6.3,2.67 8.59,2.96"),
    _road("secondary", "璜东路", 200,
          "6.4,6.11 6.3,3.44 5.92,1.91 6.11,0.38 5.92,-1.15 6.02,-2.86 6.3,-6.11"),
    _road("secondary", "方园路", 200,
          "2.86,2.86 2.77,1.72 2.58,0.29 2.67,-1.15 2.48,-2.48 2.39,-6.11"),
)  # fmt: skip

CENTRES = (
    Centre("璜塘", 4390, 190, 1150, 850, -5,
           ("人民路", "环镇路", "璜塘大街", "文化路", "学前路", "工业路", "虹桥路", "兴业路")),
    Centre("峭岐", -4680, 480, 950, 800, -1, ("迎宾路", "峭岐大街", "新街", "南苑路", "育才路", "富民路", "工商路")),
    Centre("马镇", -290, -2100, 900, 700, 0, ("马镇大街", "湖塘路", "建设路", "健康路", "振兴路", "南新路")),
)  # fmt: skip

VILLAGES = (
    Village("320281104200", 5060, -1810, 1.0, 8),   # 金凤
    Village("320281104201", 2960, -2860, 1.0, 7),   # 任九房
    Village("320281104202", 2770, 570, 0.9, 8),     # 方园
    Village("320281104203", 2580, 3150, 1.1, 8),    # 新须毛
    Village("320281104204", 6400, -290, 1.0, 8),    # 璜东
    Village("320281104205", 6590, 2480, 1.0, 8),    # 上东
    Village("320281104206", 4390, 190, 1.35, 14),   # 璜塘
    Village("320281104207", 4490, 2860, 1.0, 8),    # 北渚
    Village("320281104208", 480, 860, 1.0, 9),      # 徐霞客
    Village("320281104209", -290, -1910, 1.35, 13), # 马镇
    Village("320281104210", -1430, 760, 1.0, 8),    # 湖塘
    Village("320281104211", -1430, -3340, 1.0, 7),  # 红星
    Village("320281104212", -3150, -2390, 1.0, 7),  # 阳庄
    Village("320281104213", -5160, -2860, 1.0, 7),  # 皋岸
    Village("320281104214", 670, -3340, 1.0, 7),    # 东宏
    Village("320281104215", -860, 2860, 0.9, 8),    # 黎明
    Village("320281104216", -4680, 670, 1.35, 13),  # 峭岐
    Village("320281104217", -5630, 2860, 1.1, 8),   # 钓岐
    Village("320281104218", -3630, 2860, 1.0, 7),   # 宏岐
    Village("320281104219", -5920, -860, 1.0, 8),   # 新街
    Village("320281104220", -3340, -760, 1.0, 8),   # 南苑
)  # fmt: skip

STREETS = tuple(street for centre in CENTRES for street in _streets(centre))

BUILT_UP = shapely.union_all([centre.outline() for centre in CENTRES])

EXCLUSIVE_GRIDS = (
    ExclusiveGrid("320281104206901", "璜塘中心小学", "璜塘小学", "built_up", 4120, 640, 260, 190, -3),
    ExclusiveGrid("320281104206902", "璜塘农贸市场", "璜塘市场", "built_up", 4720, 480, 210, 140, -3),
    ExclusiveGrid("320281104204901", "璜塘工业园区", "璜塘工业园", "built_up", 6480, 700, 780, 520, 4),
    ExclusiveGrid("320281104209901", "马镇中学", "马镇中学", "built_up", -620, -1850, 280, 210, 2),
    ExclusiveGrid("320281104208901", "徐霞客故居景区", "故居景区", "green", 700, 1000, 520, 380, 8),
    ExclusiveGrid("320281104216901", "峭岐医院", "峭岐医院", "built_up", -4360, 760, 230, 170, -2),
    ExclusiveGrid("320281104216902", "峭岐客运枢纽", "峭岐枢纽", "built_up", -4980, 1010, 240, 150, -2),
    ExclusiveGrid("320281104220901", "南苑农产品批发市场", "南苑市场", "built_up", -3560, -640, 420, 300, 5),
)

PARKS = (
    Park("霞客湿地公园", "霞客湖", 60, 1120, 330, 240),
    Park("璜塘公园", "", 4900, -330, 150, 110),
    Park("峭岐公园", "", -5050, 110, 140, 100),
    Park("马镇公园", "", 60, -2420, 130, 95),
)
