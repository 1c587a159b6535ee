extension IntegerColumn {
    /// Appends `values` to `bytes`.
    ///
    /// - Parameter reference: as many values that the decoder will have first, and that these may follow.
    package static func encode(
        _ values: UnsafeBufferPointer<Int64>,
        predictedFrom reference: UnsafeBufferPointer<Int64>? = nil,
        choosing preference: Preference = .balanced, into bytes: inout [UInt8]
    ) {
        precondition(reference == nil || reference?.count == values.count)
        encode(values, predictedFrom: reference, among: Choices(preference), into: &bytes)
    }

    /// What may be chosen from. Tests narrow it down to one of each.
    struct Choices {
        var coders: Set<Coder> = Set(Coder.allCases)
        var orders = [0, 1, 2, 3]
        /// Whether a prediction is taken wherever there is one.
        var mustPredict = false
        /// The binned stream must be smaller than this share of the packed blocks.
        var binnedShare = 1.0

        init(_ preference: Preference) {
            switch preference {
            case .fast: coders.remove(.binned)
            case .balanced: binnedShare = 0.95
            case .smallest: break
            }
        }
    }

    /// Slots to bin a candidate with, and then the best ones.
    private static let roughSlots = 48
    private static let fineSlots = 256
    /// How many of the candidates are binned finely.
    private static let finalists = 2

    /// Residuals of one transform and what they would take.
    private struct Candidate {
        var transform: Transform
        var residuals: [Int64]
        var roughBinnedBytes = Int.max
    }

    static func encode(
        _ values: UnsafeBufferPointer<Int64>, predictedFrom reference: UnsafeBufferPointer<Int64>?,
        among choices: Choices, into bytes: inout [UInt8]
    ) {
        if values.isEmpty { return }
        var packed: [UInt8]?
        var candidates = candidates(values, reference, choices)
        if choices.coders.contains(.zero),
            let zero = candidates.first(where: { $0.residuals.allSatisfy { $0 == 0 } })
        {
            appendHeader(.zero, zero.transform, to: &bytes)
            return
        }
        if choices.coders.contains(.packed) {
            let sizes = candidates.map {
                headerSize($0.transform) + PackedBlocks.size($0.residuals)
            }
            let least = sizes.indices.min { sizes[$0] < sizes[$1] }!
            var written: [UInt8] = []
            appendHeader(.packed, candidates[least].transform, to: &written)
            PackedBlocks.append(candidates[least].residuals, to: &written)
            packed = written
        }
        var binned: [UInt8]?
        if choices.coders.contains(.binned) {
            for index in candidates.indices {
                var sorted = candidates[index].residuals
                radixSort(&sorted)
                let binning = Binning(sorted: sorted, slotLimit: roughSlots)
                candidates[index].roughBinnedBytes =
                    headerSize(candidates[index].transform) + Int(binning.estimatedBits / 8)
            }
            candidates.sort { $0.roughBinnedBytes < $1.roughBinnedBytes }
            for candidate in candidates.prefix(finalists) {
                if let packed, candidate.roughBinnedBytes > packed.count + packed.count / 8 {
                    continue
                }
                var sorted = candidate.residuals
                radixSort(&sorted)
                let binning = Binning(sorted: sorted, slotLimit: fineSlots)
                var written: [UInt8] = []
                appendHeader(.binned, candidate.transform, to: &written)
                BinnedStream.append(candidate.residuals, binning, to: &written)
                if written.count < binned?.count ?? Int.max { binned = written }
            }
        }
        switch (packed, binned) {
        case (let packed?, let binned?):
            let limit = Double(packed.count) * choices.binnedShare
            bytes += Double(binned.count) < limit ? binned : packed
        case (let only?, nil), (nil, let only?): bytes += only
        case (nil, nil): preconditionFailure("no coder among the choices")
        }
    }

    private static func candidates(
        _ values: UnsafeBufferPointer<Int64>, _ reference: UnsafeBufferPointer<Int64>?,
        _ choices: Choices
    ) -> [Candidate] {
        let divisor = Transform.commonDivisor(values)
        let scaled = Transform.scaled(values, divisor: divisor)
        var remainders: [(Prediction?, [Int64])] = []
        if !choices.mustPredict { remainders.append((nil, scaled)) }
        if let reference {
            for prediction in Prediction.candidates(
                scaled: scaled, divisor: divisor, reference: reference)
            {
                remainders.append(
                    (prediction, Transform.remainders(scaled, prediction, reference)))
            }
        }
        if remainders.isEmpty { remainders.append((nil, scaled)) }
        var candidates: [Candidate] = []
        for (prediction, remainder) in remainders {
            var residuals = remainder
            for order in 0...2 {
                var transform = Transform(
                    base: values[0], divisor: divisor, prediction: prediction, order: order)
                if order > 0 { Transform.difference(&residuals) }
                if order == 2, residuals.count > 1 {
                    transform.slope = residuals[1]
                    residuals[1] = 0
                }
                if choices.orders.contains(order) {
                    candidates.append(Candidate(transform: transform, residuals: residuals))
                }
            }
            if choices.orders.contains(3) {
                let rise = Transform.rise(remainder)
                let transform = Transform(
                    base: values[0], divisor: divisor, prediction: prediction, order: 3, slope: rise
                )
                candidates.append(
                    Candidate(
                        transform: transform,
                        residuals: Transform.distances(remainder, rise: rise)))
            }
        }
        return candidates
    }

    private static func headerSize(_ transform: Transform) -> Int {
        var header: [UInt8] = []
        appendHeader(.zero, transform, to: &header)
        return header.count
    }

    private static func appendHeader(
        _ coder: Coder, _ transform: Transform, to bytes: inout [UInt8]
    ) {
        var first = coder.rawValue | UInt8(transform.order) << 2
        if transform.divisor != 1 { first |= divisorFlag }
        if transform.prediction != nil { first |= predictionFlag }
        bytes.append(first)
        bytes.append(signed: transform.base)
        if transform.divisor != 1 { bytes.append(varint: transform.divisor) }
        if let prediction = transform.prediction {
            bytes.append(signed: prediction.multiplier)
            bytes.append(UInt8(prediction.shift))
        }
        if transform.order >= 2 { bytes.append(signed: transform.slope) }
    }
}
