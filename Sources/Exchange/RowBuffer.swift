import Columns

/// Rows as they come, in any order: columns of a key's times, values and line numbers, encoded whenever
/// some two thousand are together or 64 MiB are waiting in all (half a kilobyte a key where that is more).
/// What is held in memory does not grow with the rows but for 48 bytes for each of these chunks.
final class RowBuffer {
    struct Chunk {
        var key: Int32
        var count: Int32
        /// Of the earliest and the latest row; rows are in order of time.
        var first: Int64
        var last: Int64
        var offset: Int
        var length: Int32
    }

    private struct Pending {
        /// Times, then values, then lines: `capacity` of each.
        var memory: UnsafeMutablePointer<Int64>?
        var count = 0
        var capacity = 0
    }

    private static let rowsMax = 2048
    private let pendingLimit: Int
    private var pending: [Pending] = []
    private var pendingBytes = 0
    private var chunks: [Chunk] = []
    private var bytes: [UInt8] = []
    private let spill: SpillFile
    private let scratch = ColumnScratch()
    private(set) var rowCount = 0

    init(spill: SpillFile, pendingLimit: Int = 64 << 20) {
        self.spill = spill
        self.pendingLimit = pendingLimit
    }

    deinit {
        for entry in pending { entry.memory?.deallocate() }
    }

    /// Keys are numbered in the order they are added.
    func addKey() { pending.append(Pending()) }

    @inline(__always)
    func append(
        key: Int, time: Int64, value: Int64, line: Int
    ) throws(ExchangeError) {
        if pending[key].count == pending[key].capacity { try makeRoom(key) }
        let (count, capacity) = (pending[key].count, pending[key].capacity)
        guard let memory = pending[key].memory else { return }
        memory[count] = time
        memory[capacity &+ count] = value
        memory[2 &* capacity &+ count] = Int64(line)
        pending[key].count = count &+ 1
        rowCount &+= 1
    }

    private func makeRoom(_ key: Int) throws(ExchangeError) {
        let old = pending[key]
        if old.capacity == Self.rowsMax {
            try flush(key)
            return
        }
        if pendingBytes > max(pendingLimit, pending.count * 512) { try flushAll() }
        let kept = pending[key]
        let capacity = max(16, kept.capacity * 2)
        let memory = UnsafeMutablePointer<Int64>.allocate(capacity: 3 * capacity)
        memory.initialize(repeating: 0, count: 3 * capacity)
        if let before = kept.memory {
            for column in 0..<3 {
                (memory + column * capacity).update(
                    from: before + column * kept.capacity, count: kept.count)
            }
            before.deallocate()
        }
        pendingBytes += (capacity - kept.capacity) * 24
        pending[key] = Pending(memory: memory, count: kept.count, capacity: capacity)
    }

    private func flushAll() throws(ExchangeError) {
        for key in pending.indices {
            try flush(key)
            pendingBytes -= pending[key].capacity * 24
            pending[key].memory?.deallocate()
            pending[key] = Pending()
        }
    }

    private func flush(_ key: Int) throws(ExchangeError) {
        let entry = pending[key]
        guard entry.count > 0, let memory = entry.memory else { return }
        pending[key].count = 0
        let columns = (0..<3).map { column in
            UnsafeMutableBufferPointer(
                start: memory + column * entry.capacity, count: entry.count)
        }
        Self.sortByTime(columns)
        bytes.removeAll(keepingCapacity: true)
        for column in columns {
            IntegerColumn.encode(UnsafeBufferPointer(column), choosing: .fast, into: &bytes)
        }
        chunks.append(
            Chunk(
                key: Int32(key), count: Int32(entry.count), first: columns[0][0],
                last: columns[0][entry.count - 1], offset: try spill.append(bytes),
                length: Int32(bytes.count)))
    }

    /// Rows of one time stay in the order they came.
    private static func sortByTime(_ columns: [UnsafeMutableBufferPointer<Int64>]) {
        let times = columns[0]
        var isAscending = true
        for index in 1..<max(1, times.count) where times[index] < times[index - 1] {
            isAscending = false
        }
        if isAscending { return }
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        for column in columns {
            let sorted = order.map { column[$0] }
            _ = column.update(from: sorted)
        }
    }

    /// Ends the appending.
    /// - Returns: each key's chunks, by the time they begin.
    func finished() throws(ExchangeError) -> [[Chunk]] {
        try flushAll()
        var byKey = [[Chunk]](repeating: [], count: pending.count)
        for chunk in chunks { byKey[Int(chunk.key)].append(chunk) }
        chunks = []
        for key in byKey.indices {
            // A stable order: of two chunks that begin together, the one read first is first.
            byKey[key].sort { ($0.first, $0.offset) < ($1.first, $1.offset) }
        }
        return byKey
    }

    /// Reads a chunk's times.
    func readTimes(_ chunk: Chunk, into times: inout [Int64]) throws(ExchangeError) {
        times.setCount(Int(chunk.count))
        try spill.read(chunk.offset, count: Int(chunk.length)) {
            (bytes) throws(ExchangeError) in
            _ = try decode(bytes, into: &times)
        }
    }

    func read(_ chunk: Chunk, into rows: inout Rows) throws(ExchangeError) {
        rows.times.setCount(Int(chunk.count))
        rows.values.setCount(Int(chunk.count))
        rows.lines.setCount(Int(chunk.count))
        try spill.read(chunk.offset, count: Int(chunk.length)) {
            (bytes) throws(ExchangeError) in
            var position = try decode(bytes, into: &rows.times)
            position += try decode(
                UnsafeRawBufferPointer(rebasing: bytes[position...]), into: &rows.values)
            _ = try decode(
                UnsafeRawBufferPointer(rebasing: bytes[position...]), into: &rows.lines)
        }
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer, into values: inout [Int64]
    ) throws(ExchangeError) -> Int {
        do throws(ColumnDamage) {
            return try values.withUnsafeMutableBufferPointer { (values) throws(ColumnDamage) in
                try IntegerColumn.decode(
                    bytes, predictedFrom: nil, into: values, using: scratch)
            }
        } catch {
            throw .input(
                file: "the import's temporary file",
                what: "does not hold what was written: \(error)")
        }
    }
}

/// Some rows of one key, a column for each field.
struct Rows {
    var times: [Int64] = []
    var values: [Int64] = []
    var lines: [Int64] = []
}

extension [Int64] {
    /// What is there stays as far as it fits; the rest is 0.
    fileprivate mutating func setCount(_ count: Int) {
        if self.count > count {
            removeLast(self.count - count)
        } else if self.count < count {
            append(contentsOf: repeatElement(0, count: count - self.count))
        }
    }
}
