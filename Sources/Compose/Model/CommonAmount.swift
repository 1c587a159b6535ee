internal import Measures

/// Amounts in the spellings that nearly all have, which mean the same in quotes and without, in every place: read from
/// the bytes, since a large file has as many as services. Everything else is nil, and read as `ComposeScalar`.
enum CommonAmount {
    /// `512M`, `1g`: up to nine digits, the first not 0, and a unit of `k`, `m` or `g`.
    static func memory(_ text: UnsafeRawBufferPointer) -> Bytes? {
        guard text.count >= 2, text.count <= 10, text[0] != UInt8(ascii: "0"),
            let number = number(text[..<(text.count - 1)])
        else { return nil }
        switch text[text.count - 1] | 0x20 {
        case UInt8(ascii: "k"): return Bytes(number << 10)
        case UInt8(ascii: "m"): return Bytes(number << 20)
        case UInt8(ascii: "g"): return Bytes(number << 30)
        default: return nil
        }
    }

    /// `0.5`, `12.25`: up to six digits before the point and one to six after it.
    static func cpus(_ text: UnsafeRawBufferPointer) -> Cores? {
        guard text.count <= 13, let point = text.firstIndex(of: UInt8(ascii: ".")), point <= 6,
            text.count - point - 1 <= 6, let whole = number(text[..<point]),
            let part = number(text[(point + 1)...])
        else { return nil }
        var scale: Int64 = 1
        for _ in (point + 1)..<text.count { scale *= 10 }
        // Both are exact, so that the division rounds as reading the decimal number does.
        return Cores(Double(whole * scale + part) / Double(scale))
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

extension YAMLTree {
    /// Nil where it is spelled in another way, or has a tag.
    func commonMemory(_ value: NodeID) -> Bytes? {
        common(value).flatMap { texts.withBytes(of: $0, CommonAmount.memory) }
    }

    func commonCPUs(_ value: NodeID) -> Cores? {
        common(value).flatMap { texts.withBytes(of: $0, CommonAmount.cpus) }
    }

    private func common(_ value: NodeID) -> YAMLNode? {
        let node = self[resolved(value)]
        return node.kind == .scalar && !node.hasTag ? node : nil
    }
}
