import Measures

/// The lines of `memory.stat` that sizing needs, in bytes; refaults in pages.
struct MemoryStat {
    var anon: Int64?
    var activeFile: Int64?
    var inactiveFile: Int64?
    var shmem: Int64?
    var slabReclaimable: Int64?
    var refaults: Int64?
    /// In v1 only; absent where the kernel does not account swap.
    var swap: Int64?
    /// In v1 only: the least limit of the group and those above it.
    var hierarchicalLimit: Limit<Bytes>?

    init(v2 text: UnsafeBufferPointer<UInt8>) {
        KernelFileScanner.forEachKey(text, where: Self.startsWantedKey) { key, value in
            switch key[0] {
            case UInt8(ascii: "a"):
                if KernelFileScanner.matches(key, "anon") { anon = value.count() }
                if KernelFileScanner.matches(key, "active_file") { activeFile = value.count() }
            case UInt8(ascii: "i"):
                if KernelFileScanner.matches(key, "inactive_file") {
                    inactiveFile = value.count()
                }
            case UInt8(ascii: "s"):
                if KernelFileScanner.matches(key, "shmem") { shmem = value.count() }
                if KernelFileScanner.matches(key, "slab_reclaimable") {
                    slabReclaimable = value.count()
                }
            case UInt8(ascii: "w"):
                // Kernels before 5.9 count anonymous and file pages together.
                if KernelFileScanner.matches(key, "workingset_refault_file")
                    || KernelFileScanner.matches(key, "workingset_refault")
                {
                    refaults = value.count()
                }
            default: break
            }
        }
    }

    /// The first byte rules out most of the fifty lines.
    private static func startsWantedKey(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "a") || byte == UInt8(ascii: "i") || byte == UInt8(ascii: "s")
            || byte == UInt8(ascii: "w")
    }

    private static func startsTotalOrLimit(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "t") || byte == UInt8(ascii: "h")
    }

    /// v1 keys without `total_` leave the children's memory out.
    init(v1 text: UnsafeBufferPointer<UInt8>) {
        KernelFileScanner.forEachKey(text, where: Self.startsTotalOrLimit) { key, value in
            if KernelFileScanner.matches(key, "total_rss") { anon = value.count() }
            if KernelFileScanner.matches(key, "total_active_file") { activeFile = value.count() }
            if KernelFileScanner.matches(key, "total_inactive_file") {
                inactiveFile = value.count()
            }
            if KernelFileScanner.matches(key, "total_shmem") { shmem = value.count() }
            if KernelFileScanner.matches(key, "total_swap") { swap = value.count() }
            if KernelFileScanner.matches(key, "total_workingset_refault_file")
                || KernelFileScanner.matches(key, "total_workingset_refault")
            {
                refaults = value.count()
            }
            if KernelFileScanner.matches(key, "hierarchical_memory_limit") {
                hierarchicalLimit = value.count().map(MemoryMax.limit(v1:))
            }
        }
    }
}

extension MetricValues {
    mutating func set(_ stat: MemoryStat) {
        self[.memoryAnon] = stat.anon
        self[.memoryActiveFile] = stat.activeFile
        self[.memoryInactiveFile] = stat.inactiveFile
        self[.memoryShmem] = stat.shmem
        self[.memorySlabReclaimable] = stat.slabReclaimable
        self[.memoryRefaults] = stat.refaults
        if let swap = stat.swap { self[.memorySwap] = swap }
    }
}

/// The hard memory limit.
enum MemoryMax {
    /// `memory.max`: `max` or bytes.
    static func limit(v2 text: UnsafeBufferPointer<UInt8>) -> Limit<Bytes>? {
        if KernelFileScanner.starts(text, with: "max") { return .unlimited }
        var scanner = KernelFileScanner(text)
        return scanner.count().map { .bounded(Bytes($0)) }
    }

    /// `memory.limit_in_bytes`: "none" is the largest number of whole pages below 2^63, which depends
    /// on the page size. No machine has 2^62 bytes.
    static func limit(v1 bytes: Int64) -> Limit<Bytes> {
        bytes >= 1 << 62 || bytes < 0 ? .unlimited : .bounded(Bytes(bytes))
    }
}
