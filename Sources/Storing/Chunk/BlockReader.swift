import Columns
import Measures

/// Reads a block: the header at once, a section when one of its columns is asked for. The bytes must
/// outlive it.
final class BlockReader {
    let members: Block.Members
    private let bytes: UnsafeRawBufferPointer
    private var sections: [Metric: Section] = [:]
    private let scratch = ColumnScratch()
    /// Columns of one incarnation that others were predicted from: they are often asked for next.
    private var references: [Metric: Block.MetricColumn] = [:]
    private var referencesIndex = -1
    /// Whole columns of that incarnation that lie with whoever asked for them, from `beginReading` to
    /// `endReading`.
    private var lent: [Metric: UnsafeBufferPointer<Int64>] = [:]

    private struct Section {
        var start: Int
        var length: Int
        var checksum: UInt32
        var contents: Contents?
    }

    /// An opened section.
    private struct Contents {
        /// Where it was unpacked to, if it was compressed.
        var unpacked: [UInt8]?
        /// Where each incarnation's column begins and ends; empty where it has none.
        var columns: [Range<Int>]
        var isPartial: [Bool]
    }

    /// Ten times what an hour of 64 containers holds at one second.
    private static let sectionLengthMax = 1 << 28

    /// - Parameter tickCount: of the span.
    init(_ bytes: UnsafeRawBufferPointer, tickCount: Int) throws(DecodingFailure) {
        self.bytes = bytes
        var reader = ByteReader(bytes)
        let found = try reader.byte()
        guard found == Block.version else {
            throw DecodingFailure("version \(found) where \(Block.version) was expected")
        }
        let checksum = try reader.littleEndian()
        let length = try reader.count(of: "bytes of header", atMost: reader.remaining)
        let headerBytes = try reader.take(length)
        try Self.check(headerBytes, checksum)
        var header = ByteReader(headerBytes)
        members = try Self.members(&header, tickCount)
        var start = reader.position
        let count = try header.count(of: "sections", atMost: header.remaining)
        for _ in 0..<count {
            let number = try header.byte()
            guard let metric = Metric(rawValue: number) else {
                throw DecodingFailure("metric \(number), which this version does not know")
            }
            let length = try header.count(of: "bytes of section", atMost: bytes.count - start)
            guard sections[metric] == nil else { throw DecodingFailure("\(metric.name) twice") }
            sections[metric] = Section(
                start: start, length: length, checksum: try header.littleEndian())
            start += length
        }
        guard start == bytes.count, header.isAtEnd else {
            throw DecodingFailure("\(bytes.count - start) bytes behind the last section")
        }
    }

    /// Another of the same block, for another thread. What `other` has opened, neither opens again.
    init(sharing other: BlockReader) {
        members = other.members
        bytes = other.bytes
        sections = other.sections
    }

    /// Those that any member has, in the order of their wire numbers.
    var metrics: [Metric] { sections.keys.sorted { $0.rawValue < $1.rawValue } }

    /// The bytes of a metric's section, as stored; 0 where there is none.
    func storedLength(of metric: Metric) -> Int { sections[metric]?.length ?? 0 }

    /// - Returns: nil where the incarnation has no such metric.
    func column(
        _ metric: Metric, _ index: Int
    ) throws(DecodingFailure) -> Block.MetricColumn? {
        if index == referencesIndex, let known = references[metric] { return known }
        let column = try decodedColumn(metric, index)
        if index != referencesIndex { turn(to: index) }
        references[metric] = column
        return column
    }

    private func decodedColumn(
        _ metric: Metric, _ index: Int
    ) throws(DecodingFailure) -> Block.MetricColumn? {
        var present: RowSet?
        var values: [Int64] = []
        let isThere = try decode(metric, index) { (rows, buffer) in
            present = rows
            values = Array(buffer)
        }
        return isThere ? Block.MetricColumn(present: present, values: values) : nil
    }

    /// Checks and opens the sections of `metrics`, as reading their columns would.
    func open(_ metrics: [Metric]) throws(DecodingFailure) {
        for metric in metrics { _ = try open(metric) }
    }

    /// Whether the incarnation has the metric; true where that cannot be told for damage.
    func has(_ metric: Metric, _ index: Int) -> Bool {
        do {
            guard try open(metric) else { return false }
            return sections[metric]?.contents?.columns[index].isEmpty == false
        } catch {
            // Whoever reads the column will be told.
            return true
        }
    }

    /// Between these two, what `read` decodes into a `target` stays there.
    func beginReading(_ index: Int) { turn(to: index) }

    func endReading() { lent.removeAll(keepingCapacity: true) }

    private func turn(to index: Int) {
        lent.removeAll(keepingCapacity: true)
        guard index != referencesIndex else { return }
        references.removeAll(keepingCapacity: true)
        referencesIndex = index
    }

