package import Measures

/// The ladder of N tiers that holds all services at the least total limit.
///
/// A ladder ascends in CPU and memory; each service takes the smallest tier that holds its need, all its
/// replicas. Sizes are round (`RoundSizes`), and only those that some need rounds up to can be in a best
/// ladder: any other tier could be made smaller. So with C such CPU sizes and M memory sizes the best
/// ladder is found exactly, for any N, by
///
///     best[1][t] = cost(t) · held(t)
///     best[n][t] = min over u below t of best[n − 1][u] + cost(t) · (held(t) − held(u))
///
/// over the C · M tiers t, where held(t) counts the replicas whose need fits t; O(N · (C · M)²).
package struct TierFitting: Sendable {
    /// What a core costs beside a byte: as much as this many bytes of memory.
    package let bytesPerCore: Double

    /// - Parameter host: its share of memory to cores weighs them; without it a core weighs as much as
    ///   1 GiB, as in the standard tiers.
    package init(host: HostCapacity) {
        guard let cpus = host.cpus?.rawValue, cpus > 0, let memory = host.memory?.rawValue,
            memory > 0
        else {
            bytesPerCore = 1_073_741_824
            return
        }
        bytesPerCore = Double(memory) / cpus
    }

    /// What a service needs.
    package struct Demand: Hashable, Sendable {
        package var need: ResourceNeed
        package var replicas: Int

        package init(need: ResourceNeed, replicas: Int) {
            self.need = need
            self.replicas = replicas
        }
    }

    package struct Ladder: Hashable, Sendable {
        /// Ascending; fewer than asked for where fewer do as well.
        package var tiers: [ResourceNeed]
        /// For each demand the index of its tier.
        package var assignment: [Int]
        /// Over all replicas.
        package var total: ResourceNeed
    }

    /// - Parameters:
    ///   - count: at least 1.
    ///   - demands: at least one.
    package func ladder(of count: Int, for demands: [Demand]) -> Ladder {
        precondition(count > 0 && !demands.isEmpty)
        let round = demands.map { RoundSizes.up($0.need) }
        let grid = Grid(
            cpu: Array(Set(round.map(\.cpu))).sorted(),
            memory: Array(Set(round.map(\.memory))).sorted())
        let held = heldReplicas(grid, round, demands)
        let chosen = best(count, grid, held)
        let tiers = chosen.map { grid.size($0) }
        let assignment = round.map { need in
            tiers.firstIndex { $0.cpu >= need.cpu && $0.memory >= need.memory }!
        }
        var total = ResourceNeed(cpu: Cores(0), memory: Bytes(0))
        for (demand, tier) in zip(demands, assignment) {
            total.cpu = total.cpu + Cores(tiers[tier].cpu.rawValue * Double(demand.replicas))
            total.memory =
                total.memory + Bytes(tiers[tier].memory.rawValue * Int64(demand.replicas))
        }
        // A tier that nobody takes is none.
        let used = tiers.indices.filter { assignment.contains($0) }
        return Ladder(
            tiers: used.map { tiers[$0] }, assignment: assignment.map { used.firstIndex(of: $0)! },
            total: total)
    }

    private struct Grid {
        var cpu: [Cores]
        var memory: [Bytes]
        var count: Int { cpu.count * memory.count }

        func size(_ cell: Int) -> ResourceNeed {
            ResourceNeed(cpu: cpu[cell / memory.count], memory: memory[cell % memory.count])
        }
    }

    /// For each cell how many replicas fit it: a two-dimensional running sum.
    private func heldReplicas(
        _ grid: Grid, _ round: [ResourceNeed], _ demands: [Demand]
    ) -> [Int] {
        var held = [Int](repeating: 0, count: grid.count)
        let width = grid.memory.count
        for (need, demand) in zip(round, demands) {
            let row = grid.cpu.firstIndex(of: need.cpu)!
            let column = grid.memory.firstIndex(of: need.memory)!
            held[row * width + column] += demand.replicas
        }
        for row in grid.cpu.indices {
            var sum = 0
            for column in 0..<width {
                sum += held[row * width + column]
                held[row * width + column] = sum + (row > 0 ? held[(row - 1) * width + column] : 0)
            }
        }
        return held
    }

    /// The cells of the best ladder, ascending.
    private func best(_ count: Int, _ grid: Grid, _ held: [Int]) -> [Int] {
        let width = grid.memory.count
        let cost = (0..<grid.count).map { cell in
            let size = grid.size(cell)
            return size.cpu.rawValue + Double(size.memory.rawValue) / bytesPerCore
        }
        var costs = (0..<grid.count).map { cost[$0] * Double(held[$0]) }
        var below: [[Int?]] = []
        while below.count < count - 1 {
            var next = costs
            var chosen = [Int?](repeating: nil, count: grid.count)
            for cell in 0..<grid.count {
                for row in 0...(cell / width) {
                    for column in 0...(cell % width) where row * width + column != cell {
                        let other = row * width + column
                        let sum = costs[other] + cost[cell] * Double(held[cell] - held[other])
                        if sum < next[cell] - 1e-12 {
                            next[cell] = sum
                            chosen[cell] = other
                        }
                    }
                }
            }
            below.append(chosen)
            costs = next
        }
        // The largest tier holds everything.
        var ladder = [grid.count - 1]
        for chosen in below.reversed() {
            if let other = chosen[ladder[0]] { ladder.insert(other, at: 0) }
        }
        return ladder
    }
}
