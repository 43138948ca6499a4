"""Who may do what, as pure tables: roles, permissions, and the actor on whose behalf a request runs.

Which rows an actor may see is one rule in two forms: `Actor.sees` here, and the scope clause of `cases/queries.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    WORKER = "worker"
    SQUAD_MEMBER = "squad_member"
    SQUAD_LEADER = "squad_leader"
    INSPECTOR = "inspector"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    REPORT = "report"
    PATROL = "patrol"
    SEE_TRACKS = "see_tracks"
    SEE_COVERAGE = "see_coverage"
    REGISTER = "register"
    SEE_CASES = "see_cases"
    SEE_PAST = "see_past"
    ACT_ON_CASES = "act_on_cases"
    SEE_NET = "see_net"
    SEE_SQUADS = "see_squads"
    SEE_ROUTING = "see_routing"
    SEE_EVIDENCE = "see_evidence"
    CHECK_EVIDENCE = "check_evidence"
    SEE_CONTACTS = "see_contacts"
    EXPORT = "export"
    SEE_STAFF = "see_staff"
    SEE_ROTA = "see_rota"
    ASK_ROTA = "ask_rota"
    MANAGE_NET = "manage_net"
    MANAGE_STAFF = "manage_staff"
    MANAGE_ROTA = "manage_rota"
    MANAGE_CATALOGUE = "manage_catalogue"
    MANAGE_ROUTING = "manage_routing"
    MANAGE_PATROLS = "manage_patrols"
    KEEP_VIEWS = "keep_views"
    SEE_FIGURES = "see_figures"
    ASSESS = "assess"
    MANAGE_ASSESSMENT = "manage_assessment"
    SEE_CHANNELS = "see_channels"
    MANAGE_CHANNELS = "manage_channels"


_EVERYONE = frozenset({Permission.SEE_CASES, Permission.SEE_NET, Permission.SEE_ROUTING, Permission.SEE_COVERAGE})
_FIELD = _EVERYONE | {Permission.REPORT, Permission.ACT_ON_CASES, Permission.PATROL}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.WORKER: _FIELD,
    Role.SQUAD_MEMBER: _FIELD | {Permission.SEE_ROTA, Permission.ASK_ROTA},
    Role.SQUAD_LEADER: _FIELD
    | {
        Permission.SEE_ROTA,
        Permission.ASK_ROTA,
        Permission.MANAGE_ROTA,
        Permission.SEE_TRACKS,
        Permission.SEE_FIGURES,
    },
    Role.INSPECTOR: _FIELD | {Permission.SEE_EVIDENCE},
    Role.OPERATOR: _EVERYONE
    | {
        Permission.ACT_ON_CASES,
        Permission.REGISTER,
        Permission.SEE_TRACKS,
        Permission.SEE_PAST,
        Permission.SEE_SQUADS,
        Permission.SEE_EVIDENCE,
        Permission.CHECK_EVIDENCE,
        Permission.SEE_CONTACTS,
        Permission.EXPORT,
        Permission.SEE_STAFF,
        Permission.SEE_ROTA,
        Permission.MANAGE_ROUTING,
        Permission.KEEP_VIEWS,
        Permission.SEE_FIGURES,
        Permission.ASSESS,
        Permission.SEE_CHANNELS,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.EXPORT,
        Permission.SEE_SQUADS,
        Permission.SEE_STAFF,
        Permission.SEE_ROTA,
        Permission.MANAGE_NET,
        Permission.MANAGE_STAFF,
        Permission.MANAGE_ROTA,
        Permission.MANAGE_CATALOGUE,
        Permission.MANAGE_ROUTING,
        Permission.MANAGE_PATROLS,
        Permission.KEEP_VIEWS,
        Permission.SEE_FIGURES,
        Permission.MANAGE_ASSESSMENT,
        Permission.SEE_CHANNELS,
        Permission.MANAGE_CHANNELS,
    },
}

SQUAD_ROLES = frozenset({Role.SQUAD_MEMBER, Role.SQUAD_LEADER})


def covers(scope_path: str, grid_path: str) -> bool:
    """Whether the grid at `grid_path` is the one at `scope_path` or lies below it; paths are `/`-joined grid codes."""
    return grid_path == scope_path or grid_path.startswith(f"{scope_path}/")


@dataclass(frozen=True)
class Audience:
    """Whom a case concerns: its grid (path), those who reported it, and every squad that ever had it.

    A `claimable` one concerns also the squads that are responsible for the grid: any of them may take it.
    """

    grid_path: str
    reporter_ids: tuple[UUID, ...]
    squad_codes: tuple[str, ...]
    claimable: bool = False


@dataclass(frozen=True)
class PostHeld:
    """One post of the actor that is valid today: a role, over a grid (path of codes) or in a squad.

    `duty` is the value of a `staff.models.Duty` for a post in a grid team.
    """

    role: Role
    grid_path: str | None = None
    squad_code: str | None = None
    duty: str | None = None


@dataclass(frozen=True)
class Actor:
    """Who is asking. Read from the database for every request, so that a changed post counts at once.

    `jurisdiction_paths` are the grids for which the actor's squads are responsible.
    """

    county: str
    staff_id: UUID
    name: str
    posts: tuple[PostHeld, ...]
    must_change_password: bool = False
    jurisdiction_paths: tuple[str, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts)

    @property
    def scope_paths(self) -> tuple[str, ...]:
        """Paths of the grids that the actor's posts cover."""
        return tuple(sorted({post.grid_path for post in self.posts if post.grid_path}))

    def paths_for(self, permission: Permission) -> tuple[str, ...]:
        """Paths of the grids over which a post of the actor carries this permission, the widest first."""
        paths = {post.grid_path for post in self.posts if post.grid_path and permission in ROLE_PERMISSIONS[post.role]}
        return tuple(sorted(paths, key=lambda path: (path.count("/"), path)))

    @property
    def squad_codes(self) -> tuple[str, ...]:
        return tuple(sorted({post.squad_code for post in self.posts if post.squad_code}))

    @property
    def town_paths(self) -> tuple[str, ...]:
        """Paths of the towns in which the actor has a post or a squad; the county's for a post over all of it."""
        reached = (*self.scope_paths, *self.jurisdiction_paths)
        return tuple(sorted({"/".join(path.split("/")[:2]) for path in reached}))

    def may(self, permission: Permission) -> bool:
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)

    def sees(self, audience: Audience) -> bool:
        """The scope rule without a database, for live messages. Its twin in SQL is `cases.queries.visible_to`."""
        return (
            self.staff_id in audience.reporter_ids
            or any(covers(path, audience.grid_path) for path in self.scope_paths)
            or (audience.claimable and any(covers(path, audience.grid_path) for path in self.jurisdiction_paths))
            or bool(set(audience.squad_codes) & set(self.squad_codes))
        )

    def roles_at(self, grid_path: str) -> frozenset[Role]:
        """The roles that the actor's posts give at this grid. Squad posts are not bound to a grid and are left out."""
        return frozenset(p.role for p in self.posts if p.grid_path and covers(p.grid_path, grid_path))
