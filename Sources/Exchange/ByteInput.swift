import Glibc

/// A file or pipe read through one buffer, and summed up while it goes by.
package final class ByteInput {
    /// What errors call it.
    package let name: String
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    /// What is read where there is no file, and how much of it at once.
    private var held: ArraySlice<UInt8> = []
    private let pieceLength: Int
    /// How many bytes there are; nil where that is not known before the end.
    package let totalBytes: Int64?
    package private(set) var bytesRead: Int64 = 0
    /// Told after each read.
    package var onProgress: (() -> Void)?

    /// No line may be longer than this.
    package static let capacity = 1 << 20
    private let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity + 8, alignment: 64)
    /// What of the buffer is filled and not used yet.
    private(set) var start = 0
    private(set) var end = 0
    private(set) var isAtEnd = false
    private var digest = Digest()

    /// - Parameter path: "-" for standard input.
    package init(path: String) throws(ExchangeError) {
        pieceLength = Self.capacity
        if path == "-" {
            name = "<stdin>"
            descriptor = STDIN_FILENO
            ownsDescriptor = false
        } else {
            name = path
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            ownsDescriptor = true
            if descriptor < 0 {
                throw .system(file: path, action: "open", code: errno)
            }
        }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        totalBytes = isFile ? Int64(status.st_size) : nil
    }

    /// Reads from memory.
    /// - Parameter pieceLength: how many bytes come at once.
    package init(name: String, bytes: [UInt8], pieceLength: Int = capacity) {
        precondition(pieceLength > 0)
        self.name = name
        self.pieceLength = pieceLength
        held = bytes[...]
        totalBytes = Int64(bytes.count)
        descriptor = -1
        ownsDescriptor = false
    }

    deinit {
        memory.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    var base: UnsafeRawPointer { UnsafeRawPointer(memory) }

    func advance(to position: Int) { start = position }

    /// Reads more behind what is not used yet, which may move.
    /// - Returns: false where the buffer is full of it, or nothing is left.
    func fill() throws(ExchangeError) -> Bool {
        if isAtEnd || end - start == Self.capacity { return false }
        if start > 0 {
            memory.copyMemory(from: memory + start, byteCount: end - start)
            end -= start
            start = 0
        }
        while true {
            let count = readPiece(into: memory + end, atMost: Self.capacity - end)
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(file: name, action: "read", code: errno)
            }
            digest.add(UnsafeRawBufferPointer(start: memory + end, count: count))
            end += count
            bytesRead += Int64(count)
            isAtEnd = count == 0
            onProgress?()
            return count > 0
        }
    }

    /// As read(2).
    private func readPiece(into target: UnsafeMutableRawPointer, atMost room: Int) -> Int {
        if descriptor >= 0 { return read(descriptor, target, room) }
        let piece = held.prefix(min(room, pieceLength))
        piece.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress {
                target.copyMemory(from: base, byteCount: bytes.count)
            }
        }
        held = held.dropFirst(piece.count)
        return piece.count
    }

    /// 128 bits of what was read so far, in hexadecimal. The same bytes give the same, however they came.
    var fingerprint: String { digest.hexadecimal }
}

/// Sums bytes up, eight at a time, in two lanes of multiply and fold (as wyhash does). Guards against
/// accidents, not against somebody who wants two inputs to look the same.
struct Digest {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xD1B5_4A32_D192_ED03
    private var count: UInt64 = 0
    /// Bytes that do not make eight yet, lowest first.
    private var rest: UInt64 = 0
    private var restCount = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        count &+= UInt64(bytes.count)
        var position = 0
        while restCount > 0, position < bytes.count { addToRest(bytes[position], &position) }
        while position &+ 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position &+= 8
        }
        while position < bytes.count { addToRest(bytes[position], &position) }
    }

    private mutating func addToRest(_ byte: UInt8, _ position: inout Int) {
        rest |= UInt64(byte) << UInt64(8 * restCount)
        restCount += 1
        position += 1
        if restCount == 8 {
            mix(rest)
            rest = 0
            restCount = 0
        }
    }

    private mutating func mix(_ word: UInt64) {
        first = Self.fold(first ^ word, 0xA076_1D64_78BD_642F)
        second = Self.fold(second &+ word, 0xE703_7ED1_A0B4_28DB)
    }

    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    var hexadecimal: String {
        var copy = self
        copy.mix(rest)
        copy.mix(count)
        copy.mix(0)
        return [copy.first, copy.second].map {
            let digits = String($0, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
