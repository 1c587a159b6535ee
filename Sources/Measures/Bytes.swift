/// A quantity of memory, in bytes.
package struct Bytes: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static func mebibytes(_ count: Int64) -> Bytes { Bytes(count << 20) }
    package static func gibibytes(_ count: Int64) -> Bytes { Bytes(count << 30) }

    package static func < (left: Bytes, right: Bytes) -> Bool { left.rawValue < right.rawValue }
    package static func + (left: Bytes, right: Bytes) -> Bytes {
        Bytes(left.rawValue + right.rawValue)
    }
    package static func - (left: Bytes, right: Bytes) -> Bytes {
        Bytes(left.rawValue - right.rawValue)
    }
}
