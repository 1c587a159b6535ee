/// How values become residuals, and back. All arithmetic wraps, so that every column of Int64 survives.
///
///     scaled    = (value − base) / divisor
///     remainder = scaled − (prediction(reference) − prediction(first reference))
///     residual  = of order 0 the remainder, 1 its step, 2 the change of its step (the first step is
///                 `slope`), 3 its distance from the line through the first one that rises by `slope`
///
/// The first residual is 0, and of order 2 the second one as well. Order 3 is for clocks: a jitter that does
/// not add up would be counted twice by differences.
struct Transform {
    /// The first value.
    var base: Int64
    /// Divides every value's distance from `base`; 1 … 2^63.
    var divisor: UInt64
    var prediction: Prediction?
    /// 0 to 3.
    var order: Int
    /// For orders 2 and 3.
    var slope: Int64 = 0
}

extension Transform {
    /// The largest number that divides every value's distance from the first one; 1 where all are equal.
    static func commonDivisor(_ values: UnsafeBufferPointer<Int64>) -> UInt64 {
        var divisor: UInt64 = 0
        for value in values where divisor != 1 {
            var (left, right) = (divisor, (value &- values[0]).magnitude)
            while right != 0 { (left, right) = (right, left % right) }
            divisor = left
        }
        return max(1, divisor)
    }

    /// `(value − first value) / divisor`.
    static func scaled(_ values: UnsafeBufferPointer<Int64>, divisor: UInt64) -> [Int64] {
        values.map { value in
            let distance = value &- values[0]
            if divisor == 1 { return distance }
            let quotient = Int64(bitPattern: distance.magnitude / divisor)
            return distance < 0 ? 0 &- quotient : quotient
        }
    }

    /// What is left of `scaled` values.
    static func remainders(
        _ scaled: [Int64], _ prediction: Prediction, _ reference: UnsafeBufferPointer<Int64>
    ) -> [Int64] {
        let first = prediction(reference[0])
        return zip(scaled, reference).map { $0 &- (prediction($1) &- first) }
    }

    /// The line's rise: from the first to the last remainder, by row.
    static func rise(_ remainders: [Int64]) -> Int64 {
        let rows = Int64(remainders.count - 1)
        guard rows > 0 else { return 0 }
        let distance = remainders[Int(rows)] &- remainders[0]
        return distance / rows &+ (distance % rows &* 2) / rows
    }

    /// Distances from the line through the first remainder.
    static func distances(_ remainders: [Int64], rise: Int64) -> [Int64] {
        remainders.enumerated().map { $1 &- Int64($0) &* rise }
    }

    /// Turns remainders into differences of the next order.
    static func difference(_ values: inout [Int64]) {
        var previous = values[0]
        for index in values.indices {
            let value = values[index]
            values[index] = value &- previous
            previous = value
        }
    }
}

extension Transform {
    /// Turns residuals into values, in place.
    ///
    /// - Parameter reference: as many values, where there is a prediction.
    func restore(
        _ values: UnsafeMutableBufferPointer<Int64>, _ reference: UnsafeBufferPointer<Int64>?
    ) {
        guard let start = values.baseAddress, values.count > 0 else { return }
        let count = values.count
        let factor = Int64(bitPattern: divisor)
        if let prediction, let reference = reference?.baseAddress {
            integrate(start, count, factor: 1, from: 0)
            let first = prediction(reference[0])
            var index = 0
            while index < count {
                let scaled = start[index] &+ prediction(reference[index]) &- first
                start[index] = base &+ scaled &* factor
                index &+= 1
            }
        } else if factor == 1 {
            integrate(start, count, factor: 1, from: base)
        } else {
            integrate(start, count, factor: factor, from: base)
        }
    }

    /// Running sums of the given order, times `factor`. Inlined for `factor` 1, where it costs nothing.
    @inline(__always)
    private func integrate(
        _ values: UnsafeMutablePointer<Int64>, _ count: Int, factor: Int64, from base: Int64
    ) {
        var sum = base
        var index = 0
        switch order {
        case 0:
            while index < count {
                values[index] = base &+ values[index] &* factor
                index &+= 1
            }
        case 1:
            while index < count {
                sum &+= values[index] &* factor
                values[index] = sum
                index &+= 1
            }
        case 3:
            let rise = slope &* factor
            while index < count {
                values[index] = sum &+ values[index] &* factor
                sum &+= rise
                index &+= 1
            }
        default:
            // The second value takes the slope, the first does not.
            var step = slope &* factor
            sum &-= step
            while index < count {
                step &+= values[index] &* factor
                sum &+= step
                values[index] = sum
                index &+= 1
            }
        }
    }
}
