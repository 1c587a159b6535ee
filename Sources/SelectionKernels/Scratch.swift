internal import CIntrinsics

/// Memory to work in, of which parts are taken from the front.
///
/// Passed by value: what a function takes is free again when it returns.
typealias Scratch = UnsafeMutableRawPointer

/// Values that `take…` adds at most to each part: vector stores may run past what was asked for, and
/// each part begins on a cache line.
@inline(__always) var scratchOverhang: Int { 16 }

extension Scratch {
    /// Room for `count` values and for the overhang of a vector store. Not initialised.
    @inline(__always)
    mutating func takeDoubles(_ count: Int) -> UnsafeMutablePointer<Double> {
        takeBytes(count &* 8).assumingMemoryBound(to: Double.self)
    }

    @inline(__always)
    mutating func takeInts(_ count: Int) -> UnsafeMutablePointer<Int> {
        takeBytes(count &* 8).assumingMemoryBound(to: Int.self)
    }

    @inline(__always)
    mutating func takeWeightedValues(_ count: Int) -> UnsafeMutablePointer<WeightedValue> {
        takeBytes(count &* MemoryLayout<WeightedValue>.stride)
            .assumingMemoryBound(to: WeightedValue.self)
    }

    @inline(__always)
    mutating func takeWindows(_ count: Int) -> UnsafeMutablePointer<Window> {
        takeBytes(count &* MemoryLayout<Window>.stride).assumingMemoryBound(to: Window.self)
    }

    @inline(__always)
    mutating func takeBytes(_ count: Int) -> UnsafeMutableRawPointer {
        let part = self
        self += (count &+ 8 &* 8 &+ 63) & ~63
        return part
    }
}
