/// A number of values that is drawn from a series to place the windows.
///
/// For short series a sample that the small sort can take; for longer ones ½·n^⅔, which balances
/// the cost of the sample against that of the values that its windows keep.
@inline(__always)
func sampleSize(for count: Int) -> Int {
    if count <= 2048 { return 64 }
    if count <= 8192 { return 128 }
    let root = cubeRoot(Double(count))
    return Int(0.5 * root * root)
}

/// Roughly the cube root; it only sizes the sample. Three Newton steps from a guess made by dividing
/// the exponent by three.
@inline(__always)
func cubeRoot(_ value: Double) -> Double {
    var root = Double(bitPattern: value.bitPattern / 3 &+ 0x2A9F_7893_782D_A1CE)
    root = (2 * root + value / (root * root)) / 3
    root = (2 * root + value / (root * root)) / 3
    return (2 * root + value / (root * root)) / 3
}

/// Where in a series of `count` values the value `number` of a sample of `size` lies: at a hashed
/// place within each of `size` strata, so that no period of the data falls in with the period of the
/// sample.
///
/// The places depend on nothing but the counts: equal input gives equal work.
@inline(__always)
func samplePosition(_ number: Int, stride: UInt64, count: Int) -> Int {
    let number = UInt64(truncatingIfNeeded: number)
    let hash = (number &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
    let place = number &* stride &+ (stride &>> 16) &* (hash &>> 48)
    let position = Int(truncatingIfNeeded: place &>> 32)
    return position < count ? position : count &- 1
}

/// Values to a stratum, with 32 fractional bits.
@inline(__always)
func sampleStride(size: Int, count: Int) -> UInt64 {
    UInt64(Double(count) / Double(size) * 4_294_967_296)
}

/// The same for the sample that `summarize` draws, so that tests can work against it.
@inline(never)
package func samplePosition(_ number: Int, count: Int) -> Int {
    let stride = sampleStride(size: sampleSize(for: count), count: count)
    return samplePosition(number, stride: stride, count: count)
}

/// The size of the sample that `summarize` draws from `count` values.
@inline(never)
package func summarySampleSize(count: Int) -> Int { sampleSize(for: count) }

/// Copies a sample of `values` to `sample`.
@inline(never)
func drawSample(
    _ values: UnsafePointer<Double>, _ count: Int, size: Int,
    into sample: UnsafeMutablePointer<Double>
) {
    let stride = sampleStride(size: size, count: count)
    var number = 0
    while number < size {
        sample[number] = values[samplePosition(number, stride: stride, count: count)]
        number &+= 1
    }
}
