"""What the stand-in does wrong on demand, so that tests and people can see what comes of it."""

import re
from dataclasses import dataclass, field

KINDS = {
    "429": "too many requests; Retry-After: VALUE seconds (1)",
    "429-date": "the same, Retry-After as a date VALUE seconds ahead (1)",
    "429-bare": "the same without Retry-After",
    "503": "unavailable, as a proxy says it; with a VALUE, Retry-After: VALUE seconds",
    "slow": "the first byte comes VALUE seconds late (5)",
    "truncated": "JSON that ends in the middle",
    "cut": "the connection breaks in the middle of the answer",
    "html": "a page for people, with status 200",
    "version": "signature.version 1.1",
    "short-row": "a row with a value missing",
    "null-data": "no rows where there should be some",
    "drift": "from then on VALUE (1) more asteroids match",
    "moving": "from then on every row stands one place earlier, the first one last: one is seen twice, one never",
}
DEFAULT_VALUES = {"429": 1.0, "429-date": 1.0, "slow": 5.0, "drift": 1.0}
_FORM = re.compile(r"([a-z0-9-]+?)(?:@(\d+))?(?:x(\d+|ever))?(?:=(\d+(?:\.\d+)?))?", re.ASCII)


@dataclass(kw_only=True)
class Fault:
    """kind: one of KINDS. page: at which page, None: at any. times: how often, 0: ever. value: as the kind says."""

    kind: str
    page: int | None = None
    times: int = 1
    value: float = 0.0
    done_count: int = field(default=0, compare=False)

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read KIND[@PAGE][xTIMES|xever][=VALUE], for example `429@3x2=5`; raises ValueError."""
        match = _FORM.fullmatch(text)
        if match is None or match[1] not in KINDS:
            raise ValueError(f"expected KIND[@PAGE][xTIMES][=VALUE], KIND one of {', '.join(KINDS)}; got {text!r}")
        kind, page, times, value = match.groups()
        return cls(
            kind=kind,
            page=int(page) if page else None,
            times=0 if times == "ever" else int(times or 1),
            value=float(value) if value else DEFAULT_VALUES.get(kind, 0.0),
        )

    def strikes(self, page: int) -> bool:
        """Whether this request for a page meets the fault; counts it then."""
        if (self.page is not None and self.page != page) or (self.times and self.done_count >= self.times):
            return False
        self.done_count += 1
        return True