    /// Hands a column's rows (nil for all of the incarnation's) and values to `body`.
    /// - Parameter target: room for as many values as the incarnation has rows, to decode a column into that
    ///   has a value in each of them.
    /// - Returns: false where the incarnation has no such metric.
    func read(
        _ metric: Metric, _ index: Int, into target: UnsafeMutablePointer<Int64>? = nil,
        _ body: (RowSet?, UnsafeBufferPointer<Int64>) -> Void
    ) throws(DecodingFailure) -> Bool {
        if index == referencesIndex, let known = references[metric] {
            known.values.withUnsafeBufferPointer { body(known.present, $0) }
            return true
        }
        return try decode(metric, index, into: target) { (present, values) in
            if let target, values.baseAddress == UnsafePointer(target) { lent[metric] = values }
            body(present, values)
        }
    }

    private func decode(
        _ metric: Metric, _ index: Int, into target: UnsafeMutablePointer<Int64>? = nil,
        _ body: (RowSet?, UnsafeBufferPointer<Int64>) -> Void
    ) throws(DecodingFailure) -> Bool {
        guard try open(metric), let contents = sections[metric]?.contents,
            !contents.columns[index].isEmpty
        else { return false }
        do {
            if let unpacked = contents.unpacked {
                try unpacked.withBytes { (bytes) throws(DecodingFailure) in
                    try decode(metric, index, contents, bytes, target, body)
                }
            } else {
                try decode(metric, index, contents, bytes, target, body)
            }
        } catch {
            throw DecodingFailure("\(metric.name) of incarnation \(members.ids[index]): \(error)")
        }
        return true
    }

