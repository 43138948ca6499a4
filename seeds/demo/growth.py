"""How parcels become villages and grids: regions grow from starting parcels until they meet.

Growth pays for distance and for crossing roads and rivers, so regions tend to end there. A region is always connected.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.random import Generator

from seeds.demo.parcels import Parcels
from seeds.demo.plane import Points

Owners = dict[int, int]

TRIES = 6  # fresh sets of starting parcels per village
ROUNDS = 12  # times each set moves to the middle of its regions


def grow(parcels: Parcels, starts: Sequence[int], pace: Sequence[float], land: Iterable[int]) -> Owners:
    """Owner (index into `starts`) of every parcel of the connected `land`; a higher pace reaches further."""
    free = set(land)
    owners: Owners = {}
    front = [(0.0, start, owner) for owner, start in enumerate(starts)]
    while front:
        reached, parcel, owner = heappop(front)
        if parcel in owners:
            continue
        owners[parcel] = owner
        for near in parcels.neighbours[parcel]:
            if near.parcel in free and near.parcel not in owners:
                heappush(front, (reached + (near.apart_m + near.barrier_m) / pace[owner], near.parcel, owner))
    return owners


def divide(parcels: Parcels, land: Sequence[int], weight: Points, count: int, rng: Generator) -> Owners:
    """Divide connected `land` into `count` round regions of similar weight (people rather than square metres)."""
    best, best_worth = {}, 0.0
    for _ in range(TRIES):
        starts = [int(p) for p in rng.choice(land, count, replace=False, p=weight[land] / weight[land].sum())]
        pace = np.ones(count)
        for _ in range(ROUNDS):
            owners = straighten(parcels, grow(parcels, starts, pace.tolist(), land))
            regions = [[p for p in land if owners[p] == owner] for owner in range(count)]
            mass = np.array([weight[region].sum() for region in regions])
            worth = min(_roundness(parcels, region) for region in regions) * float(mass.min() / mass.max()) ** 0.5
            if worth > best_worth:
                best, best_worth = owners, worth
            pace = np.clip(pace * (mass.mean() / mass) ** 0.2, 0.5, 2)
            starts = [_middle(parcels, region, weight) for region in regions]
    return best


def _roundness(parcels: Parcels, region: list[int]) -> float:
    """1 for a disc, near 0 for a needle: the disc's spread around its middle over the region's."""
    area_m2 = parcels.area_m2[region]
    centre = np.average(parcels.seeds[region], axis=0, weights=area_m2)
    spread = (((parcels.seeds[region] - centre) ** 2).sum(axis=1) + area_m2 / (2 * np.pi)) @ area_m2
    return float(area_m2.sum() ** 2 / (2 * np.pi * spread))


def _middle(parcels: Parcels, region: list[int], weight: Points) -> int:
    """The parcel nearest to the region's centre of weight."""
    centre = np.average(parcels.seeds[region], axis=0, weights=weight[region])
    return region[int(np.argmin(((parcels.seeds[region] - centre) ** 2).sum(axis=1)))]


def straighten(parcels: Parcels, owners: Owners) -> Owners:
    """Hand parcels that stick out to the owner they border most; roads and rivers hold."""
    owners = dict(owners)
    in_order = sorted(owners)
    # What each border weighs does not change; most parcels lie amid their own and are passed over.
    borders = {
        parcel: [
            (near.parcel, near.edge_m * (0.3 if near.barrier_m else 1))
            for near in parcels.neighbours[parcel]
            if near.parcel in owners
        ]
        for parcel in in_order
    }
    for _ in range(6):
        moved = 0
        for parcel in in_order:
            mine = owners[parcel]
            if all(owners[near] == mine for near, _worth in borders[parcel]):
                continue
            border_m: dict[int, float] = {}
            for near, worth in borders[parcel]:
                border_m[owners[near]] = border_m.get(owners[near], 0) + worth
            best = max(border_m, key=lambda owner: (border_m[owner], owner))
            if border_m[best] > border_m.get(mine, 0) and _stays_connected(parcels, owners, parcel):
                owners[parcel] = best
                moved += 1
        if not moved:
            break
    return owners


def _stays_connected(parcels: Parcels, owners: Owners, leaving: int) -> bool:
    """Whether the owner's other parcels still hang together without the leaving one.

    They do if its own neighbours among them can all be reached from one of them.
    """
    mine = owners[leaving]
    wanted = {near.parcel for near in parcels.neighbours[leaving] if owners.get(near.parcel) == mine}
    if not wanted:
        return False
    start = min(wanted)
    seen, front = {start}, [start]
    while front and wanted:
        parcel = front.pop()
        wanted.discard(parcel)
        for near in parcels.neighbours[parcel]:
            if near.parcel not in seen and near.parcel != leaving and owners.get(near.parcel) == mine:
                seen.add(near.parcel)
                front.append(near.parcel)
    return not wanted
