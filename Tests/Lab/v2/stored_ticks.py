"""Reads the ticks of a store, apart from the program that wrote them (see TickRow.swift, Metric.swift)."""

import sqlite3
import zlib

TICK_ROW_VERSION = 1
UNLIMITED = (1 << 63) - 1
KIND_UNIT, KIND_CGROUP = 5, 6

# By wire number.
METRICS = {
    1: "cpu_usage_usec", 2: "cpu_nr_periods", 3: "cpu_nr_throttled", 4: "cpu_throttled_usec",
    5: "cpu_limit_millicores", 6: "memory_current_bytes", 7: "memory_inactive_file_bytes",
    8: "memory_active_file_bytes", 9: "memory_anon_bytes", 10: "memory_shmem_bytes",
    11: "memory_slab_reclaimable_bytes", 12: "memory_peak_bytes", 13: "memory_oom_kills",
    14: "memory_refaults", 15: "memory_swap_bytes", 16: "memory_limit_bytes",
    17: "cpu_pressure_some_usec", 18: "cpu_pressure_full_usec", 19: "memory_pressure_some_usec",
    20: "memory_pressure_full_usec", 21: "io_pressure_some_usec", 22: "io_pressure_full_usec",
    23: "io_read_bytes", 24: "io_write_bytes", 25: "pids",
}


class _Bytes:
    def __init__(self, data):
        self._data = data
        self.position = 0

    def varint(self):
        value = shift = 0
        while True:
            byte = self._data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def signed(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def is_at_end(self):
        return self.position == len(self._data)


def decode(row):
    """{incarnation id: {metric: value}} of one row. Raises ValueError for anything unexpected."""
    if row[0] != TICK_ROW_VERSION:
        raise ValueError(f"tick row of version {row[0]}, not {TICK_ROW_VERSION}")
    written, actual = int.from_bytes(row[1:5], "little"), zlib.crc32(row[5:])
    if written != actual:
        raise ValueError(f"checksum {actual:08x}, but {written:08x} was written")
    body = _Bytes(row[5:])
    samples = {}
    for _ in range(body.varint()):
        incarnation, mask = body.varint(), body.varint()
        if incarnation in samples:
            raise ValueError(f"incarnation {incarnation} twice in one row")
        numbers = [number for number in range(64) if mask >> number & 1]
        # A number of a later version keeps its place, without a name.
        samples[incarnation] = {
            METRICS.get(number, f"metric {number}"): body.signed() for number in numbers
        }
    if not body.is_at_end():
        raise ValueError("bytes behind the last sample")
    return samples


class Store:
    """Every tick in the order it was taken, each {group: {metric: value}}; the machine is `host`."""

    def __init__(self, path, slice_path):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.blocks = database.execute("SELECT count(*) FROM block").fetchone()[0]
        self.incarnations = {}  # group -> names of its runs in order
        self.kinds = {}  # group -> kinds
        groups = {}
        rows = database.execute(
            "SELECT incarnation.id, kind, service, container FROM incarnation"
            " JOIN series ON series.id = incarnation.series ORDER BY incarnation.id"
        )
        for identifier, kind, service, container in rows:
            group = service.removeprefix(slice_path + "/")
            groups[identifier] = group
            self.incarnations.setdefault(group, []).append(container)
            self.kinds.setdefault(group, set()).add(kind)
        self.ticks = [
            {groups[identifier]: values for identifier, values in decode(row).items()}
            for (row,) in database.execute("SELECT samples FROM tick ORDER BY seq")
        ]
        self.boots = database.execute("SELECT count(*) FROM boot").fetchone()[0]
        database.close()
