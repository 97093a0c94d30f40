"""The best order of pick-ups and drops: each passenger waits, rides or has arrived (Held and Karp 1962, with a third state for those aboard)."""

import numpy as np
from numba import njit

NEVER = np.int64(1 << 60)
"""No way, or no plan."""
LEFT_BEHIND = np.int64(1 << 40)
"""What leaving one passenger costs: more than any tour, so that fewest are left first, and then the way is shortest."""
WAITING, ABOARD, ARRIVED = range(3)


@njit(cache=True, nogil=True)
def plan_tour(cost, party, drop, room, best, action):
    """Fills best, action: [3 ** n, places]: the least cost from a state and a place to the end, and the place to go to next.

    cost: int64[places, places], NEVER is no way. Place 0 is the start, places 1..n are where passengers wait, the rest where they
    are dropped. party: int64[n], persons that wait together; drop: int64[n], the place where each wants to be; room: persons that
    ride at once. A state is a number of base 3, its digit i says of passenger i: WAITING, ABOARD, ARRIVED. At a drop all get out
    who want to be there. action: int8, -1 ends the tour. Equal costs are decided by the place, the lowest first; ending comes
    before going on.
    """
    n, places = len(party), len(cost)
    digit, power = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        power[i] = 3**i
    # invariant: an action only raises digits, so that all states it leads to are done
    for state in range(len(best) - 1, -1, -1):
        aboard, waiting = np.int64(0), np.int64(0)
        for i in range(n):
            digit[i] = state // power[i] % 3
            if digit[i] == ABOARD:
                aboard += party[i]
            elif digit[i] == WAITING:
                waiting += party[i]
        for at in range(places):
            least, chosen = NEVER, -1
            if aboard == 0:
                least = LEFT_BEHIND * waiting
            for goal in range(1, places):
                after = state
                if goal <= n:
                    if digit[goal - 1] != WAITING or aboard + party[goal - 1] > room:
                        continue
                    after += power[goal - 1]
                else:
                    for i in range(n):
                        if digit[i] == ABOARD and drop[i] == goal:
                            after += power[i]
                if after != state and cost[at, goal] + best[after, goal] < least:
                    least, chosen = cost[at, goal] + best[after, goal], goal
            best[state, at], action[state, at] = least, chosen
