import Glibc

/// The directories above the groups that a one-shot tick reads, kept open during it.
///
/// Containers' groups lie side by side, one parent in each hierarchy. The kernel then looks up two names
/// for each file and not six, and a hierarchy of which one file is read needs no directory of the group.
final class CgroupParents {
    private struct Parent {
        var path = ""
        var descriptor: Int32 = -1
    }

    /// One for each hierarchy, v2's last.
    private var parents = InlineArray<6, Parent>(repeating: Parent())
    /// `<group>/<file>`, ended by a zero byte.
    private let name = UnsafeMutablePointer<CChar>.allocate(capacity: CgroupParents.nameMax)
    /// NAME_MAX and the longest name of a control file.
    private static let nameMax = 512

    deinit {
        close()
        name.deallocate()
    }

    /// Ends the tick: the groups of the next may be others of the same name.
    func close() {
        for index in parents.indices where parents[index].descriptor >= 0 {
            Glibc.close(parents[index].descriptor)
            parents[index] = Parent()
        }
    }

    /// The directory of a group.
    /// - Returns: nil when it cannot be opened; `errno` says why.
    func directory(_ path: String, in hierarchy: CgroupHierarchy) -> CgroupDirectory? {
        guard let (parent, _) = split(path, in: hierarchy) else {
            return CgroupDirectory(path: path)
        }
        return CgroupDirectory(name: name, below: parent)
    }

    /// Opens one file of a group.
    /// - Returns: negative on an error, with `errno` set.
    func open(_ file: ControlFile, of path: String) -> Int32 {
        guard let (parent, length) = split(path, in: file.hierarchy),
            length + 1 + file.name.utf8CodeUnitCount < Self.nameMax
        else { return CgroupDirectory(path: path)?.open(file.name) ?? -1 }
        name[length] = CChar(bitPattern: UInt8(ascii: "/"))
        let bytes = UnsafeRawPointer(file.name.utf8Start)
        (name + length + 1).update(
            from: bytes.assumingMemoryBound(to: CChar.self), count: file.name.utf8CodeUnitCount)
        name[length + 1 + file.name.utf8CodeUnitCount] = 0
        return openat(parent, name, O_RDONLY | O_CLOEXEC)
    }

    /// Leaves the last part of `path` in `name`.
    /// - Returns: the open parent and the length of that part; nil where this does not serve.
    private func split(
        _ path: String, in hierarchy: CgroupHierarchy
    ) -> (parent: Int32, length: Int)? {
        let index = Self.index(hierarchy)
        var path = path
        let cut: (matches: Bool, length: Int)? = path.withUTF8 { bytes in
            guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0,
                bytes.count - slash - 1 > 0, bytes.count - slash < Self.nameMax
            else { return nil }
            guard let start = bytes.baseAddress else { return nil }
            let length = bytes.count - slash - 1
            memcpy(name, start + slash + 1, length)
            name[length] = 0
            let matches = parents[index].path.withUTF8 { parent in
                guard let first = parent.baseAddress, parent.count == slash else { return false }
                return memcmp(first, start, slash) == 0
            }
            return (matches, length)
        }
        guard let cut else { return nil }
        if !cut.matches { enter(String(path.dropLast(cut.length + 1)), index) }
        guard parents[index].descriptor >= 0 else { return nil }
        return (parents[index].descriptor, cut.length)
    }

    private func enter(_ path: String, _ index: Int) {
        if parents[index].descriptor >= 0 { Glibc.close(parents[index].descriptor) }
        let descriptor = path.withCString {
            Glibc.open($0, CgroupDirectory.pathOnly | O_DIRECTORY | O_CLOEXEC)
        }
        parents[index] = descriptor >= 0 ? Parent(path: path, descriptor: descriptor) : Parent()
    }

    private static func index(_ hierarchy: CgroupHierarchy) -> Int {
        switch hierarchy {
        case .v1(.cpu): 0
        case .v1(.cpuacct): 1
        case .v1(.memory): 2
        case .v1(.blkio): 3
        case .v1(.pids): 4
        case .unified: 5
        }
    }
}
