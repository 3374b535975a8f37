"""Seconds and peak memory of another program and all that it starts."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from afterclose.steps import run

PROC = Path("/proc")
# Often enough for a build of seconds, rare enough to cost nothing.
SAMPLE_SECONDS = 0.1


@dataclass
class Run:
    """What one program took. None where the system does not tell."""

    seconds: float
    cpu_seconds: float | None
    peak_memory_mb: float | None
    output: str


def measured(
    command: Sequence[str],
    environment: Mapping[str, str],
    console: Console,
    title: str,
) -> Run:
    """Run a program to its end. Raises StepFailed."""
    watch = MemoryWatch()
    used = children_cpu()
    started = time.monotonic()
    try:
        output = run(command, environment, console, title, watch.start)
    finally:
        seconds = time.monotonic() - started
        peak = watch.stop()
    return Run(
        round(seconds, 3),
        None if used is None else round(children_cpu() - used, 3),
        None if peak is None else round(peak / 2**20, 1),
        output,
    )


def children_cpu() -> float | None:
    """Processor seconds of all programs that ended so far, and of theirs.

    Unlike the clock they do not grow with what else the machine is doing.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class MemoryWatch:
    """Samples what a process and its descendants hold in memory together."""

    def __init__(self) -> None:
        self.peak: int | None = None
        self.is_over = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self, process: subprocess.Popen) -> None:
        """Begin to watch a process that was just started."""
        self.thread = threading.Thread(
            target=self.sample, args=(process.pid,), daemon=True
        )
        self.thread.start()

    def sample(self, root: int) -> None:
        """Keep the largest sum seen until told to stop."""
        while not self.is_over.wait(SAMPLE_SECONDS):
            held = tree_memory(root)
            if held:
                self.peak = max(self.peak or 0, held)

    def stop(self) -> int | None:
        """The peak in bytes."""
        self.is_over.set()
        if self.thread:
            self.thread.join()
        return self.peak


def tree_memory(root: int) -> int:
    """Bytes that a process and its descendants hold; 0 when it is unknown."""
    if PROC.joinpath("self").exists():
        return sum(process_memory(pid) for pid in descendants(root))
    try:
        import psutil
    except ImportError:
        return 0
    try:
        process = psutil.Process(root)
        tree = [process, *process.children(recursive=True)]
        return sum(member.memory_info().rss for member in tree)
    except psutil.Error:
        return 0


def descendants(root: int) -> list[int]:
    """A process and all that came of it, from Linux's /proc."""
    children: dict[int, list[int]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                status = folder.joinpath("stat").read_text()
            except OSError:
                continue  # it ended meanwhile
            # The name stands in brackets and may hold blanks itself.
            parent = int(status.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    tree, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        tree.append(pid)
        waiting += children.get(pid, [])
    return tree


def process_memory(pid: int) -> int:
    """Resident bytes of one process, 0 when it is gone."""
    try:
        pages = int(PROC.joinpath(str(pid), "statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
