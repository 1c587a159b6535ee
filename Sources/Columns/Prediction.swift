/// What a reference column says of a column: `(reference · multiplier) >> shift`, wrapping.
///
/// System time is a share of all CPU time, and a working set moves with the anonymous memory; what is
/// left after the prediction takes fewer bits.
struct Prediction: Hashable {
    /// 1 to 255 and −1 to −255.
    let multiplier: Int64
    /// 0 to 63.
    let shift: Int64

    static let multiplierLimit: Int64 = 255

    /// The nearest to `ratio`; nil where that is 0, too large or no number.
    init?(ratio: Double) {
        guard ratio.isFinite, ratio != 0, ratio.magnitude < 256 else { return nil }
        var multiplier = (ratio.significand * 128).rounded()
        // Not negative, since the ratio is below 2^8.
        var shift = 7 - Int64(ratio.exponent)
        while shift > 0, multiplier.truncatingRemainder(dividingBy: 2) == 0 {
            multiplier /= 2
            shift -= 1
        }
        guard shift < 64, multiplier <= Double(Prediction.multiplierLimit) else { return nil }
        self.multiplier = Int64(ratio < 0 ? -multiplier : multiplier)
        self.shift = shift
    }

    /// Refuses what no encoder writes.
    init?(multiplier: Int64, shift: UInt8) {
        guard multiplier != 0, -Prediction.multiplierLimit <= multiplier,
            multiplier <= Prediction.multiplierLimit, shift < 64
        else { return nil }
        self.multiplier = multiplier
        self.shift = Int64(shift)
    }

    @inline(__always)
    func callAsFunction(_ reference: Int64) -> Int64 { (reference &* multiplier) &>> shift }
}

extension Prediction {
    /// What may be worth trying for `scaled` values (already divided by `divisor`): the reference itself,
    /// and the median ratio of the steps. None twice.
    static func candidates(
        scaled: [Int64], divisor: UInt64, reference: UnsafeBufferPointer<Int64>
    ) -> [Prediction] {
        var found: [Prediction] = []
        func offer(_ ratio: Double) {
            if let prediction = Prediction(ratio: ratio), !found.contains(prediction) {
                found.append(prediction)
            }
        }
        offer(1 / Double(divisor))
        var ratios: [Double] = []
        let stride = max(1, scaled.count / 1024)
        for index in Swift.stride(from: 1, to: scaled.count, by: stride) {
            let step = reference[index] &- reference[index - 1]
            if step != 0 {
                ratios.append(Double(scaled[index] &- scaled[index - 1]) / Double(step))
            }
        }
        if !ratios.isEmpty {
            ratios.sort()
            offer(ratios[ratios.count / 2])
        }
        return found
    }
}
