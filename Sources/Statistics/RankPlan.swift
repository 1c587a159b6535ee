/// Which order statistics the quantiles of a series of a certain length are made of.
struct RankPlan: Sendable {
    /// Length of the series.
    private(set) var count = -1
    /// Ascending, distinct.
    private(set) var ranks: [Int] = []
    /// One for each probability, in the order given.
    private(set) var places: [Place] = []

    /// Where a quantile lies among the order statistics that `ranks` lists: between two, or on one.
    struct Place {
        var lower: Int
        var upper: Int
        /// Distance from the lower one as a share of the distance between the two.
        var fraction: Double
    }

    init() {}

    /// - Parameters:
    ///   - probabilities: from 0 to 1.
    ///   - ascending: the positions in `probabilities`, those of smaller ones first.
    ///   - count: at least 1.
    init(_ probabilities: [Double], ascending: [Int], count: Int) {
        self.count = count
        places = probabilities.map { Self.place($0, count: count) }
        ranks.reserveCapacity(2 * probabilities.count)
        for index in ascending {
            places[index].lower = position(of: places[index].lower)
            places[index].upper = position(of: places[index].upper)
        }
    }

    /// numpy's `_get_indexes` and `_get_gamma`, which at the last rank takes −1 for its number when it
    /// subtracts. Ranks of the series, not yet positions.
    private static func place(_ probability: Double, count: Int) -> Place {
        let last = Double(count - 1)
        let virtual = last * probability
        if virtual >= last {
            return Place(lower: count - 1, upper: count - 1, fraction: virtual + 1)
        }
        let floor = virtual.rounded(.down)
        return Place(lower: Int(floor), upper: Int(floor) + 1, fraction: virtual - floor)
    }

    /// The position of `rank`, which is added if it is new: then it is the greatest, since at most the
    /// upper rank of the probability before lies above it.
    private mutating func position(of rank: Int) -> Int {
        var position = ranks.count
        while position > 0, ranks[position - 1] >= rank { position -= 1 }
        if position == ranks.count { ranks.append(rank) }
        return position
    }

    /// Writes the quantiles in the order of the probabilities.
    ///
    /// - Parameter orderStatistics: the values at `ranks`.
    func interpolate(
        _ orderStatistics: UnsafePointer<Double>, into quantiles: UnsafeMutablePointer<Double>
    ) {
        places.withUnsafeBufferPointer { places in
            for index in places.indices {
                let place = places[index]
                quantiles[index] = Self.interpolated(
                    orderStatistics[place.lower], orderStatistics[place.upper], place.fraction)
            }
        }
    }

    /// numpy's `_lerp`: from the nearer end, so that it is monotone and exact at both.
    private static func interpolated(
        _ lower: Double, _ upper: Double, _ fraction: Double
    ) -> Double {
        let difference = upper - lower
        return fraction >= 0.5
            ? upper - difference * (1 - fraction) : lower + difference * fraction
    }
}
