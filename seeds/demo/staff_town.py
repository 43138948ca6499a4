"""Staff the demo town: `python -m seeds.demo.staff_town` rewrites organisation.json and sign_ins.json.

Reads the drawn grids and the catalogue. People are a role and a number; phone numbers are made up, one thousand a role.
Where the grids lie is not decided here (see `draw_town`), nor how cases are routed (see routing_rules.json).
"""

import json
from collections import defaultdict
from typing import Any

from shapely import Point
from shapely.geometry import shape

from seeds.demo.draw_town import COUNTY, HERE, TOWN

CATALOGUE = HERE.parent / "catalogue" / "matters.json"
PASSWORD = "suozi-2026"  # noqa: S105 (printed at start-up for whoever tries the demo)
FULL_TIME, PART_TIME = "full_time", "part_time"
SQUAD_MEMBERS = 4
VILLAGES_PER_INSPECTOR = 3
TOWN_WIDE_INSPECTORS = 2

PART_TIME_WORKER_EVERY = 6

# Duties that one person holds beside their own work in all grids of a village, with the name and the first phone number
# of the role.
VILLAGE_DUTIES = (
    ("grid_chief", "网格长", 2000),
    ("duty_info", "信息员", 3000),
    ("duty_liaison", "联络员", 4000),
    ("duty_patrol", "巡查员", 5000),
)

ENFORCEMENT_SQUADS = {
    "综合执法一中队": "璜塘 璜东 上东 北渚 新须毛 任九房 金凤",
    "综合执法二中队": "马镇 徐霞客 湖塘 红星 东宏 黎明 方园",
    "综合执法三中队": "峭岐 钓岐 宏岐 新街 南苑 皋岸 阳庄",
}

DEPARTMENTS = (
    ("municipal", "市政管理所", "市政养护组"),
    ("sanitation", "环境卫生管理所", "环卫保洁组"),
    ("greening", "园林绿化管理所", "园林绿化组"),
    ("water", "水利管理站", "水利河道组"),
    ("market", "市场监督管理分局", "市场监管组"),
    ("police", "派出所", "公安联络组"),
    ("construction", "建设管理所", "建设管理组"),
    ("utilities", "公用事业服务中心", "公用事业组"),
)

ROUND_THE_CLOCK = [
    {"weekday": weekday, "starts": starts, "ends": ends}
    for weekday in range(7)
    for starts, ends in (("08:00", "20:00"), ("20:00", "08:00"))
]
OFFICE_HOURS = [{"weekday": weekday, "starts": "08:30", "ends": "17:30"} for weekday in range(5)]

Json = dict[str, Any]


def units() -> list[Json]:
    """The town, its two centres, the enforcement bureau and the departments that cases fall back to."""
    rows = [
        ("town", "徐霞客镇人民政府", "town"),
        ("command", "徐霞客镇指挥中心", "command_centre"),
        ("supervision", "徐霞客镇监督中心", "supervision_centre"),
        ("enforcement", "徐霞客镇综合行政执法局", "department"),
        *((code, f"徐霞客镇{name}", "department") for code, name, _ in DEPARTMENTS),
    ]
    return [{"code": f"xxk-{code}", "name": name, "kind": kind} for code, name, kind in rows]


def squads(villages: list[Json], matters: list[Json]) -> list[Json]:
    """Three all-round squads, each over seven villages, and one team per department for what the catalogue gives it."""
    code_of = {village["short_name"]: village["code"] for village in villages}
    majors = defaultdict(set)
    for matter in matters:
        majors[matter["department"]].add(matter["major_code"])
    all_round = [
        {
            "code": f"xxk-squad-{number}",
            "name": name,
            "unit": "xxk-enforcement",
            "kind": "all_round",
            "jurisdiction": sorted(code_of[short_name] for short_name in short_names.split()),
            "capabilities": ["*"],
            "rota": ROUND_THE_CLOCK,
        }
        for number, (name, short_names) in enumerate(ENFORCEMENT_SQUADS.items(), start=1)
    ]
    teams = [
        {
            "code": f"xxk-team-{code}",
            "name": name,
            "unit": f"xxk-{code}",
            "kind": "department",
            "jurisdiction": [TOWN],
            "capabilities": sorted(majors[code]),
            "rota": OFFICE_HOURS,
        }
        for code, _, name in DEPARTMENTS
    ]
    return all_round + teams


def staff(grids: list[Json], team_list: list[Json]) -> list[Json]:
    """Everybody: grid workers, village-wide duties, inspectors, squads, operators, administrator. The chiefs of the
    department teams also guide the grids of two or three villages each."""
    villages = [grid for grid in grids if grid["level"] == "village"]
    base = [grid for grid in grids if grid["level"] == "grid" and grid["kind"] == "base"]
    people = _grid_workers(base, [grid for grid in grids if grid["kind"] == "exclusive"])
    for duty, title, phones in VILLAGE_DUTIES:
        for number, village in enumerate(villages, start=1):
            inside = [grid["code"] for grid in base if grid["parent_code"] == village["code"]]
            posts = [_post("worker", duty, PART_TIME, grid_code=code) for code in inside]
            people.append(_person(title, number, phones, None, posts))
    people += _inspectors([village["code"] for village in villages])
    people += _squad_people(team_list, [village["code"] for village in villages])
    # The second administrator is the county's: the catalogue is the same in every town.
    desks = [("指挥员", 7000, "operator", (TOWN, TOWN, TOWN)), ("管理员", 8000, "administrator", (TOWN, COUNTY))]
    for title, phones, role, places in desks:
        for number, place in enumerate(places, start=1):
            posts = [_post(role, None, FULL_TIME, grid_code=place, unit="xxk-command")]
            people.append(_person(title, number, phones, "xxk-town", posts))
    return people


