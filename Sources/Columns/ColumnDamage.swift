/// Why bytes cannot be a column, and where.
package struct ColumnDamage: Error, Hashable, Sendable, CustomStringConvertible {
    /// Offset from the start of the bytes that were handed to the decoder.
    package let byte: Int
    /// What stands there, with the operands.
    package let what: String

    package var description: String { "\(what) at byte \(byte)" }
}
