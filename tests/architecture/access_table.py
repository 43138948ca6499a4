"""Who gets what, in full: every request of the API × scope of what it names × role, with the status it must answer.

A new route needs its rows here before the walk is green. 401, 403 and 404 are as deliberate as 200: 403 is only for a
function that the role does not have at all; what lies outside the scope is a 404, the same as what is not there.

A heading is a request; `{names}` are filled from `world.Target`, and after ` < ` stands the body that `test_route_walk`
sends. `any` as scope: the request names nothing. A `code` opens its case to anybody, as residents need it.
"""

from dataclasses import dataclass
from typing import NamedTuple

from tests.architecture.world import ROLES

TABLE = """
                 anonymous worker squad_member squad_leader inspector operator administrator
GET /api/health
    any             503     503     503     503     503     503     503
POST /api/session < wrong_password
    own             401     401     401     401     401     401     401
    other_county    401     401     401     401     401     401     401
    absent          401     401     401     401     401     401     401
DELETE /api/session
    any             204     204     204     204     204     204     204
GET /api/me
    any             401     200     200     200     200     200     200

GET /api/grids
    any             401     200     200     200     200     200     200
GET /api/grids?within={grid}
    own             401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
    absent          401     200     200     200     200     200     200
GET /api/grids/at?lng={lng}&lat={lat}
    own             401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     422     422     422     422     422     422
GET /api/net/tree
    any             401     200     200     200     200     200     200
GET /api/grids/{grid}/card
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/tiles/grids/9/427/208.mvt
    any             401     200     200     200     200     200     200
GET /api/net/editions
    any             401     200     200     200     200     200     200
GET /api/net/drafts
    any             401     403     403     403     403     403     200
PUT /api/net/drafts/{new} < draft
    any             401     403     403     403     403     403     201
PUT /api/net/drafts/{draft} < draft
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     201
    absent          401     403     403     403     403     403     201
GET /api/net/drafts/{draft}
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/drafts/{draft}/boundary?a={grid}&b=320281104206002
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/drafts/{draft}/impact
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/net/drafts/{draft}/operations < operation
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
DELETE /api/net/drafts/{draft}/operations/last?version={draft_version}
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/net/drafts/{draft}/publish < publish
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
DELETE /api/net/drafts/{draft}
    own             401     403     403     403     403     403     204
    other_grid      401     403     403     403     403     403     204
    other_squad     401     403     403     403     403     403     204
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/export
    any             401     403     403     403     403     403     200
GET /api/net/export?within={grid}&format=gpkg&crs=4490
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     200
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/imports
    any             401     403     403     403     403     403     200
PUT /api/net/imports/{new} < grid_file
    any             401     403     403     403     403     403     201
PUT /api/net/imports/{import} < grid_file
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     409
    other_county    401     403     403     403     403     403     201
    absent          401     403     403     403     403     403     201
GET /api/net/imports/{import}
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/imports/{import}/preview?crs=4326
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/net/imports/{import}/features
    own             401     403     403     403     403     403     409
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
PUT /api/net/imports/{import}/reading < reading
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
PUT /api/net/imports/{import}/repairs < repairs
    own             401     403     403     403     403     403     409
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/net/imports/{import}/draft < import_draft
    own             401     403     403     403     403     403     409
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/base-map
    any             401     200     200     200     200     200     200
GET /api/base-maps
    any             401     200     200     200     200     200     200
GET /api/base-maps/0/0/9/427/208
    any             401     404     404     404     404     404     404
GET /api/tiles/cases/9/427/208.mvt
    any             401     200     200     200     200     200     200
GET /api/tiles/heat/9/427/208.mvt
    any             401     200     200     200     200     200     200
GET /api/search?q=canary
    any             401     200     200     200     200     200     200
GET /api/matters
    any             401     200     200     200     200     200     200
GET /api/catalogue/versions
    any             401     200     200     200     200     200     200
GET /api/catalogue/versions/1
    any             401     200     200     200     200     200     200
GET /api/catalogue/versions/1/export.xlsx
    any             401     200     200     200     200     200     200
GET /api/catalogue/stage-limits
    any             401     200     200     200     200     200     200
PUT /api/catalogue/stage-limits < stage_limits
    any             401     403     403     403     403     403     403
GET /api/catalogue/drafts
    any             401     403     403     403     403     403     403
GET /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001
    any             401     403     403     403     403     403     403
PUT /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001 < catalogue_draft
    any             401     403     403     403     403     403     403
PUT /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001/workbook < workbook
    any             401     403     403     403     403     403     403
PUT /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001/matters/E0110 < matter
    any             401     403     403     403     403     403     403
DELETE /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001/matters/E0110?version=1
    any             401     403     403     403     403     403     403
POST /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001/publish < catalogue_publish
    any             401     403     403     403     403     403     403
DELETE /api/catalogue/drafts/019a0000-0000-7000-8000-000000000001
    any             401     403     403     403     403     403     403
GET /api/calendar?from=2026-09-28&to=2026-10-11
    any             401     200     200     200     200     200     200
GET /api/matters/likely?lng={lng}&lat={lat}
    own             401     200     200     200     200     403     403
    other_county    401     200     200     200     200     403     403
GET /api/squads
    any             401     403     403     403     403     200     200
GET /api/squads/{squad}
    own             401     403     200     200     403     200     200
    other_grid      401     403     200     200     403     200     200
    other_squad     401     403     404     404     403     200     200
    other_town      401     403     404     404     403     404     404
    other_county    401     403     200     200     403     200     200
    absent          401     403     404     404     403     404     404
GET /api/squads/{squad}/rota?from=2026-11-23&to=2026-11-29
    own             401     403     200     200     403     200     200
    other_grid      401     403     200     200     403     200     200
    other_squad     401     403     404     404     403     200     200
    other_town      401     403     404     404     403     404     404
    other_county    401     403     200     200     403     200     200
    absent          401     403     404     404     403     404     404
PUT /api/squads/{squad} < squad
    own             401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     200
    absent          401     403     403     403     403     403     200
PUT /api/squads/{squad}/rota/pattern < pattern
    own             401     403     403     200     403     403     200
    other_grid      401     403     403     200     403     403     200
    other_squad     401     403     403     404     403     403     200
    other_town      401     403     403     404     403     403     404
    other_county    401     403     403     200     403     403     200
    absent          401     403     403     404     403     403     404
PUT /api/squads/{squad}/rota/shifts/2026-11-24/08:00 < shift
    own             401     403     403     200     403     403     200
    other_grid      401     403     403     200     403     403     200
    other_squad     401     403     403     404     403     403     200
    other_town      401     403     403     404     403     403     404
    other_county    401     403     403     200     403     403     200
    absent          401     403     403     404     403     403     404
GET /api/duty/on?grid={grid}&matter=E0110
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
GET /api/duty/mine
    any             401     403     200     200     403     403     403
GET /api/duty/statuses
    any             401     403     200     200     403     200     200
PUT /api/duty/status < status
    any             401     403     200     200     403     403     403
PUT /api/duty/leaves/{new} < leave
    any             401     403     200     200     403     403     403
PUT /api/duty/leaves/{leave} < leave
    own             401     403     409     409     403     403     403
    other_grid      401     403     409     409     403     403     403
    other_squad     401     403     409     409     403     403     403
    other_town      401     403     409     409     403     403     403
    other_county    401     403     200     200     403     403     403
POST /api/duty/leaves/{leave}/decision < approve
    own             401     403     403     200     403     200     200
    other_grid      401     403     403     200     403     200     200
    other_squad     401     403     404     404     403     200     200
    other_town      401     403     404     404     403     404     404
    other_county    401     403     404     404     403     404     404
    absent          401     403     404     404     403     404     404
PUT /api/duty/swaps/{new} < swap
    any             401     403     200     200     403     403     403
POST /api/duty/swaps/{new}/decision < approve
    any             401     403     404     404     403     404     404

GET /api/routing-rules
    any             401     200     200     200     200     200     200
PUT /api/routing-rules/drafts/{new} < rules
    any             401     403     403     403     403     201     201
PUT /api/routing-rules/drafts/{rules} < rules_again
    own             401     403     403     403     403     200     200
    other_town      401     403     403     403     403     200     200
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
POST /api/routing-rules/drafts/{rules}/check
    own             401     403     403     403     403     200     200
    other_town      401     403     403     403     403     200     200
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
POST /api/routing-rules/drafts/{rules}/rehearse < period
    own             401     403     403     403     403     200     200
    other_town      401     403     403     403     403     200     200
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
POST /api/routing-rules/drafts/{rules}/publish < put_in_force
    own             401     403     403     403     403     200     200
    other_town      401     403     403     403     403     409     409
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
DELETE /api/routing-rules/drafts/{rules}
    own             401     403     403     403     403     204     204
    other_town      401     403     403     403     403     204     204
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
POST /api/routing-rules/try < trial
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
GET /api/dispatch/candidates?grid={grid}&matter=E0110&severity=normal
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404

PUT /api/me/password < own_password
    any             401     422     422     422     422     422     422

GET /api/staff
    any             401     403     403     403     403     200     200
GET /api/staff?grid={grid}&q={phone}
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     200     200
    other_county    401     403     403     403     403     200     200
    absent          401     403     403     403     403     200     200
GET /api/staff/{person}
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
PUT /api/staff/{new} < new_person
    any             401     403     403     403     403     403     201
PUT /api/staff/{person} < person
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/staff/{person}/password
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/staff/{person}/open-work
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/staff/{person}/departure < departure
    own             401     403     403     403     403     403     200
    other_grid      401     403     403     403     403     403     200
    other_squad     401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
GET /api/units
    any             401     403     403     403     403     200     200
GET /api/staff/template?format=csv
    any             401     403     403     403     403     403     200
PUT /api/staff/imports/{new} < staff_file
    any             401     403     403     403     403     403     200

GET /api/cases
    any             401     200     200     200     200     200     200
GET /api/cases/counts
    any             401     200     200     200     200     200     200
GET /api/cases?grid={grid}&group=open
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
    absent          401     200     200     200     200     200     200
GET /api/cases/counts?grid={grid}&squad={squad}
    own             401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
GET /api/cases/nearby?matter=E0110&lng={lng}&lat={lat}
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
GET /api/cases?text={words}
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
GET /api/cases?squad={squad}&limit=1
    own             401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
GET /api/cases?bbox={bbox}&sort=due
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_squad     401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     200     200     200     200     200     200
GET /api/past?at=2026-11-23T01:30:00Z
    any             401     403     403     403     403     200     403
GET /api/past/cases/{waiting}?at=2026-11-23T01:30:00Z
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /api/cases/{waiting}
    own             401     200     200     200     200     200     200
    other_grid      401     404     200     200     200     200     200
    other_squad     401     404     404     404     200     200     200
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/cases/by-code/{code}
    own             401     200     200     200     200     200     200
    other_grid      401     404     200     200     200     200     200
    other_squad     401     404     404     404     200     200     200
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/cases/{waiting}/routing
    own             401     200     200     200     200     200     200
    other_grid      401     404     200     200     200     200     200
    other_squad     401     404     404     404     200     200     200
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/cases/{waiting}/flags
    own             401     403     403     403     200     200     403
    other_grid      401     403     403     403     200     200     403
    other_squad     401     403     403     403     200     200     403
    other_town      401     403     403     403     404     404     403
    other_county    401     403     403     403     404     404     403
    absent          401     403     403     403     404     404     403
PUT /api/cases/{waiting}/flags/{flag}/checks/{new} < check
    own             401     403     403     403     403     201     403
    other_grid      401     403     403     403     403     201     403
    other_squad     401     403     403     403     403     201     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /api/photos/{photo}/320
    own             401     200     200     200     200     200     200
    other_grid      401     404     200     200     200     200     200
    other_squad     401     404     404     404     200     200     200
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/photos/{photo}/original
    own             401     403     403     403     200     200     403
    other_grid      401     404     403     403     200     200     403
    other_squad     401     404     404     404     200     200     403
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404

PUT /api/hotline/reports/{new} < call
    any             401     403     403     403     403     201     403
PUT /api/reports/{new} < report
    any             401     201     201     201     201     403     403
PUT /api/reports/{report} < report
    own             401     409     409     409     409     403     403
    other_grid      401     409     409     409     409     403     403
    other_squad     401     409     409     409     409     403     403
    other_town      401     409     409     409     409     403     403
    other_county    401     201     201     201     201     403     403
PUT /api/reports/{report}/photos/{late} < late
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
GET /api/reports/{report}/photos/{late}/parts
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
PUT /api/reports/{report}/photos/{late}/parts/0?size={late_bytes} < late
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
PUT /api/reports/{report}/photos/{late}/original < late
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
PUT /api/cases/{waiting}/actions/{new} < acknowledge
    own             401     403     201     201     403     403     403
    other_grid      401     404     201     201     403     403     403
    other_squad     401     404     404     404     403     403     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{waiting}/actions/{new} < reassign
    own             401     403     403     403     403     201     403
    other_grid      401     404     403     403     403     201     403
    other_squad     401     404     404     404     403     201     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{handled}/actions/{new} < pass
    own             401     201     403     403     201     403     403
    other_grid      401     404     403     403     201     403     403
    other_squad     401     404     404     404     201     403     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{handled}/actions/{feedback} < feedback
    own             401     409     409     409     409     409     403
    other_grid      401     404     409     409     409     409     403
    other_squad     401     404     404     404     409     409     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{handled}/actions/{feedback}/photos/{late_after} < late_after
    own             401     404     200     404     404     404     403
    other_grid      401     404     200     404     404     404     403
    other_squad     401     404     404     404     404     404     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
GET /api/cases/{handled}/actions/{feedback}/photos/{late_after}/parts
    own             401     404     200     404     404     404     403
    other_grid      401     404     200     404     404     404     403
    other_squad     401     404     404     404     404     404     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{handled}/actions/{feedback}/photos/{late_after}/parts/0?size={late_after_bytes} < late_after
    own             401     404     200     404     404     404     403
    other_grid      401     404     200     404     404     404     403
    other_squad     401     404     404     404     404     404     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403
PUT /api/cases/{handled}/actions/{feedback}/photos/{late_after}/original < late_after
    own             401     404     200     404     404     404     403
    other_grid      401     404     200     404     404     404     403
    other_squad     401     404     404     404     404     404     403
    other_town      401     404     404     404     404     404     403
    other_county    401     404     404     404     404     404     403
    absent          401     404     404     404     404     404     403

GET /api/notices
    any             401     200     200     200     200     200     200
PUT /api/notices/seen < notices_seen
    any             401     204     204     204     204     204     204
PUT /api/notices/delivered < notices_delivered
    any             401     204     204     204     204     204     204
GET /api/cases/{waiting}/notices
    own             401     200     200     200     200     200     200
    other_grid      401     404     200     200     200     200     200
    other_squad     401     404     404     404     200     200     200
    other_town      401     404     404     404     404     404     404
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404
GET /api/me/notice-wish
    any             401     200     200     200     200     200     200
PUT /api/me/notice-wish < notice_wish
    any             401     200     200     200     200     200     200
PUT /api/me/push-subscription < push_subscription
    any             401     204     204     204     204     204     204
DELETE /api/me/push-subscription < push_gone
    any             401     204     204     204     204     204     204
GET /api/channels
    any             401     403     403     403     403     200     200
POST /api/channels/tests/sms
    any             401     403     403     403     403     200     200
PUT /api/channels/robots/{new} < robot
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     422
    other_county    401     403     403     403     403     403     200
PUT /api/channels/robots/{robot} < robot
    own             401     403     403     403     403     403     200
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     200
DELETE /api/channels/robots/{robot}
    own             401     403     403     403     403     403     204
    other_town      401     403     403     403     403     403     404
    other_county    401     403     403     403     403     403     404
    absent          401     403     403     403     403     403     404
POST /api/channels/robots/{robot}/test
    own             401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
GET /api/channels/rules
    any             401     403     403     403     403     200     200
PUT /api/channels/rules < notice_rules
    any             401     403     403     403     403     403     403

GET /api/live/snapshot
    any             401     200     200     200     200     200     200
GET /api/saved-views
    any             401     403     403     403     403     200     200
PUT /api/saved-views/{new} < saved_view
    any             401     403     403     403     403     201     201
PUT /api/saved-views/{view} < saved_view
    own             401     403     403     403     403     200     404
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     201     201
DELETE /api/saved-views/{view}
    own             401     403     403     403     403     204     404
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
PUT /api/saved-view-order < saved_view_order
    any             401     403     403     403     403     200     200
PUT /api/cases/{waiting}/attention
    own             401     403     403     403     403     204     403
    other_grid      401     403     403     403     403     204     403
    other_squad     401     403     403     403     403     204     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /api/live?last_event_id={cursor}
    own             401     200     200     200     200     200     200
GET /api/live
    any             401     200     200     200     200     200     200

GET /api/residents/cases/{code}
    own             200     200     200     200     200     200     200
    other_squad     200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
GET /api/residents/place?lng={lng}&lat={lat}&county=320281
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    422     422     422     422     422     422     422
PUT /api/residents/reports/{new} < resident_report
    own             201     201     201     201     201     201     201
    other_town      201     201     201     201     201     201     201
PUT /api/residents/reports/{report}/photos/{late} < late
    own             404     404     404     404     404     404     404
    other_county    404     404     404     404     404     404     404
    absent          404     404     404     404     404     404     404
GET /api/cases/{waiting}/contact
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /r
    any             308     308     308     308     308     308     308
GET /r/
    any             200     200     200     200     200     200     200
GET /r/new?at={grid}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
POST /r/new < resident_form
    any             303     303     303     303     303     303     303
GET /api/patrolling
    any             401     200     200     200     200     403     403
PUT /api/track-consent < consent
    any             401     200     200     200     200     403     403
PUT /api/patrols/{new} < patrol
    any             401     200     409     409     409     403     403
PUT /api/patrols/{patrol} < patrol
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     200     409     409     409     403     403
    absent          401     200     409     409     409     403     403
GET /api/patrols/{patrol}
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
PUT /api/patrols/{patrol}/fixes/{new} < fixes
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
GET /api/my/days
    any             401     200     200     200     200     403     403
GET /api/my/days/2026-11-23
    any             401     200     404     404     404     403     403
GET /api/my/days/2026-11-23/track
    any             401     200     404     404     404     403     403
GET /api/my/looks
    any             401     200     200     200     200     403     403
PUT /api/my/objections/{new} < objection
    any             401     200     422     422     422     403     403
PUT /api/my/objections/{objection} < objection
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     200     422     422     422     403     403
    absent          401     200     422     422     422     403     403
PUT /api/track-looks/{new} < look
    any             401     403     403     200     403     200     403
PUT /api/track-looks/{look} < look
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     200     403     200     403
    absent          401     403     403     200     403     200     403
GET /api/track-looks/{look}
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/replays/{look}
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/replays/{look}/people/{person}/fixes
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/replays/{look}/people/{person}/track
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/positions?look={live}
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/past/positions?look={look}&at=2026-11-23T01:30:00Z
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/positions/live?look={live}
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
PUT /api/track-objections/{objection}/answer < answer
    own             401     403     403     404     403     200     403
    other_grid      401     403     403     404     403     200     403
    other_squad     401     403     403     404     403     200     403
    other_town      401     403     403     404     403     404     403
    other_county    401     403     403     404     403     404     403
    absent          401     403     403     404     403     404     403
GET /api/exports
    any             401     403     403     403     403     200     200
GET /api/export-size?group=open
    any             401     403     403     403     403     200     200
PUT /api/exports/{new}?group=open < export
    any             401     403     403     403     403     201     201
GET /api/exports/{export}/file
    own             401     403     403     403     403     409     404
    other_grid      401     403     403     403     403     409     404
    other_squad     401     403     403     403     403     409     404
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
DELETE /api/exports/{export}
    own             401     403     403     403     403     200     404
    other_grid      401     403     403     403     403     200     404
    other_squad     401     403     403     403     403     200     404
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
GET /api/patrol-rules
    any             401     403     403     403     403     403     200
PUT /api/patrol-rules < patrol_rules
    any             401     403     403     403     403     403     403
GET /api/coverage
    any             401     200     200     200     200     200     200
GET /api/coverage/{grid}
    own             401     200     200     200     200     200     200
    other_grid      401     200     200     200     200     200     200
    other_town      401     200     200     200     200     200     200
    other_county    401     404     404     404     404     404     404
    absent          401     404     404     404     404     404     404

GET /api/track-sources
    any             401     200     200     200     200     403     403
PUT /api/track-sources/{new} < tracker
    any             401     201     201     201     201     403     403
PUT /api/track-sources/{tracker} < tracker
    own             401     409     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     201     201     201     201     403     403
    absent          401     201     201     201     201     403     403
DELETE /api/track-sources/{tracker}
    own             401     200     404     404     404     403     403
    other_grid      401     404     404     404     404     403     403
    other_squad     401     404     404     404     404     403     403
    other_town      401     404     404     404     404     403     403
    other_county    401     404     404     404     404     403     403
    absent          401     404     404     404     404     403     403
GET /api/staff-track-sources
    any             401     403     403     403     403     200     200
DELETE /api/staff-track-sources/{tracker}
    own             401     403     403     403     403     200     200
    other_grid      401     403     403     403     403     200     200
    other_squad     401     403     403     403     403     200     200
    other_town      401     403     403     403     403     404     404
    other_county    401     403     403     403     403     404     404
    absent          401     403     403     403     403     404     404
GET /in/osmand/{tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
GET /in/osmand?api_key={tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
POST /in/osmand/{tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
POST /in/osmand?api_key={tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
PUT /in/osmand/{tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
PUT /in/osmand?api_key={tracker_token}
    own             200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404

GET /r/{code}
    own             200     200     200     200     200     200     200
    other_squad     200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
GET /r/{code}/photos/0/320
    own             200     200     200     200     200     200     200
    other_squad     200     200     200     200     200     200     200
    other_town      200     200     200     200     200     200     200
    other_county    200     200     200     200     200     200     200
    absent          404     404     404     404     404     404     404
POST /r/{code}/answer < resident_answer
    own             303     303     303     303     303     303     303
    other_county    303     303     303     303     303     303     303
    absent          404     404     404     404     404     404     404
GET /api/indicators/definitions
    any             401     403     403     200     403     200     200
GET /api/indicators?by=village
    any             401     403     403     200     403     200     200
GET /api/assessment-scheme
    any             401     403     403     200     403     200     200
GET /api/figure-objections
    any             401     403     403     200     403     200     200
GET /api/indicators?by=squad&from=2026-11-01&to=2026-11-30&within={grid}
    own             401     403     403     200     403     200     200
    other_grid      401     403     403     200     403     200     200
    other_squad     401     403     403     200     403     200     200
    other_town      401     403     403     200     403     200     200
    other_county    401     403     403     200     403     200     200
    absent          401     403     403     200     403     200     200
GET /api/indicators/cases?indicator=taken&within={grid}
    own             401     403     403     200     403     200     200
    other_grid      401     403     403     200     403     200     200
    other_squad     401     403     403     200     403     200     200
    other_town      401     403     403     200     403     200     200
    other_county    401     403     403     200     403     200     200
    absent          401     403     403     200     403     200     200
GET /api/indicators/cases?indicator=taken&squad={squad}
    own             401     403     403     200     403     200     200
    other_grid      401     403     403     200     403     200     200
    other_squad     401     403     403     200     403     200     200
    other_town      401     403     403     200     403     200     200
    other_county    401     403     403     200     403     200     200
    absent          401     403     403     200     403     200     200
GET /api/indicators/trend?indicator=taken&within={grid}
    own             401     403     403     200     403     200     200
    other_grid      401     403     403     200     403     200     200
    other_squad     401     403     403     200     403     200     200
    other_town      401     403     403     200     403     200     200
    other_county    401     403     403     200     403     200     200
    absent          401     403     403     200     403     200     200
PUT /api/assessment-scheme < scheme
    any             401     403     403     403     403     403     403
PUT /api/figure-objections/{new} < figure_objection
    own             401     403     403     409     403     403     403
    other_grid      401     403     403     409     403     403     403
    other_squad     401     403     403     403     403     403     403
    other_town      401     403     403     403     403     403     403
    other_county    401     403     403     404     403     403     403
    absent          401     403     403     403     403     403     403
PUT /api/figure-objections/{figure_objection}/answer < figure_answer
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /api/anomalies
    any             401     403     403     403     403     200     403
GET /api/anomalies/cases?rule=fast&code={squad}
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     200     403
    other_county    401     403     403     403     403     200     403
    absent          401     403     403     403     403     200     403
GET /api/bulletins
    any             401     403     403     403     403     200     403
PUT /api/bulletins/{new} < bulletin
    any             401     403     403     403     403     201     403
PUT /api/bulletins/{bulletin} < bulletin
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     201     403
    absent          401     403     403     403     403     201     403
GET /api/bulletins/{bulletin}
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /api/bulletins/{bulletin}/workbook
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
DELETE /api/bulletins/{bulletin}?version=1
    own             401     403     403     403     403     204     403
    other_grid      401     403     403     403     403     204     403
    other_squad     401     403     403     403     403     204     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
POST /api/bulletins/{bulletin}/issue < bulletin_issue
    own             401     403     403     403     403     200     403
    other_grid      401     403     403     403     403     200     403
    other_squad     401     403     403     403     403     200     403
    other_town      401     403     403     403     403     404     403
    other_county    401     403     403     403     403     404     403
    absent          401     403     403     403     403     404     403
GET /desk
    any             200     200     200     200     200     200     200
GET /api/nothing-here
    any             404     404     404     404     404     404     404
"""


class Cell(NamedTuple):
    scope: str
    role: str


@dataclass(frozen=True)
class Entry:
    """One request of the table: method, path with names to fill in, body, and the status for each scope and role."""

    heading: str
    method: str
    url: str
    body: str
    expected: dict[Cell, int]

    @property
    def scopes(self) -> list[str]:
        return list(dict.fromkeys(scope for scope, _role in self.expected))


def entries() -> list[Entry]:
    """The table, read. Raises ValueError for a row that does not give a status to every role."""
    columns, *lines = [line for line in TABLE.splitlines() if line.strip()]
    if tuple(columns.split()) != ROLES:
        raise ValueError("the table's columns are not the roles")
    found: list[Entry] = []
    for line in lines:
        if not line.startswith(" "):
            request, _, body = line.partition(" < ")
            method, url = request.split(" ", 1)
            found.append(Entry(line, method, url, body, {}))
            continue
        scope, *statuses = line.split()
        if len(statuses) != len(ROLES) or Cell(scope, ROLES[0]) in found[-1].expected:
            raise ValueError(f"not one status per role: {found[-1].heading} {line}")
        found[-1].expected.update({Cell(scope, role): int(s) for role, s in zip(ROLES, statuses, strict=True)})
    return found