def _person(title: str, number: int, phones: int, home_unit: str | None, posts: list[Json]) -> Json:
    """`home_unit` employs them; None is a village committee, which is no unit of the town's."""
    return {
        "phone": f"1990000{phones + number}",
        "name": f"{title} {number:03}",
        "home_unit": home_unit,
        "posts": posts,
    }


def _post(role: str, duty: str | None, engagement: str, **place: str) -> Json:
    return {"role": role, "duty": duty, "engagement": engagement, **place}


def _grid_workers(base: list[Json], exclusive: list[Json]) -> list[Json]:
    """One worker a base grid; an exclusive grid goes to the worker in whose grid its label stands."""
    people = []
    for number, grid in enumerate(base, start=1):
        covered = [e["code"] for e in exclusive if grid["shape"].contains(Point(e["label_point"]))]
        engagement = FULL_TIME if number % PART_TIME_WORKER_EVERY else PART_TIME
        posts = [_post("worker", "grid_worker", engagement, grid_code=code) for code in (grid["code"], *covered)]
        people.append(_person("网格员", number, 1000, "xxk-town", posts))
    return people


def _inspectors(village_codes: list[str]) -> list[Json]:
    people = []
    for first in range(0, len(village_codes), VILLAGES_PER_INSPECTOR):
        number = first // VILLAGES_PER_INSPECTOR + 1
        scope = village_codes[first : first + VILLAGES_PER_INSPECTOR]
        if number <= TOWN_WIDE_INSPECTORS:
            scope = [TOWN, *scope]
        posts = [
            _post("inspector", "duty_inspector", FULL_TIME, grid_code=code, unit="xxk-supervision") for code in scope
        ]
        people.append(_person("督查员", number, 6000, "xxk-supervision", posts))
    return people


def _squad_people(team_list: list[Json], village_codes: list[str]) -> list[Json]:
    people = []
    teams = sum(squad["kind"] == "department" for squad in team_list)
    leaders = {"all_round": ("执法队长", 9000), "department": ("班组长", 9200)}
    members = {"all_round": ("执法队员", 9100), "department": ("班组员", 9300)}
    count: defaultdict[str, int] = defaultdict(int)
    for squad in team_list:
        crew = [("squad_leader", *leaders[squad["kind"]])] + [("squad_member", *members[squad["kind"]])] * SQUAD_MEMBERS
        for role, title, phones in crew:
            count[title] += 1
            posts = [_post(role, None, FULL_TIME, squad=squad["code"])]
            if (role, squad["kind"]) == ("squad_leader", "department"):
                guided = village_codes[count[title] - 1 :: teams]
                posts += [_post("worker", "grid_instructor", PART_TIME, grid_code=code) for code in guided]
            people.append(_person(title, count[title], phones, squad["unit"], posts))
    return people


def sign_ins(people: list[Json], grids: list[Json], team_list: list[Json]) -> list[Json]:
    """Who may be tried out: six workers, two of each all-round squad, two inspectors, the desk, one of each team."""
    name_of = {grid["code"]: grid["name"] for grid in grids}
    by_post: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for person in people:
        post = person["posts"][0]
        by_post[post["role"], post.get("squad") or post["grid_code"]].append(person)
    wanted = [("worker", f"{TOWN}{village}003", 0) for village in (206, 209, 216, 208, 200, 219)]
    name_of.update({squad["code"]: squad["name"] for squad in team_list})
    for squad in team_list:
        if squad["kind"] == "all_round":
            wanted += [("squad_member", squad["code"], 0), ("squad_leader", squad["code"], 0)]
    wanted += [("inspector", TOWN, 0), ("inspector", TOWN, 1), ("operator", TOWN, 0)]
    wanted += [("administrator", TOWN, 0), ("administrator", COUNTY, 0)]
    wanted += [("squad_member", squad["code"], 0) for squad in team_list if squad["kind"] == "department"]
    return [
        {"role": role, "phone": person["phone"], "password": PASSWORD, "name": person["name"], "note": name_of[place]}
        for role, place, index in wanted
        for person in [by_post[role, place][index]]
    ]


def _read_grids() -> list[Json]:
    """The drawn grids' properties, each with its shape in degrees (None for the county)."""
    features = json.loads((HERE / "grids.geojson").read_text(encoding="utf-8"))["features"]
    return [{**f["properties"], "shape": f["geometry"] and shape(f["geometry"])} for f in features]


def _as_json(rows: list[Json]) -> str:
    """One row a line, so that a changed person is a changed line."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def staff_town() -> dict[str, str]:
    """The text of each file this module owns, by file name."""
    grids = _read_grids()
    matters = json.loads(CATALOGUE.read_text(encoding="utf-8"))["matters"]
    team_list = squads([grid for grid in grids if grid["level"] == "village"], matters)
    people = staff(grids, team_list)
    parts = {"units": units(), "squads": team_list, "staff": people}
    organisation = ",\n".join(f'"{name}": {_as_json(rows)}' for name, rows in parts.items())
    return {
        "organisation.json": f"{{\n{organisation}\n}}\n",
        "sign_ins.json": _as_json(sign_ins(people, grids, team_list)) + "\n",
    }


if __name__ == "__main__":
    for file_name, text in staff_town().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
