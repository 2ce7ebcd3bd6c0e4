"""How often what is said to open a closed day does, and nine tenths of it do not.

``python -m tests.studies.relaxations 20`` looks at some twenty days of each tight lane and prints a line for each lane,
and one for each day on which it does not hold.
"""

import sys

from sim.window.explain import in_words, rounded_up
from sim.window.relax import relaxed
from tests.tight_lanes import opens, searched, tight_lanes

DAYS = 60


def study(per_lane):
    """Yield name, days looked at, and those that do not hold, as text."""
    for name, (one, start) in tight_lanes().items():
        day, found = searched(one, start, DAYS)
        known = [(day[k], each) for k, each in enumerate(found.verdict.relaxations) if each is not None]
        some = known[:: max(1, len(known) // per_lane)]
        yield name, len(some), [text for when, each in some if (text := wrong(one, when, each))]


def wrong(one, day, each):
    """What is wrong with a relaxation, empty where nothing is."""
    amount = float(rounded_up(each.amount))
    all_of_it, most_of_it = (opens(relaxed(one, each.constraint, share * amount), day) for share in (1.0, 0.9))
    if all_of_it and not most_of_it:
        return ""
    return f"{day} {in_words(each)}: " + ("nine tenths do" if all_of_it else "does not open")


if __name__ == "__main__":
    for lane_name, count, bad in study(int(sys.argv[1]) if len(sys.argv) > 1 else 6):
        sys.stdout.write(f"{lane_name}: {count} days, {len(bad)} wrong\n")
        for line in bad:
            sys.stdout.write(f"    {line}\n")
