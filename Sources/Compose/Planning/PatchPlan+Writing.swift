extension PatchPlan {
    /// The plan as a unified diff, for `patch -p1` in the directory that the paths are relative to.
    package func unifiedDiff() -> [UInt8] {
        changes.flatMap {
            UnifiedDiff.text(original: $0.original, edits: $0.edits, path: $0.path)
        }
    }

    /// Replaces the files by their patched texts, each in one step.
    ///
    /// - Parameter keepingBackups: each old file stays beside the new one, as `FILE.bak`.
    /// - Throws: `changedSinceRead`, `unwritable`; that file is then as it was.
    package func write(keepingBackups: Bool = false) throws(ComposeError) {
        for change in changes {
            if keepingBackups {
                try AtomicFile.copy(change.path, to: change.path + ".bak", change.original)
            }
            try AtomicFile.replace(
                path: change.path, expecting: change.original, with: change.patched)
        }
    }

    /// The first file with its edits, for the report's tests and the demo.
    package func patchedBytes() -> [UInt8] {
        changes.first { $0.path == model.path }?.patched ?? model.bytes
    }
}
