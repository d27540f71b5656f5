"""Define findings: results of the book, with everything a reader needs to check them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from citable.display.words import N_
from citable.errors import FindingError

SCHEMA = "one-in-four/findings/1"

# The fixed words for an interval's method, each with the name that the statistics use.
_METHOD_NAMES = {
    N_("wilson"): ("Wilson",),
    N_("wilson-overdispersed"): ("Wilson, over-dispersed",),
    N_("wilson-union"): ("union of Wilson intervals",),
    N_("clopper-pearson"): ("Clopper-Pearson",),
    N_("jeffreys"): ("Jeffreys",),
    N_("mid-p"): ("mid-P",),
    N_("newcombe"): ("Newcombe hybrid score",),
    N_("mover-wilson"): ("MOVER Wilson",),
    N_("woolf-logit"): ("Woolf logit",),
    N_("delta"): ("delta, logit scale",),
    N_("hac"): (),
    N_("hac-calibrated"): (),
    N_("hac-cosine"): ("equal-weighted cosine",),
    N_("areas-and-months"): ("areas and months",),
    N_("bootstrap"): (),
    N_("empirical-bayes"): ("empirical Bayes", "empirical Bayes, normal"),
    N_("full-bayes"): ("full Bayes, grid",),
    N_("likelihood"): (),
    N_("randomization"): (),
    N_("range"): (),
}
METHODS = tuple(_METHOD_NAMES)
_WORD_OF = {name: word for word, names in _METHOD_NAMES.items() for name in names}


def method_word(name: str) -> str:
    """Return the fixed word for an interval's method, given the name that the statistics use.

    Raises FindingError for a name that no word stands for.
    """
    if name in METHODS:
        return name
    if name in _WORD_OF:
        return _WORD_OF[name]
    lower = name.lower()
    if "bootstrap" in lower:
        return "bootstrap"
    if "calibrated" in lower:
        return "hac-calibrated"
    if "newey-west" in lower:
        return "hac"
    raise FindingError(f"interval method {name!r}: use one of {', '.join(METHODS)}")


UNITS = (
    N_("share"),
    N_("difference"),
    N_("count"),
    N_("ratio"),
    N_("p-value"),
    N_("date"),
    N_("index"),
    N_("verdict"),
)

# What was counted, and whether it stands beyond chance; see the printed rule in claims.yml.
AS_COUNTED = (N_("over"), N_("exactly"), N_("under"), N_("unknown"))
BEYOND_CHANCE = (N_("established"), N_("not established"), N_("not applicable"))

_ID = re.compile(r"(?:\d{1,2}|[A-Z])\.\d{1,3}")


@dataclass(frozen=True)
class Interval:
    """An interval for a finding's value, in the value's own unit."""

    low: float
    high: float
    method: str
    level: float = 0.95

    def __post_init__(self) -> None:
        object.__setattr__(self, "method", method_word(self.method))
        if not self.low <= self.high:
            raise FindingError(f"interval from {self.low} to {self.high}: the ends are swapped")


@dataclass(frozen=True)
class Finding:
    """Published result.

    ``value`` is in ``unit`` at full precision (a share in [0, 1], a difference of shares in
    [-1, 1]); ``numerator`` and ``denominator`` are counts where the value is their quotient;
    ``tables`` names the committed tables and hand-typed files it rests on; ``claims`` the ids of
    ``claims.yml`` it bears on; ``coverage`` is how often such an interval, or those that the value
    rests on, held the truth in ``error_rates.csv`` (None: not simulated); ``route`` says how its sources could come into evidence;
    ``not_shown`` is the few words on what the number does not show.
    """

    id: str
    statement: str
    estimand: str
    value: float | int | str | None
    unit: str
    period: str
    population: str
    tables: tuple[str, ...]
    route: str
    numerator: int | None = None
    denominator: int | None = None
    interval: Interval | None = None
    coverage: float | None = None
    reference: float | None = None
    reference_label: str = ""
    claims: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    null: str = ""
    as_counted: str = ""
    beyond_chance: str = ""
    not_shown: str = ""
    url: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain data, in the order of the schema."""
        return asdict(self)


def measured(
    identifier: str,
    value: Any = None,
    *,
    unit: str = "share",
    numerator: Any = None,
    denominator: Any = None,
    interval: Interval | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Check the numbers of a finding and return them as plain data, without its words.

    ``value`` is ``numerator / denominator`` where only these are given; ``fields`` are
    ``coverage``, ``reference``, ``as_counted`` and ``beyond_chance``. Raises FindingError as
    ``_check`` does: a malformed id, an unknown unit or verdict, a share outside [0, 1], counts
    that do not give the value, an interval without it.
    """
    if not _ID.fullmatch(identifier):
        raise FindingError(f"finding id {identifier!r}: expected chapter.number, such as 6.3")
    if value is None and numerator is not None and denominator:
        value = numerator / denominator
    numbers = {
        "id": identifier,
        "value": _plain(value),
        "unit": unit,
        "numerator": _plain(numerator),
        "denominator": _plain(denominator),
        "interval": interval,
        **{name: _plain(field) for name, field in fields.items()},
    }
    finding = Finding(**(_NO_WORDS | numbers))
    _check(finding)
    data = finding.as_json()
    return {name: data[name] for name in NUMBERS}


# The fields of a finding that are recorded by code; the others are words of its directive.
NUMBERS = (
    *("id", "value", "unit", "numerator", "denominator", "interval", "coverage", "reference"),
    *("as_counted", "beyond_chance"),
)
_NO_WORDS: dict[str, Any] = {
    **dict.fromkeys(("statement", "estimand", "period", "population", "route"), ""),
    "tables": (),
}


def complete(numbers: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """Join the numbers of a finding and the texts of its directive to plain data."""
    known = Finding.__dataclass_fields__
    values = {**numbers, **{name: text for name, text in words.items() if name in known}}
    return {name: values.get(name, known[name].default) for name in known}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _check(finding: Finding) -> None:
    name = f"finding {finding.id}"
    if finding.unit not in UNITS:
        raise FindingError(f"{name}: unit {finding.unit!r}, expected one of {', '.join(UNITS)}")
    if finding.as_counted and finding.as_counted not in AS_COUNTED:
        raise FindingError(f"{name}: as_counted {finding.as_counted!r}, expected {AS_COUNTED}")
    if finding.beyond_chance and finding.beyond_chance not in BEYOND_CHANCE:
        raise FindingError(
            f"{name}: beyond_chance {finding.beyond_chance!r}, expected {BEYOND_CHANCE}"
        )
    if finding.coverage is not None and not 0 <= finding.coverage <= 1:
        raise FindingError(f"{name}: coverage {finding.coverage} lies outside 0 to 1")
    value = finding.value
    if finding.unit == "share" and isinstance(value, float | int) and not 0 <= value <= 1:
        raise FindingError(f"{name}: share {value} lies outside 0 to 1")
    if finding.numerator is not None and finding.denominator and finding.unit == "share":
        quotient = finding.numerator / finding.denominator
        if isinstance(value, float | int) and abs(quotient - value) > 1e-12:
            raise FindingError(
                f"{name}: {finding.numerator}/{finding.denominator} is {quotient}, not {value}"
            )
    if finding.interval is not None and isinstance(value, float | int):
        low, high = finding.interval.low, finding.interval.high
        if not low - 1e-12 <= value <= high + 1e-12:
            raise FindingError(f"{name}: {value} lies outside its interval {low} to {high}")
