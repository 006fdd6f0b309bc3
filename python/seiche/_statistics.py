"""What a loader has done, and whether it or the training step is the bottleneck."""

from collections.abc import Mapping
from typing import Any


class Statistics(dict):
    """A loader's counters by name, sums since it was made; seconds of workers add up over threads.

    Among them: batches, samples, bytes_read, bytes_decoded, bytes_delivered, read_seconds,
    decode_seconds, wait_seconds (the training loop, for data), epoch_seconds, stall_share (the part
    of the epoch that the training loop waited), decodes_per_chunk (1: each chunk was decoded once),
    memory_bytes, memory_peak_bytes, shuffle_quality (1: as good as uniform), slow_fields.
    """

    def __init__(self, counters: Mapping[str, Any], report: str) -> None:
        super().__init__(counters)
        self.report = report

    @property
    def summary(self) -> str:
        """One line: who waits for whom."""
        share = self["stall_share"]
        if self["batches"] == 0:
            return "no batch yet"
        if share < 0.05:
            verdict = "the training step is the bottleneck, not the loader"
        elif share > 0.5:
            verdict = "the loader is the bottleneck"
        else:
            verdict = "the training step and the loader are about as fast"
        return (f"{verdict}: {share:.0%} of {self['epoch_seconds']:.3g} s were spent waiting for "
                f"data; {self['samples']} samples, {self['bytes_delivered'] / 1e6:.4g} MB "
                "delivered")

    def __repr__(self) -> str:
        return f"<seiche.Statistics: {self.summary}>"

    def __str__(self) -> str:
        return f"{self.summary}\n{self.report}"
