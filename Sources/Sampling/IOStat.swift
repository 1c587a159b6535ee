import Measures

/// Bytes read from and written to block devices, all devices together. No device yet means no bytes yet; a
/// line that was cut off or whose number does not fit makes the sum unknown.
struct IOStat {
    var readBytes: Int64? = 0
    var writeBytes: Int64? = 0

    /// `io.stat`: `8:0 rbytes=1024 wbytes=0 rios=…`.
    init(v2 text: UnsafeBufferPointer<UInt8>) {
        guard isWhole(text) else { return }
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            while let word = scanner.word() {
                if KernelFileScanner.starts(word, "rbytes=") {
                    Self.add(KernelFileScanner.value(after: "rbytes=", in: word), to: &readBytes)
                } else if KernelFileScanner.starts(word, "wbytes=") {
                    Self.add(KernelFileScanner.value(after: "wbytes=", in: word), to: &writeBytes)
                }
            }
            scanner.skipLine()
        }
    }

    /// `blkio.throttle.io_service_bytes`: `8:0 Read 1024`, `8:0 Write 0`, …, `Total 1024`.
    init(v1 text: UnsafeBufferPointer<UInt8>) {
        guard isWhole(text) else { return }
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            if scanner.word() != nil, let operation = scanner.word() {
                if KernelFileScanner.matches(operation, "Read") {
                    Self.add(scanner.count(), to: &readBytes)
                } else if KernelFileScanner.matches(operation, "Write") {
                    Self.add(scanner.count(), to: &writeBytes)
                }
            }
            scanner.skipLine()
        }
    }

    /// Whether the last line has its end. Where it has not, nothing is known.
    private mutating func isWhole(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.isEmpty || text.last == UInt8(ascii: "\n") { return true }
        (readBytes, writeBytes) = (nil, nil)
        return false
    }

    private static func add(_ bytes: Int64?, to sum: inout Int64?) {
        sum = sum?.adding(bytes)
    }
}

extension MetricValues {
    mutating func set(_ stat: IOStat) {
        self[.ioRead] = stat.readBytes
        self[.ioWrite] = stat.writeBytes
    }
}
