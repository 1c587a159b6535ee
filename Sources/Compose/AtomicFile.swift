import Glibc

/// Replaces a file's content in one step: whoever opens it sees the old bytes or the new, never a part.
package enum AtomicFile {
    /// Writes a temporary file beside the target, brings it to disk and renames it over the target. Mode
    /// and owner stay; a symbolic link stays and its target is replaced. (Hard links to the old content
    /// keep the old content, as with every rename.)
    ///
    /// - Throws: `changedSinceRead` when the file does not hold `expecting` any more; `unwritable`, with
    ///   what to do; what reading throws. The temporary file is removed.
    package static func replace(
        path: String, expecting: [UInt8], with bytes: [UInt8]
    ) throws(ComposeError) {
        guard let target = resolve(path) else { throw failure(path, "find", errno) }
        guard access(target, W_OK) == 0 else { throw failure(path, "write to", errno) }
        var status = stat()
        guard stat(target, &status) == 0 else { throw failure(path, "look at", errno) }
        var template = Array((temporaryPrefix(of: target) + "XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(path, "make a temporary file beside", errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var isRenamed = false
        defer {
            close(descriptor)
            if !isRenamed { unlink(template) }
        }
        try keepOwnerAndMode(status, descriptor, path)
        try write(bytes, to: descriptor, path)
        guard fsync(descriptor) == 0 else { throw failure(path, "bring to disk", errno) }
        // As late as can be: a change after this line and before the next would be lost.
        try expect(expecting, at: target, path)
        guard rename(template, target) == 0 else { throw failure(path, "replace", errno) }
        isRenamed = true
        syncDirectory(of: target)
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A hidden name in the same directory, since a rename cannot cross file systems.
    private static func temporaryPrefix(of target: String) -> String {
        let slash = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
        return target[..<slash] + ".\(target[slash...].prefix(40)).rightsize-"
    }

    private static func keepOwnerAndMode(
        _ status: stat, _ descriptor: Int32, _ path: String
    ) throws(ComposeError) {
        var fresh = stat()
        guard fstat(descriptor, &fresh) == 0 else { throw failure(path, "look at", errno) }
        if fresh.st_uid != status.st_uid || fresh.st_gid != status.st_gid {
            // Before the mode: a change of owner clears the set-user-id bits.
            guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
                throw ComposeError(
                    .unwritable, path: path,
                    "its owner (uid \(status.st_uid), gid \(status.st_gid)) could not be kept: "
                        + "\(systemMessage(errno)); run as that user or as root")
            }
        }
        guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
            throw failure(path, "keep the mode of", errno)
        }
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, _ path: String
    ) throws(ComposeError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { rest in
                Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "write", errno) }
            offset += count
        }
    }

    private static func expect(
        _ bytes: [UInt8], at target: String, _ path: String
    ) throws(ComposeError) {
        guard try SourceText.readFile(target) == bytes else {
            throw ComposeError(
                .changedSinceRead, path: path,
                "was changed by someone else since it was read; nothing was written, run it again")
        }
    }

    /// So that the rename survives a power cut. Some file systems refuse it, and the content is safe on
    /// either side of the rename, so a failure is no error.
    private static func syncDirectory(of target: String) {
        let directory = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func failure(_ path: String, _ action: String, _ code: Int32) -> ComposeError {
        let advice =
            switch code {
            case EACCES, EPERM:
                "no permission; run as a user who may write the file and its directory, or apply "
                    + "the diff with `patch` elsewhere"
            case EROFS: "the file system is read-only; write the diff to a file and apply it there"
            case ENOSPC, EDQUOT: "no space left; free some on this file system and run it again"
            case EBUSY, EXDEV:
                "it is a mount point of its own, as in a container; run rightsize where the file "
                    + "really is"
            case ENOENT: "it is gone; check the path"
            default: systemMessage(code)
            }
        return ComposeError(.unwritable, path: path, "cannot \(action) the file: \(advice)")
    }
}
