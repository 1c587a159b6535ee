internal import CIntrinsics

// Series of 32-bit values are selected from by keys: signed integers in the order of the values, which a vector
// holds twice as many of as numbers of 64 bits. Where few are left they become doubles, which hold each of them exactly.
//
//     float             bits ^ (sign ? 0x7FFF_FFFF : 0)     −0.0 comes just before 0.0
//     unsigned integer  bits ^ 0x8000_0000                  the value − 2³¹

extension Words {
    /// Keys as they are.
    @inline(__always)
    init(keys: UnsafePointer<Int32>) {
        self.init(start: keys, areFloats: false, flipped: 0)
    }

    @inline(__always)
    func key(_ index: Int) -> Int32 {
        areFloats ? floatKey(start[index]) : start[index] ^ flipped
    }

    /// What the moments are made of: the float itself, or the key of an integer.
    @inline(__always)
    func number(_ index: Int) -> Double {
        areFloats
            ? Double(Float(bitPattern: UInt32(bitPattern: start[index])))
            : Double(start[index] ^ flipped)
    }

    /// Writes the keys of `count` values from `first` on.
    @inline(__always)
    func widen(from first: Int, count: Int, to target: UnsafeMutablePointer<Double>) {
        var index = 0
        while index &+ 2 &* laneCount <= count {
            let bits = load(start + (first &+ index))
            let keys = areFloats ? floatKeys(bits) : bits ^ WordLanes(repeating: flipped)
            let (low, high) = widened(keys)
            store(low, to: target + index)
            store(high, to: target + (index &+ laneCount))
            index &+= 2 &* laneCount
        }
        while index < count {
            target[index] = Double(key(first &+ index))
            index &+= 1
        }
    }
}

@inline(__always)
func floatKey(_ bits: Int32) -> Int32 { bits ^ ((bits &>> 31) & .max) }

@inline(__always) func load(_ source: UnsafePointer<Int32>) -> WordLanes {
    UnsafeRawPointer(source).loadUnaligned(as: WordLanes.self)
}

@inline(__always) func floatKeys(_ bits: WordLanes) -> WordLanes {
    bits ^ ((bits &>> WordLanes(repeating: 31)) & WordLanes(repeating: .max))
}
