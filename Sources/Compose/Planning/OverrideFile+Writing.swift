import Files
import Glibc

extension OverrideFile {
    /// The file that is there already; nil where none is.
    ///
    /// - Throws: `unwritable` for one that this program did not write.
    package func existing(at path: String) throws(ComposeError) -> [UInt8]? {
        guard let bytes = try ComposeFiles.disk.readIfPresent(path) else { return nil }
        guard bytes.starts(with: Array(Self.mark.utf8)) else {
            throw ComposeError(
                .unwritable, path: path,
                "was not written by rightsize, so it is not replaced; choose another name with "
                    + "--override FILE, or patch this file by naming it")
        }
        return bytes
    }

    /// As a diff for `patch -p1`, which makes a new file where there was none.
    package func unifiedDiff(path: String, from old: [UInt8]?) -> [UInt8] {
        let old = old ?? []
        let edit = ByteEdit(
            range: 0..<old.count, old: old, new: bytes, line: 1, reason: "the whole file")
        return UnifiedDiff.text(original: old, edits: [edit], path: path)
    }

    /// - Throws: `changedSinceRead`, `unwritable`.
    package func write(to path: String, replacing old: [UInt8]?) throws(ComposeError) {
        if let old {
            try AtomicFile.replace(path: path, expecting: old, with: bytes)
        } else {
            try AtomicFile.create(path: path, mode: 0o644, bytes)
        }
    }
}
