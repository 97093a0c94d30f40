"""What devices and partners send and get, as the OpenAPI document shows it."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from streams.events.consents import Choice, ConsentState, Purpose

MOST_POSITIONS = 100
MOST_IN_BATCH = 5_000

Notice = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$", description="Version of the text that was shown.", examples=["2026-1"])
]  # fmt: skip
Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", description="Language of that text.", examples=["ja"])
]  # fmt: skip


def _no_text(value: object) -> object:
    if isinstance(value, str | bool):
        raise ValueError("expected a whole number")  # noqa: TRY004 - pydantic tells the client only of ValueError
    return value


WHOLE = BeforeValidator(_no_text)
"""An integer as JSON Schema has it: 2.0 is one, "2" is not. Comes after the bounds, or the document loses them."""
AtMs = Annotated[
    int,
    Field(
        ge=0,
        le=2**53,
        description="The device's own clock: milliseconds since 1970-01-01 UTC.",
        examples=[1_790_000_000_000],
    ),
    WHOLE,
]


class Strict(BaseModel):
    """Unknown fields are errors: a misspelt consent must not be silently nothing."""

    model_config = ConfigDict(extra="forbid")


class ChoiceBody(Strict):
    """One purpose and what was chosen."""

    purpose: Purpose = Field(description="What positions may be used for.", examples=["crowd_count"])
    choice: Choice = Field(
        description="A refusal is recorded; it differs from never having been asked.", examples=["granted"]
    )


class ConsentsBody(Strict):
    """Choices, and the text on which they rest."""

    consents: list[ChoiceBody] = Field(
        max_length=len(Purpose), examples=[[{"purpose": "crowd_count", "choice": "granted"}]]
    )
    notice: Notice
    language: Language = "ja"

    @model_validator(mode="after")
    def _one_choice_a_purpose(self) -> "ConsentsBody":
        if len({c.purpose for c in self.consents}) != len(self.consents):
            raise ValueError("a purpose is named twice")
        return self


class DevicesBody(ConsentsBody):
    """Many devices that chose the same on the same text."""

    count: Annotated[int, Field(ge=1, le=MOST_IN_BATCH, examples=[2]), WHOLE]


class DeviceAnswer(BaseModel):
    """A new device. The token is shown once; there is no account to get it back."""

    device: str = Field(description="Its pseudonym.", examples=["3kq0Zb0m1yQf8o4m2c9J1w"])
    token: str = Field(
        description="Send it as `Authorization: Bearer`.",
        examples=["3kq0Zb0m1yQf8o4m2c9J1w.5d41402abc4b2a76b9719d911017c592"],
    )


class DevicesAnswer(BaseModel):
    """New devices, in no order."""

    devices: list[str] = Field(description="Their pseudonyms, for `/v1/positions/batch`.")


class StandingConsent(BaseModel):
    """One choice as it stands, with what a receipt needs."""

    purpose: Purpose
    choice: Choice
    at_ms: int
    notice: str
    language: str


class ConsentsAnswer(BaseModel):
    """All standing choices."""

    consents: list[StandingConsent]

    @classmethod
    def of(cls, state: ConsentState) -> "ConsentsAnswer":
        """From the state."""
        return cls(
            consents=[
                StandingConsent(
                    purpose=c.purpose, choice=c.choice, at_ms=c.at_ms, notice=c.notice, language=c.language
                )
                for c in state.consents
            ]
        )


class PositionBody(Strict):
    """Where the device was, and when by its own clock."""

    at_ms: AtMs
    lat: float = Field(
        strict=True, ge=-90, le=90, allow_inf_nan=False, description="Degrees, WGS 84.", examples=[34.5]
    )
    lon: float = Field(
        strict=True, ge=-180, le=180, allow_inf_nan=False, description="Degrees, WGS 84.", examples=[135.23]
    )  # fmt: skip


class PositionsBody(Strict):
    """Positions of one device, in any order; what was sent before changes nothing."""

    positions: list[PositionBody] = Field(min_length=1, max_length=MOST_POSITIONS)


class PositionsAnswer(BaseModel):
    """How many are on the broker now."""

    accepted: int


class ColumnsBody(Strict):
    """Positions of many devices as columns of one length."""

    device: list[str] = Field(min_length=1, max_length=MOST_IN_BATCH, examples=[["3kq0Zb0m1yQf8o4m2c9J1w"]])
    at_ms: list[AtMs] = Field(min_length=1, max_length=MOST_IN_BATCH, examples=[[1_790_000_000_000]])
    lat: list[Annotated[float, Field(strict=True, allow_inf_nan=False)]] = Field(
        min_length=1, max_length=MOST_IN_BATCH, examples=[[34.5]]
    )
    lon: list[Annotated[float, Field(strict=True, allow_inf_nan=False)]] = Field(
        min_length=1, max_length=MOST_IN_BATCH, examples=[[135.23]]
    )

    @model_validator(mode="after")
    def _one_length(self) -> "ColumnsBody":
        lengths = {name: len(getattr(self, name)) for name in ("device", "at_ms", "lat", "lon")}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns differ in length: {lengths}")
        return self


class ColumnsAnswer(BaseModel):
    """How many are on the broker now, and how many were not taken, by reason."""

    accepted: int
    refused: dict[str, int] = Field(
        description="`no-consent` (also for unknown devices), `clock-ahead`, `too-old`, `bad-coordinates`; reasons with none are left out.",
        examples=[{"no-consent": 3}],
    )
