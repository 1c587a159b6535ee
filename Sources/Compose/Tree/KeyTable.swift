/// What a key of a mapping is to us.
struct KeyMeaning: Sendable {
    /// Where it decides about resources.
    var key: ComposeKey?
    /// The places where it must not stand.
    private(set) var foreign: ComposeKeys

    static let nowhere = KeyMeaning(foreign: ComposeKeys(foreignIn: KeyPlace.allCases))
    /// As an extension (`x-…`).
    static let anywhere = KeyMeaning(foreign: [])

    private init(foreign: ComposeKeys) { self.foreign = foreign }

    func isAllowed(in place: KeyPlace) -> Bool {
        foreign.isDisjoint(with: ComposeKeys(foreignIn: [place]))
    }

    fileprivate mutating func allow(in place: KeyPlace) {
        foreign.subtract(ComposeKeys(foreignIn: [place]))
    }
}

/// Tells keys apart by their bytes: a large file asks it for every key that it has.
struct KeyTable: Sendable {
    /// A key's bytes, as two words that may overlap, with its length: enough to tell up to 16 bytes apart, and
    /// the few longer ones are compared whole.
    private struct Slot: Sendable {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var length = 0
        var bytes: [UInt8] = []
        var meaning = KeyMeaning.nowhere
    }

    private static let slotCount = 512
    private var slots = [Slot](repeating: Slot(), count: slotCount)

    static let shared = KeyTable()

    private init() {
        for place in KeyPlace.allCases {
            for name in place.keys { slots[slot(of: name)].meaning.allow(in: place) }
        }
        for key in ComposeKey.allCases { slots[slot(of: key.spelling)].meaning.key = key }
    }

    /// Where a name is, or from now on.
    private mutating func slot(of name: String) -> Int {
        let bytes = Array(name.utf8)
        let (head, tail) = bytes.withUnsafeBytes(Self.words)
        var place = Self.place(head, tail, bytes.count)
        while slots[place].length > 0 {
            if slots[place].bytes == bytes { return place }
            place = (place + 1) % Self.slotCount
        }
        slots[place] = Slot(head: head, tail: tail, length: bytes.count, bytes: bytes)
        return place
    }

    func meaning(of key: UnsafeRawBufferPointer) -> KeyMeaning {
        if key.count > 1, key[0] == UInt8(ascii: "x"), key[1] == UInt8(ascii: "-") {
            return .anywhere
        }
        let (head, tail) = Self.words(key)
        var place = Self.place(head, tail, key.count)
        while slots[place].length > 0 {
            if slots[place].head == head, slots[place].tail == tail,
                slots[place].length == key.count,
                key.count <= 16 || slots[place].bytes.elementsEqual(key)
            {
                return slots[place].meaning
            }
            place = (place + 1) % Self.slotCount
        }
        return .nowhere
    }

    func meaning(of key: String) -> KeyMeaning {
        var key = key
        return key.withUTF8 { meaning(of: UnsafeRawBufferPointer($0)) }
    }

    /// The first eight bytes and the last eight; of a shorter key, all of it and 0.
    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
        guard bytes.count >= 8, let start = bytes.baseAddress else {
            var word: UInt64 = 0
            for byte in bytes { word = word << 8 | UInt64(byte) }
            return (word, 0)
        }
        return (
            start.loadUnaligned(as: UInt64.self),
            start.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        )
    }

    private static func place(_ head: UInt64, _ tail: UInt64, _ length: Int) -> Int {
        let mixed =
            (head &* 0x9E37_79B9_7F4A_7C15) ^ (tail &* 0xC2B2_AE3D_27D4_EB4F) &+ UInt64(length)
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) >> 7) & (slotCount - 1)
    }
}
