/// Sorts by the bytes in which the numbers differ, the lowest first: for a column's differences that is
/// two to four passes, several times faster than comparing.
func radixSort(_ values: inout [Int64]) {
    let count = values.count
    guard count > 64 else { return values.sort() }
    // The highest bit turned, unsigned order is signed order.
    let sign: UInt64 = 1 << 63
    var differing: UInt64 = 0
    for value in values { differing |= UInt64(bitPattern: value ^ values[0]) }
    var source = values.map { UInt64(bitPattern: $0) ^ sign }
    var target = [UInt64](repeating: 0, count: count)
    for shift in stride(from: UInt64(0), to: 64, by: 8) where (differing >> shift) & 0xff != 0 {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { ends in
            ends.initialize(repeating: 0)
            for value in source { ends[Int((value >> shift) & 0xff)] &+= 1 }
            var sum = 0
            for byte in 0..<256 { (ends[byte], sum) = (sum, sum &+ ends[byte]) }
            for value in source {
                let byte = Int((value >> shift) & 0xff)
                target[ends[byte]] = value
                ends[byte] &+= 1
            }
        }
        swap(&source, &target)
    }
    for index in 0..<count { values[index] = Int64(bitPattern: source[index] ^ sign) }
}
