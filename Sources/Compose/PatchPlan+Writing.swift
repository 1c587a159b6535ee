extension PatchPlan {
    /// The plan as a unified diff, for `patch -p1` in the directory that `path` is relative to.
    package func unifiedDiff(path: String? = nil) -> [UInt8] {
        UnifiedDiff.text(original: file.bytes, edits: edits, path: path ?? file.path)
    }

    /// Verifies the patch and replaces the file by it in one step.
    ///
    /// - Throws: `unverified`, `changedSinceRead`, `unwritable`; the file is then as it was.
    package func write() throws(ComposeError) {
        guard !edits.isEmpty else { return }
        try AtomicFile.replace(path: file.path, expecting: file.bytes, with: patchedBytes())
    }
}
