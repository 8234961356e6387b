"""The sum of a run, in words and numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.torture.checks import Findings, Remains, ReportState, State

MOST_SHOWN = 30


@dataclass
class Counts:
    """What was done to the system, and how long it took to come to rest afterwards."""

    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    settled_after_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Report:
    counts: Counts
    findings: Findings
    remains: Remains
    deeds: Counter[str]
    attempts: Counter[str]
    longest_recovery_s: Mapping[str, float]
    longest_wait_s: float
    logs: str

    def text(self) -> str:
        calculations = self.remains.calculations.values()
        statuses = Counter(row["status"] for row in self.remains.rows.values())
        found = self.findings
        lines = [
            "",
            _line("kills", self.counts.kills),
            _line("faults", self.counts.faults),
            _line("deeds", self.deeds),
            _line("requests", statuses),
            _line("calculations", Counter(State.Name(one.state) for one in calculations)),
            _line("reports", Counter(ReportState.Name(one.report.state) for one in calculations)),
            _line("callbacks sent", self.attempts),
            f"{'longest recovery':18} {_times(self.longest_recovery_s)}",
            f"{'longest wait':18} {self.longest_wait_s:.1f} s from asking to a result",
            f"{'settled':18} {self.counts.settled_after_s:.1f} s after the last fault",
            f"lost {len(found.lost)}, doubled {len(found.doubled)}, stuck {len(found.stuck)}, wrong {len(found.wrong)}",
        ]
        evidence = found.all()
        lines += [f"  {sentence}" for sentence in evidence[:MOST_SHOWN]]
        if len(evidence) > MOST_SHOWN:
            lines.append(f"  and {len(evidence) - MOST_SHOWN} more")
        return "\n".join([*lines, self.logs] if evidence else lines)


def _line(title: str, counts: Counter[str]) -> str:
    parts = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return f"{title:18} {counts.total()}: {parts}"


def _times(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {longest_s:.1f} s" for name, longest_s in sorted(seconds.items()))
