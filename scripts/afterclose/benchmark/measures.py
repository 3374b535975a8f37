"""Seconds, processor seconds and peak memory of a program and all that it starts."""

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
    watch = Watch()
    used = children_cpu()
    started = time.monotonic()
    try:
        output = run(command, environment, console, title, watch.start)
    finally:
        seconds = time.monotonic() - started
        watch.stop()
    # Of programs that nobody waited for, as Spark's Java, only the watch knows.
    cpu = max(children_cpu() - used, watch.cpu_seconds) if used is not None else None
    return Run(
        round(seconds, 3),
        None if cpu is None else round(cpu, 3),
        None if watch.peak is None else round(watch.peak / 2**20, 1),
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


class Watch:
    """Samples what a process and its descendants hold in memory together, and how
    long each of them has computed."""

    def __init__(self) -> None:
        self.peak: int | None = None  # bytes
        self.computed: dict[int, float] = {}  # seconds by process
        self.is_over = threading.Event()
        self.thread: threading.Thread | None = None

    @property
    def cpu_seconds(self) -> float:
        """What all processes computed, but for those between two samples."""
        return sum(self.computed.values())

    def start(self, process: subprocess.Popen) -> None:
        """Begin to watch a process that was just started."""
        self.thread = threading.Thread(
            target=self.sample, args=(process.pid,), daemon=True
        )
        self.thread.start()

    def sample(self, root: int) -> None:
        """Keep the largest sum and the last times seen until told to stop."""
        while not self.is_over.wait(SAMPLE_SECONDS):
            held, computed = tree_use(root)
            if held:
                self.peak = max(self.peak or 0, held)
            self.computed.update(computed)

    def stop(self) -> None:
        """Watch no longer."""
        self.is_over.set()
        if self.thread:
            self.thread.join()


def tree_use(root: int) -> tuple[int, dict[int, float]]:
    """Bytes that a process and its descendants hold, 0 when unknown, and the
    processor seconds of each by its number."""
    if PROC.joinpath("self").exists():
        computed = descendants(root)
        return sum(process_memory(pid) for pid in computed), computed
    try:
        import psutil
    except ImportError:
        return 0, {}
    try:
        process = psutil.Process(root)
        tree = [process, *process.children(recursive=True)]
        times = {member.pid: member.cpu_times() for member in tree}
        return (
            sum(member.memory_info().rss for member in tree),
            {pid: used.user + used.system for pid, used in times.items()},
        )
    except psutil.Error:
        return 0, {}


def descendants(root: int) -> dict[int, float]:
    """A process and all that came of it -> its processor seconds, from Linux's
    /proc."""
    children: dict[int, list[int]] = {}
    computed: dict[int, float] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                status = folder.joinpath("stat").read_text()
            except OSError:
                continue  # it ended meanwhile
            # The name stands in brackets and may hold blanks itself.
            fields = status.rpartition(")")[2].split()
            pid, parent = int(folder.name), int(fields[1])
            children.setdefault(parent, []).append(pid)
            computed[pid] = (int(fields[11]) + int(fields[12])) / tick
    tree, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        tree[pid] = computed.get(pid, 0.0)
        waiting += children.get(pid, [])
    return tree


def process_memory(pid: int) -> int:
    """Resident bytes of one process, 0 when it is gone."""
    try:
        pages = int(PROC.joinpath(str(pid), "statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
