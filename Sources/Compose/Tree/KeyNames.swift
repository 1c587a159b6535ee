import Glibc

/// Numbers for the names of keys, so that they are hashed once and compared as numbers from then on; and what
/// each means to us.
struct KeyNames {
    private struct Name {
        var hash: UInt64
        var start: Int32
        var end: Int32
        /// The mapping that had it last.
        var latest: Int32 = -1
        var meaning: ComposeKeys
    }

    private var names: [Name] = []
    /// Numbers of names by their hashes; -1 for none. A power of two, at most half full.
    private var slots = [Int32](repeating: -1, count: 256)

    /// The number of a node's text.
    /// - Parameter texts: as for all nodes before.
    mutating func number(of node: YAMLNode, in texts: NodeTexts) -> Int32 {
        texts.withBytes(of: node) { text in
            let hash = hash(text)
            var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[place] >= 0 {
                if names[Int(slots[place])].hash == hash,
                    isName(names[Int(slots[place])], text, in: texts)
                {
                    return slots[place]
                }
                place = (place + 1) & (slots.count - 1)
            }
            let number = Int32(names.count)
            slots[place] = number
            names.append(
                Name(
                    hash: hash, start: node.textStart, end: node.textEnd,
                    meaning: ComposeKeys(table.meaning(of: text))))
            if names.count * 2 > slots.count { grow() }
            return number
        }
    }

    @inline(__always)
    private func isName(
        _ name: Name, _ text: UnsafeRawBufferPointer, in texts: NodeTexts
    ) -> Bool {
        texts.withBytes(from: name.start, to: name.end) { known in
            guard known.count == text.count else { return false }
            guard let one = known.baseAddress, let other = text.baseAddress else { return true }
            return memcmp(one, other, text.count) == 0
        }
    }

    func meaning(of name: Int32) -> ComposeKeys { names[Int(name)].meaning }

    /// Whether a name is asked for the first time since another mapping was asked about.
    /// - Precondition: all keys of a mapping are asked about in a row.
    mutating func isFirst(_ name: Int32, in mapping: NodeID) -> Bool {
        defer { names[Int(name)].latest = mapping.rawValue }
        return names[Int(name)].latest != mapping.rawValue
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (number, name) in names.enumerated() {
            var place = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
            while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = Int32(number)
        }
    }

    /// Another each time, so that no file can make all its names collide.
    private let seed = UInt64.random(in: .min ... .max)
    private let table = KeyTable.shared

    @inline(__always)
    private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed &+ UInt64(text.count)
        guard let start = text.baseAddress else { return state }
        var offset = 0
        while offset + 8 <= text.count {
            mix(&state, start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        if offset < text.count {
            // The last eight bytes, some of them again; of a shorter text all of it.
            var word: UInt64 = 0
            if text.count >= 8 {
                word = start.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self)
            } else {
                for byte in text { word = word << 8 | UInt64(byte) }
            }
            mix(&state, word)
        }
        return state ^ state >> 32
    }

    @inline(__always)
    private func mix(_ state: inout UInt64, _ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        state = product.high ^ product.low &+ seed
    }
}
