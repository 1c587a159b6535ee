import Files
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
        let file = try told(path) { () throws(Refusal) in try ReplacementFile(of: target) }
        try keepOwnerAndMode(status, file.descriptor, path)
        try told(path) { () throws(Refusal) in
            try file.write(bytes)
            try file.synchronise()
        }
        // As late as can be: a change after this line and before the next would be lost.
        try expect(expecting, at: target, path)
        try told(path) { () throws(Refusal) in try file.rename() }
    }

    /// Writes a file that is not there yet, in one step.
    ///
    /// - Throws: `changedSinceRead` when there is one by now; `unwritable`.
    static func create(path: String, mode: mode_t, _ bytes: [UInt8]) throws(ComposeError) {
        guard access(path, F_OK) != 0 else {
            throw ComposeError(
                .changedSinceRead, path: path, "is there by now; nothing was written, run it again")
        }
        let file = try told(path) { () throws(Refusal) in try ReplacementFile(of: path) }
        guard fchmod(file.descriptor, mode) == 0 else {
            throw failure(path, "set the mode of", errno)
        }
        try told(path) { () throws(Refusal) in
            try file.write(bytes)
            try file.synchronise()
            try file.rename()
        }
    }

    /// A copy beside a file, with its mode; an older one is replaced.
    static func copy(_ path: String, to backup: String, _ bytes: [UInt8]) throws(ComposeError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(path, "look at", errno) }
        let file = try told(backup) { () throws(Refusal) in try ReplacementFile(of: backup) }
        guard fchmod(file.descriptor, status.st_mode & 0o777) == 0 else {
            throw failure(backup, "set the mode of", errno)
        }
        try told(backup) { () throws(Refusal) in
            try file.write(bytes)
            try file.synchronise()
            try file.rename()
        }
    }

    private typealias Refusal = ReplacementFile.Failure

    /// What the system refused, in our words.
    private static func told<Result>(
        _ path: String, _ body: () throws(Refusal) -> Result
    ) throws(ComposeError) -> Result {
        do {
            return try body()
        } catch {
            let action =
                switch error.step {
                case .create: "make a temporary file beside"
                case .write: "write"
                case .synchronise: "bring to disk"
                case .rename: "replace"
                }
            throw failure(path, action, error.code)
        }
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
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

    private static func expect(
        _ bytes: [UInt8], at target: String, _ path: String
    ) throws(ComposeError) {
        guard try SourceText.readFile(target) == bytes else {
            throw ComposeError(
                .changedSinceRead, path: path,
                "was changed by someone else since it was read; nothing was written, run it again")
        }
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
