import Measures

/// What can go wrong with a store. Every case names the file and what to do about it.
package enum StoreError: Error, Hashable, Sendable {
    /// There is no file at `path`.
    case missing(path: String)
    /// There is a file already where one was to be made.
    case exists(path: String)
    /// The file or its directory may not be opened, created or written.
    case notAccessible(path: String, reason: String)
    /// The file is not SQLite, or SQLite of another program.
    case notAStore(path: String, reason: String)
    /// The file was written by a later rightsize.
    case newerVersion(path: String, found: Int64, supported: Int64)
    /// The disk is full: what was being written is lost, what was stored before is not.
    case diskFull(path: String)
    /// The disk has less room left than a compaction or deletion may need for a while; all stays as it is.
    case diskNearlyFull(path: String, free: Int64, floor: Int64, purpose: String)
    /// Another process held the store for longer than the time limit.
    case busy(path: String)
    /// Stored bytes cannot be what was written.
    case damaged(path: String, what: String)
    /// Any other failure of SQLite.
    case sqlite(path: String, operation: String, message: String)
}

extension StoreError {
    /// What is wrong with the stored bytes; nil where something else is.
    var damageText: String? {
        switch self {
        case .damaged(_, let what): what
        case .sqlite(_, let operation, let message): "\(message), while \(operation)"
        default: nil
        }
    }

    /// Whether something was put off until the disk has more room.
    package var isLackOfRoom: Bool {
        if case .diskNearlyFull = self { return true }
        return false
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path):
            "no store at \(path): take a first sample with 'rightsize sample', or name another "
                + "file with --store"
        case .exists(let path): "\(path) exists and was left as it is: --force replaces it"
        case .notAccessible(let path, let reason):
            "cannot open the store \(path): \(reason); check the permissions, or name another "
                + "file with --store"
        case .notAStore(let path, let reason):
            "\(path) is not a rightsize store (\(reason)): it was left as it is; name another "
                + "file with --store"
        case .newerVersion(let path, let found, let supported):
            "the store \(path) has format \(found), this rightsize reads up to \(supported): "
                + "install the newer rightsize that wrote it"
        case .diskFull(let path):
            "the disk that holds \(path) is full: nothing of this write was kept, all that was "
                + "stored before is; free some space"
        case .diskNearlyFull(let path, let free, let floor, let purpose):
            "the disk that holds \(path) has \(Bytes(free).text) left, and \(purpose) may need "
                + "\(Bytes(floor).text) for a while: nothing was changed or lost; free some space"
        case .busy(let path):
            "the store \(path) is in use by another process for too long: try again, and see "
                + "which process holds it with 'fuser \(path)'"
        case .damaged(let path, let what):
            "the store \(path) is damaged: \(what); keep a copy of the file, then restore a backup "
                + "or start a new store with --store"
        case .sqlite(let path, let operation, let message):
            "the store \(path) failed while \(operation): \(message)"
        }
    }
}
