import Measures

/// Bytes read from and written to block devices, all devices together.
struct IOStat {
    var readBytes: Int64 = 0
    var writeBytes: Int64 = 0

    /// `io.stat`: `8:0 rbytes=1024 wbytes=0 rios=…`. No device yet means no bytes yet.
    init(v2 text: UnsafeBufferPointer<UInt8>) {
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            while let word = scanner.word() {
                if let bytes = KernelFileScanner.value(after: "rbytes=", in: word) {
                    readBytes &+= bytes
                } else if let bytes = KernelFileScanner.value(after: "wbytes=", in: word) {
                    writeBytes &+= bytes
                }
            }
            scanner.skipLine()
        }
    }

    /// `blkio.throttle.io_service_bytes`: `8:0 Read 1024`, `8:0 Write 0`, …, `Total 1024`.
    init(v1 text: UnsafeBufferPointer<UInt8>) {
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            if scanner.word() != nil, let operation = scanner.word(),
                let bytes = scanner.integer()
            {
                if KernelFileScanner.matches(operation, "Read") { readBytes &+= bytes }
                if KernelFileScanner.matches(operation, "Write") { writeBytes &+= bytes }
            }
            scanner.skipLine()
        }
    }
}

extension MetricValues {
    mutating func set(_ stat: IOStat) {
        self[.ioRead] = stat.readBytes
        self[.ioWrite] = stat.writeBytes
    }
}
