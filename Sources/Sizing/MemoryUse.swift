package import Measures

/// What one replica held in memory, sample by sample.
package struct MemoryUse: Sendable {
    /// Working set (current − inactive file) at each sample, in bytes.
    package private(set) var workingSet: [Double] = []
    /// The label of each sample, in milliseconds since 1970. Of the same length.
    package private(set) var times = SharedColumn<Int64>()
    /// The first sample of each incarnation, ascending.
    package private(set) var runStarts: [Int] = []
    /// How many samples were so close to their limit that more was wanted.
    package var samplesAtLimit = 0
    package var parts = MemoryParts()

    package init() {}

    package var count: Int { workingSet.count }
    package var isEmpty: Bool { workingSet.isEmpty }

    package mutating func reserveCapacity(_ count: Int) { workingSet.reserveCapacity(count) }

    /// What is appended from here on is another incarnation's.
    package mutating func beginRun() {
        if runStarts.last != count { runStarts.append(count) }
    }

    /// - Parameter time: its label, in milliseconds since 1970.
    package mutating func append(_ bytes: Double, time: Int64) {
        workingSet.append(bytes)
        times.append(time)
    }

    /// Appends samples through `body`, which must append one for each of `times`. These are shared, not copied.
    package mutating func append(
        times: ArraySlice<Int64>, _ body: (_ workingSet: inout [Double]) -> Void
    ) {
        body(&workingSet)
        self.times.append(times)
        precondition(workingSet.count == self.times.count)
    }
}

/// What a working set is made of, and whether the page cache outside it is wanted.
package struct MemoryParts: Hashable, Sendable {
    /// anon + shmem: what the kernel cannot drop, only swap.
    package var unreclaimableMax: Bytes?
    /// Page cache in recent use: part of the working set, but the kernel can drop it.
    package var activeCacheMax: Bytes?
    /// Pages that were read again soon after the kernel dropped them: the limit was too small for them.
    /// Nil where the kernel counts none.
    package var refaults: Int64?
    /// Seconds in which some task stalled for memory.
    /// Nil where the kernel does not tell.
    package var stalledSeconds: Double?

    package init() {}
}
