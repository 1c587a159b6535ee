import Files
import Glibc
import Measures

/// Standard output, or a file that appears under its name when it is complete.
package final class ByteOutput {
    private let name: String
    /// Nil for standard output.
    private let file: ReplacementFile?

    private static let capacity = 1 << 18
    private let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private var count = 0
    /// The first refusal of the system: from then on nothing is written.
    private(set) var failure: ExchangeError?

    /// - Parameter path: nil for standard output.
    package init(path: String?) throws(ExchangeError) {
        guard let path else {
            name = "standard output"
            file = nil
            return
        }
        name = path
        // A symbolic link stays, and what it leads to is replaced.
        var target = path
        if let resolved = realpath(path, nil) {
            target = String(cString: resolved)
            free(resolved)
        }
        var status = stat()
        let isThere = stat(target, &status) == 0
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            throw .input(file: path, what: "is no regular file: write to standard output instead")
        }
        let mask = umask(0)
        umask(mask)
        do {
            let file = try ReplacementFile(of: target)
            fchmod(file.descriptor, isThere ? status.st_mode & 0o777 : 0o666 & ~mask)
            self.file = file
        } catch {
            throw .system(file: path, action: "write", code: error.code)
        }
    }

    deinit { memory.deallocate() }

    /// Writes what is left, and gives a file its name.
    package func finish() throws(ExchangeError) {
        flush()
        if let failure { throw failure }
        guard let file else { return }
        do {
            try file.synchronise()
            try file.rename()
        } catch {
            throw .system(file: name, action: "write", code: error.code)
        }
    }

    /// Lets `body` write up to `room` bytes; it returns how many it did.
    @inline(__always)
    func write(upTo room: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        if count &+ room > Self.capacity { flush() }
        count &+= body(memory + count)
    }

    func append(_ bytes: [UInt8]) {
        if bytes.count > Self.capacity / 2 {
            for start in stride(from: 0, to: bytes.count, by: Self.capacity / 2) {
                append(Array(bytes[start..<min(bytes.count, start + Self.capacity / 2)]))
            }
            return
        }
        write(upTo: bytes.count) { $0.write(bytes) }
    }

    func append(_ text: String) { append(Array(text.utf8)) }

    private func flush() {
        let descriptor = file?.descriptor ?? STDOUT_FILENO
        var done = 0
        while done < count, failure == nil {
            let put = Glibc.write(descriptor, memory + done, count - done)
            if put < 0, errno == EINTR { continue }
            if put < 0 {
                failure = .system(file: name, action: "write", code: errno)
            } else {
                done += put
            }
        }
        count = 0
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// - Returns: how many bytes that were.
    @inline(__always)
    func write(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer {
            if let base = $0.baseAddress { update(from: base, count: $0.count) }
        }
        return bytes.count
    }

    /// Decimal digits: at most twenty.
    @inline(__always)
    func write(_ value: Int64) -> Int {
        var rest = value.magnitude
        var start = 0
        if value < 0 {
            self[0] = 0x2d
            start = 1
        }
        if rest < 10 {
            self[start] = 0x30 &+ UInt8(truncatingIfNeeded: rest)
            return start &+ 1
        }
        var length = start
        var probe = rest
        while probe > 0 {
            probe /= 10
            length &+= 1
        }
        var position = length
        while position > start {
            position &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            self[position] = 0x30 &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        return length
    }

    /// The shortest decimal that reads as `value`, with a point or an exponent in it: at most 32 bytes.
    func write(real value: Double) -> Int {
        // Most were printed with few digits once; a quotient of exact numbers is the nearest double.
        for (scale, digits) in [(1000.0, 3), (1_000_000.0, 6)] {
            let scaled = (value * scale).rounded()
            guard scaled.magnitude < 0x1p53, scaled / scale == value, scaled != 0 else { continue }
            return write(Int64(scaled), decimals: digits)
        }
        var length = 0
        for byte in value.description.utf8 {
            self[length] = byte
            length += 1
        }
        return length
    }

    /// `value` / 10^decimals, without zeros at the end but one behind the point.
    private func write(_ value: Int64, decimals: Int) -> Int {
        var length = 0
        if value < 0 {
            self[0] = 0x2d
            length = 1
        }
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: scale)
        length += (self + length).write(Int64(whole))
        self[length] = 0x2e
        var rest = fraction
        for place in (1...decimals).reversed() {
            self[length + place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        length += decimals + 1
        while self[length - 1] == 0x30, self[length - 2] != 0x2e { length -= 1 }
        return length
    }

    /// A value as it is stored under `metric`: at most 32 bytes.
    @inline(__always)
    func write(_ value: Int64, of metric: Metric) -> Int {
        metric.kind == .real ? write(real: Double(storedReal: value)) : write(value)
    }

    /// Seconds, with milliseconds where there are any: at most 24 bytes.
    func write(secondsOf milliseconds: Int64) -> Int {
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        var length = 0
        if milliseconds < 0 {
            self[0] = 0x2d
            length = 1
        }
        length += (self + length).write(Int64(seconds))
        if rest == 0 { return length }
        self[length] = 0x2e
        self[length + 1] = 0x30 + UInt8(rest / 100)
        self[length + 2] = 0x30 + UInt8(rest / 10 % 10)
        self[length + 3] = 0x30 + UInt8(rest % 10)
        return length + 4
    }
}
