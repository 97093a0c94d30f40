"""Whose counts this page may show: row 1 of the decision table, asked again at the API, because a gate may have closed since."""

from collections.abc import Sequence

from dashboard_api.staff.payloads import Sharing
from services.kit.problems import Problem
from streams.sharing.decide import CountsRequest, Decider, Decision, Recipient

PURPOSE = "evacuation-overview"


class Scope:
    """The municipalities that one page serves, and what was decided about each."""

    def __init__(self, decider: Decider, served: Sequence[str]) -> None:
        self._decider = decider
        self._served = tuple(served)
        self._decisions: dict[str, Decision] = {}

    def decide(self, municipality: str) -> Decision:
        """Whether staff of a municipality that this page serves may see that one's counts."""
        if municipality not in self._decisions:
            answers = [self._ask(own, municipality) for own in self._served]
            permitted = next((a for a in answers if a.permitted), None)
            self._decisions[municipality] = permitted or answers[0]
        return self._decisions[municipality]

    def _ask(self, own: str, municipality: str) -> Decision:
        request = CountsRequest(municipality, PURPOSE, protected=True)
        return self._decider.decide_counts(Recipient(f"staff:{own}", "staff", own), request)

    def may_see(self, recipient: str) -> str | None:
        """The municipality of a shared count (`staff:<code>`), or None where this page may not show it."""
        role, _, municipality = recipient.partition(":")
        if role != "staff" or municipality not in self._served or not self.decide(municipality).permitted:
            return None
        return municipality

    def require(self, municipality: str) -> None:
        """For a request that names a municipality.

        Raises:
            Problem: 403 with the reason of the refusal.
        """
        decision = self.decide(municipality)
        if not decision.permitted:
            raise Problem(
                "sharing-refused",
                status=403,
                detail=f"counts of {municipality}: {decision.reason} (policy {decision.policy})",
                field="municipality",
                remedy=f"ask for one of {', '.join(self._served)}",
            )

    def statement(self) -> list[Sharing]:
        """What was decided, for the page and the audit."""
        return [
            Sharing(
                municipality=code,
                permitted=(decision := self.decide(code)).permitted,
                policy=decision.policy,
                row=decision.row,
                reason=decision.reason,
            )
            for code in self._served
        ]
