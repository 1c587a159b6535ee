import Glibc

/// Memory of megabytes that is filled from its start to its end: the kernel may give it in large pages, since taking it
/// page by page costs as much as what is done in it.
enum LargeMemory {
    private static let countMin = 4 << 20

    /// Where the kernel has no large pages to give, nothing changes.
    static func advise<Element>(_ array: inout [Element]) {
        let count = array.capacity * MemoryLayout<Element>.stride
        guard count >= countMin else { return }
        array.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            let page = Int(sysconf(Int32(_SC_PAGESIZE)))
            let first = (Int(bitPattern: start) + page - 1) / page * page
            let end = (Int(bitPattern: start) + count) / page * page
            _ = madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_HUGEPAGE)
        }
    }
}
