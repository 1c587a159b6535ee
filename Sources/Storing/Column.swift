/// One metric of one incarnation over time; absent where it was not read.
package struct Column: Equatable, Sendable {
    /// 0 where absent.
    package private(set) var values: [Int64] = []
    /// One bit a value, set where there is none; nil while all are there.
    private var absences: [UInt64]?

    package init() {}

    /// Whether every value is there: `values` may then be read as they are.
    package var isComplete: Bool { absences == nil }

    mutating func reserveCapacity(_ count: Int) { values.reserveCapacity(count) }

    mutating func append(_ present: UnsafeBufferPointer<Int64>) {
        values.append(contentsOf: present)
        growAbsences()
    }

    mutating func append(_ value: Int64) {
        values.append(value)
        growAbsences()
    }

    mutating func append(absent count: Int) {
        guard count > 0 else { return }
        let start = values.count
        values.append(contentsOf: repeatElement(0, count: count))
        if absences == nil { absences = [] }
        growAbsences()
        for row in start..<values.count { absences?[row >> 6] |= 1 << UInt64(row & 63) }
    }

    private mutating func growAbsences() {
        guard let count = absences?.count, count < (values.count + 63) >> 6 else { return }
        absences?.append(contentsOf: repeatElement(0, count: (values.count + 63) >> 6 - count))
    }
}

extension Column: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { values.count }

    package subscript(row: Int) -> Int64? {
        if let absences, absences[row >> 6] & 1 << UInt64(row & 63) != 0 { return nil }
        return values[row]
    }
}
