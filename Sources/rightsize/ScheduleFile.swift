import Files
import Glibc

/// A file that the schedule consists of.
struct ScheduleFile {
    let path: String
    let text: String

    /// By this a file is known as rightsize's own.
    static let marker = "Written by 'rightsize schedule"

    enum State { case missing, same, own }

    /// What is there now.
    /// - Throws: where it is somebody else's, or cannot be read.
    func state(under root: String) throws -> State {
        let target = root + path
        var status = stat()
        guard lstat(target, &status) == 0 else {
            // A missing directory shows when the file is written.
            guard errno == ENOENT || errno == ENOTDIR else {
                throw refused("look at", target, errno)
            }
            return .missing
        }
        // A link to /dev/null is how an administrator forbids a unit.
        guard status.st_mode & S_IFMT == S_IFREG else { throw notOurs(target) }
        guard let file = fopen(target, "re") else { throw refused("read", target, errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        let old = String(decoding: bytes, as: UTF8.self)
        if old == text { return .same }
        guard old.split(separator: "\n").contains(where: { $0.hasPrefix("# " + Self.marker) })
        else { throw notOurs(target) }
        return .own
    }

    /// Puts the whole file in place in one step, for everybody to read.
    func write(under root: String) throws {
        let target = root + path
        do throws(ReplacementFile.Failure) {
            let file = try ReplacementFile(of: target)
            try file.write(Array(text.utf8))
            guard fchmod(file.descriptor, 0o644) == 0 else {
                throw ReplacementFile.Failure(step: .write, code: errno)
            }
            try file.synchronise()
            try file.rename()
        } catch {
            throw refused("write", target, error.code)
        }
    }

    private func refused(_ action: String, _ target: String, _ code: Int32) -> Failure {
        let reason = String(cString: strerror(code))
        let advice =
            switch code {
            case EACCES, EPERM: "run it as root, or without --install and copy the text"
            case ENOENT, ENOTDIR: "its directory is missing; is this kind of schedule in use here?"
            default: "without --install the text is printed"
            }
        return Failure("cannot \(action) \(target): \(reason); \(advice)")
    }

    private func notOurs(_ target: String) -> Failure {
        Failure(
            "\(target) was not written by rightsize and is left as it is: move it away, or run "
                + "without --install and copy the text")
    }
}
