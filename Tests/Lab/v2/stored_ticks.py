"""Reads the ticks of a store, apart from the program that wrote them (see ARCHITECTURE.md, "The store")."""

import sqlite3
import zlib

TICK_ROW_VERSION = 3
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


def _signed(value):
    """As a zigzag varint."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def _wrapped(value):
    """As 64 bits wrap."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def _label(seq, key, *numbers):
    """What the checksum covers before the samples: the row's other columns."""
    host = numbers[3:]
    label = b"".join(map(_signed, (seq, 0 if key is None else key + 1, *numbers[:3])))
    for value in host:
        label += bytes([value is not None]) + _signed(value or 0)
    return label


def decode(row, label, key):
    """{incarnation id: {metric number: value}} of one row. Raises ValueError for anything unexpected.

    `key` is the key tick's, {} for a key tick itself.
    """
    if row[0] != TICK_ROW_VERSION:
        raise ValueError(f"tick row of version {row[0]}, not {TICK_ROW_VERSION}")
    written, actual = int.from_bytes(row[1:5], "little"), zlib.crc32(label + row[5:])
    if written != actual:
        raise ValueError(f"checksum {actual:08x}, but {written:08x} was written")
    body = _Bytes(row[5:])
    samples = {}
    incarnation = 0
    for _ in range(body.varint()):
        incarnation += body.varint()
        if incarnation in samples:
            raise ValueError(f"incarnation {incarnation} twice in one row")
        base = key.get(incarnation, {})
        mask = body.varint() ^ sum(1 << number for number in base)
        changed = body.varint()
        samples[incarnation] = {
            number: _wrapped(
                base.get(number, 0) + (body.signed() if changed >> number & 1 else 0))
            for number in range(64) if mask >> number & 1
        }
    if not body.is_at_end():
        raise ValueError("bytes behind the last sample")
    return samples


def _named(samples):
    # A number of a later version keeps its place, without a name.
    return {METRICS.get(number, f"metric {number}"): value for number, value in samples.items()}


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
        self.ticks = []
        decoded = {}
        for seq, key, *numbers, row in database.execute(
            "SELECT seq, key, time_ms, boot, uptime_ms, host_millicores, host_memory_bytes, samples"
            " FROM tick ORDER BY seq"
        ):
            decoded[seq] = decode(
                row, _label(seq, key, *numbers), {} if key is None else decoded[key])
            self.ticks.append(
                {groups[identifier]: _named(values) for identifier, values in decoded[seq].items()})
        self.boots = database.execute("SELECT count(*) FROM boot").fetchone()[0]
        database.close()
