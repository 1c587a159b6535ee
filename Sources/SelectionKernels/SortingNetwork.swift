// Sorting of 64 or 128 values in AVX-512 registers.
#if arch(x86_64) && KERNELS_AVX512
    internal import CIntrinsics

    /// Sorts at most 128 values in place. `values` has room for 128.
    @inline(never)
    func sortByNetwork(_ values: UnsafeMutablePointer<Double>, _ count: Int) {
        let padded = count <= 64 ? 64 : 128
        var index = count
        while index < padded {
            values[index] = .infinity
            index &+= 1
        }
        sort64(values)
        guard padded == 128 else { return }
        sort64(values + 64)
        // Comparing the first half with the second one reversed leaves two bitonic halves, the
        // lower values in the first.
        index = 0
        while index < 64 {
            var low = load(values + index)
            var high = load(values + (120 &- index))
            exchangeReversed(&low, &high)
            store(low, to: values + index)
            store(high, to: values + (120 &- index))
            index &+= 8
        }
        sortBitonic64(values)
        sortBitonic64(values + 64)
    }

    /// `exchange` with the lanes of `high` taken in reverse; leaves two bitonic sequences.
    @inline(__always) private func exchangeReversed(_ low: inout Lanes, _ high: inout Lanes) {
        let reversed = permuted(high, SIMD8(7, 6, 5, 4, 3, 2, 1, 0))
        high = larger(low, reversed)
        low = smaller(low, reversed)
    }

    @inline(__always) private func permuted(_ lanes: Lanes, _ order: SIMD8<Int64>) -> Lanes {
        _mm512_permutexvar_pd(order, lanes)
    }

    /// Lanes of the pair (`first`, `second`) by number: 0…7 from the first, 8…15 from the second.
    @inline(__always)
    private func picked(_ first: Lanes, _ second: Lanes, _ order: SIMD8<Int64>) -> Lanes {
        _mm512_permutex2var_pd(first, order, second)
    }

    /// One step within a vector: smaller values to the lanes clear in `upper`, larger to the set.
    @inline(__always)
    private func exchangedWithin(_ lanes: Lanes, _ order: SIMD8<Int64>, upper: UInt8) -> Lanes {
        let partners = permuted(lanes, order)
        return _mm512_mask_max_pd(smaller(lanes, partners), upper, lanes, partners)
    }

    /// Sorts a bitonic vector.
    @inline(__always) private func sortedBitonic(_ lanes: Lanes) -> Lanes {
        let byFour = exchangedWithin(lanes, SIMD8(4, 5, 6, 7, 0, 1, 2, 3), upper: 0xF0)
        let byTwo = exchangedWithin(byFour, SIMD8(2, 3, 0, 1, 6, 7, 4, 5), upper: 0xCC)
        return exchangedWithin(byTwo, SIMD8(1, 0, 3, 2, 5, 4, 7, 6), upper: 0xAA)
    }

    /// Eight vectors in registers.
    private struct Registers {
        var r0, r1, r2, r3, r4, r5, r6, r7: Lanes

        @inline(__always) init(_ source: UnsafeMutablePointer<Double>) {
            r0 = load(source)
            r1 = load(source + 8)
            r2 = load(source + 16)
            r3 = load(source + 24)
            r4 = load(source + 32)
            r5 = load(source + 40)
            r6 = load(source + 48)
            r7 = load(source + 56)
        }

        /// Sorts each lane across the registers: the best network for 8, 19 exchanges.
        @inline(__always) mutating func sortColumns() {
            exchange(&r0, &r2)
            exchange(&r1, &r3)
            exchange(&r4, &r6)
            exchange(&r5, &r7)
            exchange(&r0, &r4)
            exchange(&r1, &r5)
            exchange(&r2, &r6)
            exchange(&r3, &r7)
            exchange(&r0, &r1)
            exchange(&r2, &r3)
            exchange(&r4, &r5)
            exchange(&r6, &r7)
            exchange(&r2, &r4)
            exchange(&r3, &r5)
            exchange(&r1, &r4)
            exchange(&r3, &r6)
            exchange(&r1, &r2)
            exchange(&r3, &r4)
            exchange(&r5, &r6)
        }

        /// Turns sorted columns into sorted registers.
        @inline(__always) mutating func transpose() {
            let even = SIMD8<Int64>(0, 8, 2, 10, 4, 12, 6, 14)
            let odd = SIMD8<Int64>(1, 9, 3, 11, 5, 13, 7, 15)
            let a0 = picked(r0, r1, even)
            let a1 = picked(r0, r1, odd)
            let a2 = picked(r2, r3, even)
            let a3 = picked(r2, r3, odd)
            let a4 = picked(r4, r5, even)
            let a5 = picked(r4, r5, odd)
            let a6 = picked(r6, r7, even)
            let a7 = picked(r6, r7, odd)
            let lowPairs = SIMD8<Int64>(0, 1, 8, 9, 4, 5, 12, 13)
            let highPairs = SIMD8<Int64>(2, 3, 10, 11, 6, 7, 14, 15)
            let b0 = picked(a0, a2, lowPairs)
            let b1 = picked(a1, a3, lowPairs)
            let b2 = picked(a0, a2, highPairs)
            let b3 = picked(a1, a3, highPairs)
            let b4 = picked(a4, a6, lowPairs)
            let b5 = picked(a5, a7, lowPairs)
            let b6 = picked(a4, a6, highPairs)
            let b7 = picked(a5, a7, highPairs)
            let lowHalves = SIMD8<Int64>(0, 1, 2, 3, 8, 9, 10, 11)
            let highHalves = SIMD8<Int64>(4, 5, 6, 7, 12, 13, 14, 15)
            r0 = picked(b0, b4, lowHalves)
            r1 = picked(b1, b5, lowHalves)
            r2 = picked(b2, b6, lowHalves)
            r3 = picked(b3, b7, lowHalves)
            r4 = picked(b0, b4, highHalves)
            r5 = picked(b1, b5, highHalves)
            r6 = picked(b2, b6, highHalves)
            r7 = picked(b3, b7, highHalves)
        }

        @inline(__always) mutating func sortEachBitonic() {
            r0 = sortedBitonic(r0)
            r1 = sortedBitonic(r1)
            r2 = sortedBitonic(r2)
            r3 = sortedBitonic(r3)
            r4 = sortedBitonic(r4)
            r5 = sortedBitonic(r5)
            r6 = sortedBitonic(r6)
            r7 = sortedBitonic(r7)
        }

        /// Merges sorted registers 0|1, 2|3, 4|5, 6|7 into sorted pairs.
        @inline(__always) mutating func mergePairs() {
            exchangeReversed(&r0, &r1)
            exchangeReversed(&r2, &r3)
            exchangeReversed(&r4, &r5)
            exchangeReversed(&r6, &r7)
            sortEachBitonic()
        }

        /// Merges sorted pairs into sorted quadruples.
        @inline(__always) mutating func mergeQuadruples() {
            exchangeReversed(&r0, &r3)
            exchangeReversed(&r1, &r2)
            exchangeReversed(&r4, &r7)
            exchangeReversed(&r5, &r6)
            exchange(&r0, &r1)
            exchange(&r2, &r3)
            exchange(&r4, &r5)
            exchange(&r6, &r7)
            sortEachBitonic()
        }

        /// Merges the two sorted quadruples.
        @inline(__always) mutating func mergeHalves() {
            exchangeReversed(&r0, &r7)
            exchangeReversed(&r1, &r6)
            exchangeReversed(&r2, &r5)
            exchangeReversed(&r3, &r4)
            sortBitonicHalves()
        }

        /// Sorts registers 0…3 and 4…7, each bitonic, all of the first below all of the second.
        @inline(__always) mutating func sortBitonicHalves() {
            exchange(&r0, &r2)
            exchange(&r1, &r3)
            exchange(&r4, &r6)
            exchange(&r5, &r7)
            exchange(&r0, &r1)
            exchange(&r2, &r3)
            exchange(&r4, &r5)
            exchange(&r6, &r7)
            sortEachBitonic()
        }

        @inline(__always) func write(to target: UnsafeMutablePointer<Double>) {
            store(r0, to: target)
            store(r1, to: target + 8)
            store(r2, to: target + 16)
            store(r3, to: target + 24)
            store(r4, to: target + 32)
            store(r5, to: target + 40)
            store(r6, to: target + 48)
            store(r7, to: target + 56)
        }
    }

    @inline(never)
    func sort64(_ values: UnsafeMutablePointer<Double>) {
        var registers = Registers(values)
        registers.sortColumns()
        registers.transpose()
        registers.mergePairs()
        registers.mergeQuadruples()
        registers.mergeHalves()
        registers.write(to: values)
    }

    @inline(never)
    func sortBitonic64(_ values: UnsafeMutablePointer<Double>) {
        var registers = Registers(values)
        exchange(&registers.r0, &registers.r4)
        exchange(&registers.r1, &registers.r5)
        exchange(&registers.r2, &registers.r6)
        exchange(&registers.r3, &registers.r7)
        registers.sortBitonicHalves()
        registers.write(to: values)
    }
#endif
