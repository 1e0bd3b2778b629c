"""On which days a stay is possible for which talks, and when it can end at the earliest.

The same walk over sets of talks as in `stays`, without counting: waiting is allowed up to the
longest wait at once, by doubling. The answer is exact unless she set a longest visit, of which
only the talks' own length is looked at here; then it allows more than there is, never less.
"""

from portal.domain.visits.grid import bits
from portal.domain.visits.ground import Ground


def earliest_ends(ground: Ground) -> list[dict[int, int]]:
    """For each lane: sets of talks to the first bit at which a stay for them could end."""
    waits = _waits(ground)
    found: list[dict[int, int]] = [{} for _ in range(ground.lanes)]
    ends = _first_ends(ground)
    for talks, by_floor in enumerate(ends):
        too_long = ground.longest_visit is not None and (
            ground.talking[talks] > ground.longest_visit
        )
        if not by_floor or too_long:
            continue
        _meet_fixed(ground, by_floor, waits)
        _move_on(ground, ends, talks, waits)
        if talks:
            _note(ground, by_floor, talks, found)
    return found


def _first_ends(ground: Ground) -> list[dict[int, int]]:
    ends: list[dict[int, int]] = [{} for _ in ground.talking]
    for talk, by_floor in enumerate(ground.starts):
        for floor, starts in by_floor.items():
            ends[1 << talk][floor] = (starts & ground.opens) << ground.lengths[talk]
    for first, *_ in ground.by_lane.values():
        ends[0][first.floor] = ends[0].get(first.floor, 0) | 1 << first.end
    return ends


def _waits(ground: Ground) -> list[tuple[int, int]]:
    """Shifts and masks that together let any waiting pass, up to the longest."""
    found, covered, passable = [], 1, ground.passable
    while covered <= ground.longest_wait:
        more = min(covered, ground.longest_wait + 1 - covered)
        run = ground.passable
        for _ in range(more - 1):
            run &= (run << 1) & passable
        found.append((more, run))
        covered += more
    return found


def _after_waiting(ends: int, waits: list[tuple[int, int]]) -> int:
    for more, passable in waits:
        ends |= (ends << more) & passable
    return ends


def _meet_fixed(ground: Ground, by_floor: dict[int, int], waits: list[tuple[int, int]]) -> None:
    for part in ground.fixed:
        for floor, ends in list(by_floor.items()):
            walk = ground.walk[floor][part.floor]
            ready = _after_waiting(ends, waits)
            leaves = part.start - walk
            if leaves >= 0 and ready >> leaves & 1 and ground.waits(leaves, walk):
                by_floor[part.floor] = by_floor.get(part.floor, 0) | 1 << part.end


def _move_on(
    ground: Ground, ends: list[dict[int, int]], talks: int, waits: list[tuple[int, int]]
) -> None:
    for floor, mask in ends[talks].items():
        ready = _after_waiting(mask, waits)
        for hop in ground.hops[floor]:
            if not talks & hop.talk and (starts := ready << hop.walk & hop.starts):
                after = ends[talks | hop.talk]
                after[hop.floor] = after.get(hop.floor, 0) | starts << hop.length


def _note(
    ground: Ground, by_floor: dict[int, int], talks: int, found: list[dict[int, int]]
) -> None:
    ends = 0
    for mask in by_floor.values():
        ends |= mask
    ends &= ground.closes
    while ends:
        first = next(iter(bits(ends)))
        lane = first // ground.width
        found[lane][talks] = first
        ends &= -1 << (lane + 1) * ground.width
