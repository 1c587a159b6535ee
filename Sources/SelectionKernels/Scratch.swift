/// Hands out parts of one block of memory, each on a cache line of its own.
///
/// A value: a function that takes a `Scratch` by value gives back all it took when it returns.
struct Scratch {
    private var next: UnsafeMutableRawPointer

    /// `block` starts on a cache line.
    init(_ block: UnsafeMutableRawPointer) { next = block }

    /// Room that `take` adds to each part, since vector stores may run past what was asked for.
    static let overhangDoubles = 16

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
    private mutating func takeBytes(_ count: Int) -> UnsafeMutableRawPointer {
        let part = next
        next += (count &+ 8 &* 8 &+ 63) & ~63
        return part
    }
}
