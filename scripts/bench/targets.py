"""What a run of the tracing bench is held to: figures beside the targets for ten million moves."""

from __future__ import annotations

from dataclasses import dataclass, field

MEDIANS = {"backward": 1.0, "forward": 50.0}
"""Milliseconds of the processor, whatever the size of the interval."""
WORSTS = {"backward": 20.0, "forward": 1_000.0}


@dataclass
class Targets:
    """The figures of one shape and size."""

    title: str
    lines: list[str] = field(default_factory=list)

    def note(self, what: str, worked: float, passed: float, most: float) -> None:
        """Seconds of processor and clock; the clock is held to the target."""
        told = f"{worked:.2f} s of processor, {passed:.2f} s"
        self._line(what, told, f"{most:.0f} s", passed / most)

    def asked(self, walk: str, largest: int, median: float, worst: float) -> None:
        """Milliseconds of processor of many questions."""
        what = f"{walk} up to {largest:,} fen"
        most, at_worst = MEDIANS[walk], WORSTS[walk]
        self._line(f"{what}, median", f"{median:.3f} ms", f"{most:.0f} ms", median / most)
        self._line(f"{what}, worst", f"{worst:.2f} ms", f"{at_worst:.0f} ms", worst / at_worst)

    def peer(self, what: str, theirs: float | None, ours: float) -> None:
        """Seconds of the clock a question, medians; None: the peer gave no answer in time."""
        if theirs is None:
            self.lines.append(f"    {what:<42} no answer in time; ours {ours * 1e3:.2f} ms")
        else:
            told = f"{theirs * 1e3:.1f} ms, ours {ours * 1e3:.2f} ms"
            self.lines.append(f"    {what:<42} {told}: {theirs / ours:,.0f} to 1, equal answers")

    def show(self) -> None:
        """All of them, and which are missed."""
        print(f"  {self.title}, beside the targets for 10,000,000:")
        print("\n".join(self.lines))

    def _line(self, what: str, told: str, target: str, ratio: float) -> None:
        verdict = "reached" if ratio <= 1 else "MISSED"
        self.lines.append(f"    {what:<42} {told:<36} of {target:>7}: {ratio:6.2f}, {verdict}")
