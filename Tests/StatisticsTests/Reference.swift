import Statistics

/// Quantiles the plain way, from the definition and a sort.
enum Reference {
    /// Hyndman and Fan's definition 7 with numpy's rounding.
    static func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
        let last = Double(sorted.count - 1)
        let virtual = last * probability
        if virtual >= last {
            let greatest = sorted[sorted.count - 1]
            return greatest - (greatest - greatest) * (1 - (virtual + 1))
        }
        let lower = sorted[Int(virtual)]
        let upper = sorted[Int(virtual) + 1]
        let fraction = virtual - virtual.rounded(.down)
        return fraction >= 0.5
            ? upper - (upper - lower) * (1 - fraction) : lower + (upper - lower) * fraction
    }

    static func quantiles(_ probabilities: [Double], of values: [Double]) -> [Double] {
        if values.contains(where: \.isNaN) { return probabilities.map { _ in .nan } }
        let sorted = values.sorted()
        return probabilities.map { quantile($0, ofSorted: sorted) }
    }
}

/// Equal under `==`, with NaN equal to NaN.
func same(_ left: Double, _ right: Double) -> Bool {
    left == right || (left.isNaN && right.isNaN)
}

func same(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
}

/// Equal in every bit, with any NaN equal to any NaN.
func identical(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy {
            $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
        }
}

/// Every kernel that this CPU can run.
let supportedKernels: [Kernels] = InstructionSet.allCases.compactMap { try? Kernels($0) }
