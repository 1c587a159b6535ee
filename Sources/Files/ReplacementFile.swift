import Glibc

/// A file that takes its name in one step, when it is complete: whoever opens the name sees the old bytes or
/// the new, never a part. Until then it lies beside the target, under a hidden name, and goes when the
/// object does.
package final class ReplacementFile {
    /// What the system refused.
    package struct Failure: Error, Equatable {
        package enum Step: Sendable {
            case create, write, synchronise, rename
        }

        package var step: Step
        /// `errno`
        package var code: Int32

        package init(step: Step, code: Int32) {
            self.step = step
            self.code = code
        }
    }

    package let descriptor: Int32
    private let target: String
    /// Nil once it has the target's name.
    private var temporary: [CChar]?

    /// Makes an empty file that only its owner may read.
    /// - Parameter target: in a directory that is there; a symbolic link would be replaced itself.
    package init(of target: String) throws(Failure) {
        self.target = target
        // In the same directory, since a rename cannot cross file systems; a dot before and no suffix
        // behind, which cron, systemd and Compose pass over.
        let slash = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
        let prefix = target[..<slash] + ".\(target[slash...].prefix(40)).rightsize-"
        var template = Array((prefix + "XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Failure(step: .create, code: errno) }
        temporary = template
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporary { unlink(temporary) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(step: .write, code: errno) }
            offset += count
        }
    }

    package func write(_ bytes: [UInt8]) throws(Failure) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(Failure) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Waits until the bytes are on the disk.
    package func synchronise() throws(Failure) {
        guard fsync(descriptor) == 0 else { throw Failure(step: .synchronise, code: errno) }
    }

    /// Gives the file its name, in place of whatever has it.
    package func rename() throws(Failure) {
        guard let temporary else { return }
        guard Glibc.rename(temporary, target) == 0 else {
            throw Failure(step: .rename, code: errno)
        }
        self.temporary = nil
        synchroniseDirectory()
    }

    /// So that the rename survives a power cut. Some file systems refuse it, and the content is safe on
    /// either side of the rename, so a failure is no error.
    private func synchroniseDirectory() {
        let directory = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
