/// Tabled asymmetric numeral systems (Duda, arXiv 1311.2540), as in FSE: a state of `log` bits names the
/// symbol; the next state is a base and some bits of the stream.
enum StateTable {
    /// The bins' weights rounded to parts of 2^`log`, each at least 1.
    static func normalized(_ bins: [Bin], log: Int) -> [Bin] {
        let size = 1 << log
        let total = Double(bins.reduce(0) { $0 + $1.weight })
        var result = bins
        var sum = 0
        for index in bins.indices {
            let share = Double(bins[index].weight) * Double(size) / total
            result[index].weight = max(1, Int(share.rounded()))
            sum += result[index].weight
        }
        // One by one to or from where it costs the least: the change of count · log2(weight).
        while sum != size {
            let step = sum > size ? -1 : 1
            var chosen = -1
            var least = Double.infinity
            for index in bins.indices where result[index].weight + step > 0 {
                let weight = Double(result[index].weight)
                let cost =
                    Double(bins[index].weight)
                    * (fastLog2(weight) - fastLog2(weight + Double(step)))
                if cost < least { (least, chosen) = (cost, index) }
            }
            result[chosen].weight += step
            sum += step
        }
        return result
    }

    /// Calls `place` with each state's bin.
    ///
    /// A bin's states lie about evenly over the table: steps of ⅝ of its size, as in FSE.
    @inline(__always)
    static func spread(_ bins: [Bin], log: Int, place: (_ state: Int, _ bin: Int) -> Void) {
        let size = 1 << log
        let step = log < 4 ? 1 : (size >> 1) + (size >> 3) + 3
        var state = 0
        for index in bins.indices {
            for _ in 0..<bins[index].weight {
                place(state, index)
                state = (state &+ step) & (size &- 1)
            }
        }
    }
}