    private func decode(
        _ metric: Metric, _ index: Int, _ contents: Contents, _ bytes: UnsafeRawBufferPointer,
        _ target: UnsafeMutablePointer<Int64>?,
        _ body: (RowSet?, UnsafeBufferPointer<Int64>) -> Void
    ) throws(DecodingFailure) {
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[contents.columns[index]]))
        let count = members.rows[index].count
        var present: RowSet?
        if contents.isPartial[index] { present = try RowSet(of: count, from: &reader) }
        let column = try reader.take(reader.remaining)
        var reference: [Int64]?
        if metric.kind != .real, IntegerColumn.isPredicted(column) {
            let references = Block.references(of: metric)
            guard present == nil, !references.isEmpty else {
                throw DecodingFailure("a prediction where there is nothing to predict from")
            }
            reference = try self.reference(of: metric, index)
            guard reference?.count == count else {
                throw DecodingFailure("a prediction from columns that are not there")
            }
        }
        if present == nil, let target {
            let values = UnsafeMutableBufferPointer(start: target, count: count)
            try decode(column, of: metric, reference, into: values)
            return body(nil, UnsafeBufferPointer(values))
        }
        let failure: DecodingFailure? = withUnsafeTemporaryAllocation(
            of: Int64.self, capacity: present?.count ?? count
        ) { values in
            do throws(DecodingFailure) {
                try decode(column, of: metric, reference, into: values)
            } catch {
                return error
            }
            body(present, UnsafeBufferPointer(values))
            return nil
        }
        if let failure { throw failure }
    }

    /// As `Block.reference`, and takes the columns that are lent.
    private func reference(of metric: Metric, _ index: Int) throws(DecodingFailure) -> [Int64]? {
        let parts = Block.references(of: metric)
        guard index == referencesIndex, parts.contains(where: { lent[$0] != nil }) else {
            return try Block.reference(of: metric, index, in: self)
        }
        var sum: [Int64]?
        for part in parts {
            if let lent = lent[part] {
                guard Self.add(lent, to: &sum) else { return nil }
            } else if let column = try column(part, index) {
                guard column.present == nil,
                    column.values.withUnsafeBufferPointer({ Self.add($0, to: &sum) })
                else { return nil }
            }
        }
        return sum
    }

    /// - Returns: false where they are of different length.
    private static func add(_ part: UnsafeBufferPointer<Int64>, to sum: inout [Int64]?) -> Bool {
        guard sum != nil else {
            sum = Array(part)
            return true
        }
        guard sum!.count == part.count else { return false }
        sum!.withUnsafeMutableBufferPointer { sum in
            for index in sum.indices { sum[index] &+= part[index] }
        }
        return true
    }

    private func decode(
        _ column: UnsafeRawBufferPointer, of metric: Metric, _ reference: [Int64]?,
        into values: UnsafeMutableBufferPointer<Int64>
    ) throws(DecodingFailure) {
        let length: Int
        do throws(ColumnDamage) {
            length =
                metric.kind == .real
                ? try decodeReals(column, into: values)
                : try decode(column, reference, into: values)
        } catch {
            throw DecodingFailure("\(error)")
        }
        guard length == column.count else {
            throw DecodingFailure("\(column.count - length) bytes behind the column")
        }
    }

    private func decode(
        _ column: UnsafeRawBufferPointer, _ reference: [Int64]?,
        into values: UnsafeMutableBufferPointer<Int64>
    ) throws(ColumnDamage) -> Int {
        guard let reference else {
            return try IntegerColumn.decode(
                column, predictedFrom: nil, into: values, using: scratch)
        }
        return try reference.withUnsafeBufferPointer { (reference) throws(ColumnDamage) in
            try IntegerColumn.decode(
                column, predictedFrom: reference, into: values, using: scratch)
        }
    }

    private func decodeReals(
        _ column: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Int64>
    ) throws(ColumnDamage) -> Int {
        // The same size and alignment; what is read in between are bit patterns.
        let words = UnsafeMutableRawBufferPointer(values)
        defer { words.bindMemory(to: Int64.self) }
        return try FloatColumn.decode(
            column, into: words.bindMemory(to: Double.self), using: scratch)
    }

    /// Checks and opens a section once.
    /// - Returns: false where there is none.
    private func open(_ metric: Metric) throws(DecodingFailure) -> Bool {
        guard let section = sections[metric] else { return false }
        if section.contents != nil { return true }
        do {
            sections[metric]?.contents = try contents(section)
        } catch {
            throw DecodingFailure("\(metric.name): \(error)")
        }
        return true
    }

    private func contents(_ section: Section) throws(DecodingFailure) -> Contents {
        let end = section.start + section.length
        let stored = UnsafeRawBufferPointer(rebasing: bytes[section.start..<end])
        try Self.check(stored, section.checksum)
        var reader = ByteReader(stored)
        let compression = try reader.byte()
        let length = try reader.count(of: "bytes of section", atMost: Self.sectionLengthMax)
        let body = try reader.take(reader.remaining)
        switch compression {
        case 0:
            guard body.count == length else {
                throw DecodingFailure("\(body.count) bytes where \(length) were written")
            }
            return try directory(body, from: end - length, unpacked: nil)
        case 1:
            let unpacked = try Zlib.decompress(body, count: length)
            return try unpacked.withBytes { (bytes) throws(DecodingFailure) in
                try directory(bytes, from: 0, unpacked: unpacked)
            }
        default: throw DecodingFailure("compression \(compression)")
        }
    }

    /// - Parameter origin: where `body` begins in what the columns will be read from.
    private func directory(
        _ body: UnsafeRawBufferPointer, from origin: Int, unpacked: [UInt8]?
    ) throws(DecodingFailure) -> Contents {
        var reader = ByteReader(body)
        var lengths: [Int] = []
        var contents = Contents(unpacked: unpacked, columns: [], isPartial: [])
        for _ in members.ids {
            let entry = try reader.count(of: "as a column's length", atMost: 2 * body.count + 1)
            lengths.append(entry >> 1)
            contents.isPartial.append(entry & 1 == 1)
        }
        var start = reader.position
        for length in lengths {
            guard length <= body.count - start else {
                throw DecodingFailure("columns that reach behind the section's end")
            }
            contents.columns.append((origin + start)..<(origin + start + length))
            start += length
        }
        guard start == body.count else {
            throw DecodingFailure("\(body.count - start) bytes behind the last column")
        }
        return contents
    }

    private static func members(
        _ header: inout ByteReader, _ tickCount: Int
    ) throws(DecodingFailure) -> Block.Members {
        let ticks = try header.count(of: "ticks", atMost: TickColumns.ticksMax)
        guard ticks == tickCount else {
            throw DecodingFailure("\(ticks) ticks in a span of \(tickCount)")
        }
        let count = try header.count(of: "incarnations", atMost: Block.incarnationsMax)
        var members = Block.Members(tickCount: ticks, ids: [], rows: [])
        var id: Int64 = 0
        for number in 0..<count {
            let gap = try header.count(of: "as the step to the next incarnation", atMost: Int.max)
            let (next, isTooLarge) = id.addingReportingOverflow(Int64(gap))
            guard number == 0 || gap > 0, !isTooLarge else {
                throw DecodingFailure("incarnations out of order")
            }
            id = next
            members.ids.append(id)
            members.rows.append(try RowSet(of: ticks, from: &header))
        }
        return members
    }

    private static func check(
        _ bytes: UnsafeRawBufferPointer, _ expected: UInt32
    ) throws(DecodingFailure) {
        let actual = Zlib.checksum(bytes)
        guard actual == expected else {
            throw DecodingFailure(
                "checksum \(String(actual, radix: 16)) where "
                    + "\(String(expected, radix: 16)) was written")
        }
    }
}
