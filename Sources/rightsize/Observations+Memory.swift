import Measures
import Sizing
import Storing

extension ReplicaObservations {
    /// Working set: current − inactive file.
    mutating func addMemory(of piece: Piece) {
        if let current = piece[.memoryCurrent], let inactive = piece[.memoryInactiveFile] {
            addWorkingSet(current, inactive, piece)
        }
        if let peak = piece[.memoryPeak]?.max {
            memoryPeak = max(memoryPeak ?? Bytes(0), Bytes(peak))
        }
        if let burst = piece[.memoryBurstMax]?.max {
            memoryBurstMax = max(memoryBurstMax ?? Bytes(0), Bytes(burst))
        }
    }

    private mutating func addWorkingSet(
        _ current: PieceColumn, _ inactive: PieceColumn, _ piece: Piece
    ) {
        guard current.isComplete, inactive.isComplete, piece.rows.count == 1 else {
            for (row, tick) in piece.rows.joined().enumerated() {
                guard let current = current[row], let inactive = inactive[row] else { continue }
                memory.append(
                    Double(max(0, current &- inactive)), time: piece.ticks.times[tick])
            }
            return
        }
        memory.append(times: piece.ticks.times[piece.rows[0]]) { workingSet in
            let count = current.values.count
            workingSet.append(addingCapacity: count) { added in
                added.withUnsafeMutableBufferPointer { added, filled in
                    for row in 0..<count {
                        added.initializeElement(
                            at: row,
                            to: Double(max(0, current.values[row] &- inactive.values[row])))
                    }
                    filled = count
                }
            }
        }
    }

    /// What the working set is made of, and what tells whether it had room.
    /// - Parameter before: how many samples there were before this piece.
    mutating func addMemoryParts(of piece: Piece, since before: Int, atLimitShare: Double) {
        if let anon = piece[.memoryAnon] {
            let shmem = piece[.memoryShmem]
            var largest = shmem == nil ? anon.max ?? 0 : 0
            if let shmem {
                for row in anon.values.indices {
                    guard let anon = anon[row] else { continue }
                    largest = max(largest, anon &+ (shmem[row] ?? 0))
                }
            }
            memory.parts.unreclaimableMax = max(
                memory.parts.unreclaimableMax ?? Bytes(0), Bytes(largest))
        }
        if let cache = piece[.memoryActiveFile]?.max {
            memory.parts.activeCacheMax = max(
                memory.parts.activeCacheMax ?? Bytes(0), Bytes(cache))
        }
        if let refaults = piece[.memoryRefaults] {
            memory.parts.refaults =
                (memory.parts.refaults ?? 0) &+ Self.increase(of: refaults)
        }
        if let stalled = piece[.memoryPressureSome] {
            memory.parts.stalledSeconds =
                (memory.parts.stalledSeconds ?? 0) + Double(Self.increase(of: stalled)) / 1e6
        }
        addAtLimit(since: before, atLimitShare)
    }

    /// What a counter gained within the piece; a decrease is a new baseline.
    private static func increase(of counter: PieceColumn) -> Int64 {
        guard counter.constant == nil else { return 0 }
        var last: Int64?
        var sum: Int64 = 0
        counter.forEachPresent { value in
            sum &+= max(0, value &- (last ?? value))
            last = value
        }
        return sum
    }

    private mutating func addAtLimit(since before: Int, _ share: Double) {
        guard let limit = limits.memory?.bound else { return }
        let least = Double(limit.rawValue) * share
        memory.samplesAtLimit += memory.workingSet[before...].count { $0 >= least }
    }

    /// The limits in force, as far as they changed.
    mutating func addLimits(of piece: Piece) {
        let (cpu, memory) = (piece[.cpuLimit], piece[.memoryLimit])
        guard cpu != nil || memory != nil else { return }
        func limits(_ cpu: Int64?, _ memory: Int64?) -> ResourceLimits {
            ResourceLimits(
                cpu: cpu.map { Limit(wireValue: $0) }, memory: memory.map { Limit(wireValue: $0) })
        }
        func time(_ tick: Int) -> Timestamp {
            Timestamp(milliseconds: piece.ticks.times[tick])
        }
        if cpu == nil || cpu?.constant != nil, memory == nil || memory?.constant != nil {
            return noteLimits(
                limits(cpu?.constant, memory?.constant), at: time(piece.rows[0].lowerBound))
        }
        for (row, tick) in piece.rows.joined().enumerated() {
            noteLimits(limits(cpu?[row], memory?[row]), at: time(tick))
        }
    }

    /// - Parameter before: how many intervals and samples there were before this piece.
    mutating func addStartUp(
        of piece: Piece, since before: (cpu: Int, memory: Int), within seconds: Double
    ) {
        guard let started = piece.incarnation.startedAt else { return }
        let end = started.milliseconds &+ Int64(seconds * 1000)
        var used = Cores(0)
        var held = 0.0
        var isSeen = false
        for index in before.cpu..<cpu.count {
            guard cpu.ends[index] <= end else { break }
            used = max(used, Cores(cpu.cores[index]))
            isSeen = true
        }
        for index in before.memory..<memory.count {
            guard memory.times[index] <= end else { break }
            held = max(held, memory.workingSet[index])
            isSeen = true
        }
        guard isSeen else { return }
        startUp = StartUpUse(
            cpu: max(startUp?.cpu ?? Cores(0), used),
            memory: max(startUp?.memory ?? Bytes(0), Bytes(wholeBytes(held))))
    }
}
