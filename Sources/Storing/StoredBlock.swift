import Measures

/// A span as it lies in the store.
struct StoredSpan {
    var id: Int64
    var ticks: TickTable
}

/// A block with the bytes that it reads from.
final class StoredBlock {
    let reader: BlockReader
    /// In bytes.
    let length: Int
    private let bytes: UnsafeMutableRawBufferPointer

    init(copying source: UnsafeRawBufferPointer, tickCount: Int) throws(DecodingFailure) {
        bytes = .allocate(byteCount: max(1, source.count), alignment: 16)
        bytes.copyMemory(from: source)
        length = source.count
        let held = UnsafeRawBufferPointer(rebasing: bytes[..<source.count])
        do {
            reader = try BlockReader(held, tickCount: tickCount)
        } catch {
            bytes.deallocate()
            throw error
        }
    }

    deinit { bytes.deallocate() }
}
