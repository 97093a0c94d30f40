"""Which version and which numbers hold in a municipality. A choice can only be stricter than its version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.codec import encode
from streams.events.choices import PolicyChosen, Regime
from streams.sharing.rules import BY_PEOPLE, Rule, permits_by_row, read_rules
from streams.sharing.versions import Parameters, PolicyError, Version, list_versions, read_version


@dataclass(frozen=True)
class Terms:
    """A version as it holds in one municipality. Rows without a gate are not in `gates`."""

    version: str
    parameters: Parameters
    gates: Mapping[int, Rule]
    regime: Regime = Regime.OPT_IN
    fewer_than: int = 10
    chosen_hours: Mapping[int, int] = field(default_factory=dict)

    def hours(self, row: int) -> int:
        """How long an opening of that row's gate lasts; a telegram's: how long it stays open after the lifting."""
        return self.chosen_hours.get(row) or int(self.gates[row].annotations["hours"])

    def at_most_hours(self, row: int) -> int:
        """The end of every renewal, counted from the opening."""
        return int(self.gates[row].annotations["at_most_h"])


def terms_of(version: Version, choice: PolicyChosen | None = None) -> Terms:
    """The terms of a municipality.

    Raises:
        PolicyError: the choice is looser than its version.
    """
    gates = {row: rule for row, rule in permits_by_row(read_rules(version.policies)).items() if rule.gate}
    parameters = version.parameters
    if choice is None:
        return Terms(version.name, parameters, gates, fewer_than=parameters.fewer_than)
    faults = list_faults(choice, version, gates)
    if faults:
        raise PolicyError(f"municipality {choice.municipality}: {'; '.join(faults)}")
    return Terms(
        version.name,
        parameters,
        gates,
        choice.regime,
        choice.fewer_than or parameters.fewer_than,
        choice.hours,
    )


def list_faults(choice: PolicyChosen, version: Version, gates: Mapping[int, Rule]) -> list[str]:
    """Why this choice may not stand; empty when it may."""
    faults = []
    least = version.parameters.fewer_than
    if choice.policy != version.name:
        faults.append(f"policy {choice.policy} was chosen, not {version.name}")
    if choice.fewer_than is not None and choice.fewer_than < least:
        faults.append(f"fewer_than {choice.fewer_than}: {least} is the least that {version.name} allows")
    for row, hours in choice.hours.items():
        bound = gates[row].find_number("hours") if row in gates else None
        if bound is None:
            faults.append(f"row {row} has no gate, and so no hours")
        elif not 1 <= hours <= bound:
            faults.append(f"row {row}: {hours} h, the bounds are 1 and {bound}")
    return faults


def fold_choice(known: PolicyChosen | None, choice: PolicyChosen) -> PolicyChosen:
    """The choice that stands: the newest, in whichever order and however often they come."""
    return choice if known is None else max(known, choice, key=lambda c: (c.at_ms, encode(c)))


def terms_by_municipality(choices: Iterable[PolicyChosen], *, otherwise: str) -> dict[str, Terms]:
    """Terms of all that chose, and under "" those of everybody else.

    Raises:
        PolicyError: a version that does not exist, or a choice that is looser than it may be.
    """
    versions = {name: read_version(name) for name in list_versions()}
    standing: dict[str, PolicyChosen] = {}
    for choice in choices:
        standing[choice.municipality] = fold_choice(standing.get(choice.municipality), choice)
    unknown = sorted({c.policy for c in standing.values()} - set(versions))
    if unknown or otherwise not in versions:
        raise PolicyError(f"no policy version {', '.join(unknown) or otherwise!r}")
    terms = {code: terms_of(versions[c.policy], c) for code, c in standing.items()}
    return terms | {"": terms_of(versions[otherwise])}


def has_people_gate(terms: Terms, row: int) -> bool:
    """Whether that row is opened by people."""
    return row in terms.gates and terms.gates[row].gate == BY_PEOPLE
