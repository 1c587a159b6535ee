import Glibc
import Measures

/// The control files of one container's groups, and their texts.
///
/// A file that is kept open costs one `pread` a tick, a third of openat, read and close. It also costs
/// the kernel about 5 KiB for as long as it is open: a page of text buffer and the file itself.
final class CgroupFiles {
    /// Why what was read is not to be used.
    enum Failure {
        /// A group of an open file was removed: what its path leads to now is another one.
        case removed
        /// This process, or the system, has no descriptor left.
        case descriptorsUsedUp
    }

    var paths: CgroupPaths
    /// The tick in which these files were last read; kept for the owner.
    var lastTick = 0

    private let host: HostFiles
    private let buffer: ReadBuffer
    private let keepsOpen: Bool
    /// Where groups are only passed through.
    private let parents: CgroupParents?
    /// What went wrong in the last `values()`.
    private(set) var failure: Failure?
    /// The `errno` of a file or directory that is there and could not be opened in the last `values()`.
    private(set) var refusal: Int32?

    let known: KnownReading

    /// The descriptor of each open file, `absent`, or `untried`.
    private var descriptors = InlineArray<28, Int32>(repeating: CgroupFiles.untried)
    private static let absent: Int32 = -1
    private static let untried: Int32 = -2

    /// The directory of the file that was opened last, its path and hierarchy; only during `values()`.
    /// Opening a file only borrows the directory; checking that as it runs would cost as much as parsing.
    @exclusivity(unchecked) private var directory: CgroupDirectory?
    private var directoryPath: String?
    private var directoryHierarchy: CgroupHierarchy?

    /// Missing files are looked for again each so many ticks: the engine may enable a controller, and
    /// a failed openat costs as much as a read.
    private static let retryTicks = 16
    private var ticksToRetry = CgroupFiles.retryTicks

    /// - Parameters:
    ///   - known: to be used for each `values()`.
    ///   - keepsOpen: whether files stay open from one `values()` to the next. Where they do not, `paths` may
    ///     change between two.
    init(
        _ paths: CgroupPaths, host: HostFiles, buffer: ReadBuffer, known: KnownReading,
        keepsOpen: Bool
    ) {
        self.known = known
        self.paths = paths
        self.host = host
        self.buffer = buffer
        self.keepsOpen = keepsOpen
        parents = keepsOpen ? nil : CgroupParents()
    }

    deinit {
        for index in descriptors.indices where descriptors[index] >= 0 { close(descriptors[index]) }
    }

    /// Reads each file once that may tell something new.
    /// - Parameter earlier: of the same run of the same group.
    func values(after earlier: EarlierReading? = nil) -> MetricValues {
        if keepsOpen {
            ticksToRetry -= 1
            if ticksToRetry == 0 { retryAbsent() }
        }
        failure = nil
        refusal = nil
        known.begin(earlier)
        let values = MetricValues(self)
        if directoryHierarchy != nil { leave() }
        return values
    }

    /// Ends a tick.
    func closeParents() { parents?.close() }

    /// The text of a file, valid until the next is asked for; nil when it is missing or cannot be read.
    @inline(__always)
    func text(_ file: ControlFile) -> UnsafeBufferPointer<UInt8>? {
        let descriptor = descriptors[Int(file.rawValue)]
        guard descriptor >= 0 else { return descriptor == Self.absent ? nil : opened(file) }
        guard let text = buffer.controlFile(descriptor) else {
            if errno == ENODEV { failure = .removed }
            return nil
        }
        return text
    }

    /// The number from zero on that a file holds.
    func count(_ file: ControlFile) -> Int64? {
        guard let integer = integer(file), integer >= 0 else { return nil }
        return integer
    }

    /// The integer that a one-number file holds.
    func integer(_ file: ControlFile) -> Int64? {
        guard let text = text(file) else { return nil }
        return KernelFileScanner.integer(text)
    }

    @inline(never)
    private func opened(_ file: ControlFile) -> UnsafeBufferPointer<UInt8>? {
        guard let descriptor = open(file) else { return nil }
        guard keepsOpen else {
            defer { close(descriptor) }
            return buffer.controlFile(descriptor)
        }
        descriptors[Int(file.rawValue)] = descriptor
        return text(file)
    }

    private func open(_ file: ControlFile) -> Int32? {
        if let parents, let path = alone(file) {
            let descriptor = parents.open(file, of: path)
            if descriptor < 0 { note(errno) }
            return descriptor < 0 ? nil : descriptor
        }
        if file.hierarchy != directoryHierarchy { enter(file.hierarchy) }
        let descriptor = directory?.open(file.name) ?? -1
        if descriptor >= 0 { return descriptor }
        if directory != nil { note(errno) }
        if keepsOpen { descriptors[Int(file.rawValue)] = Self.absent }
        return nil
    }

    /// The group's directory where it is not worth opening for `file` and what else is read of it.
    private func alone(_ file: ControlFile) -> String? {
        switch file.hierarchy {
        case .v1(.blkio): paths.blkio.map(host.path)
        case .v1(.pids): paths.pids.map(host.path)
        // Hosts mount cpu and cpuacct together.
        case .v1(.cpuacct) where paths.cpuacct != paths.cpu: paths.cpuacct.map(host.path)
        // Without a quota, that alone is read.
        case .v1(.cpu)
        where paths.cpuacct != paths.cpu
            && known[.cpuLimit] == Limit<Cores>.unlimited.wireValue:
            paths.cpu.map(host.path)
        // Of a hybrid host's pressures, that on the CPU.
        case .unified where paths.memory != nil && known.hasHost(been: .memoryPressure):
            paths.unified.map(host.path)
        default: nil
        }
    }

    private func enter(_ hierarchy: CgroupHierarchy) {
        directoryHierarchy = hierarchy
        let path = paths[hierarchy]
        // Hosts mount cpu and cpuacct together.
        if path == directoryPath { return }
        directory = nil  // First: there may be no descriptor for two.
        directoryPath = path
        if let path {
            let whole = host.path(path)
            directory =
                parents.map { $0.directory(whole, in: hierarchy) } ?? CgroupDirectory(path: whole)
            if directory == nil { note(errno) }
        }
    }

    private func leave() {
        directory = nil
        directoryPath = nil
        directoryHierarchy = nil
    }

    private func note(_ code: Int32) {
        if code == ENOENT || code == ENODEV || code == ENOTDIR { return }
        refusal = code
        if code == EMFILE || code == ENFILE { failure = .descriptorsUsedUp }
    }

    private func retryAbsent() {
        ticksToRetry = Self.retryTicks
        for index in descriptors.indices where descriptors[index] == Self.absent {
            descriptors[index] = Self.untried
        }
    }
}
