package import Measures

/// Where projects were started from: a note a project, `origin:PROJECT`, with a line `directory ⇥ files` for
/// each origin that its containers had when one of them was last sampled. What is not known is empty.
extension SampleStore {
    private static let prefix = "origin:"

    /// Of all projects, in the order of their names; none in a store that no sampler wrote to which knew
    /// of origins.
    package func origins() throws(StoreError) -> [ProjectOrigin] {
        var statement = try database.prepare(
            "SELECT name, value FROM note WHERE substr(name, 1, \(Self.prefix.utf8.count)) = ?",
            while: "reading where projects come from")
        try statement.bind(1, Self.prefix)
        var origins: [ProjectOrigin] = []
        while try statement.step() {
            let project = String(statement.text(0).dropFirst(Self.prefix.count))
            for line in statement.text(1).split(separator: "\n") {
                let fields = line.split(
                    separator: "\t", maxSplits: 1, omittingEmptySubsequences: false
                ).map { $0.isEmpty ? nil : String($0) }
                origins.append(
                    ProjectOrigin(
                        project: project, directory: fields[0],
                        files: fields.count > 1 ? fields[1] : nil))
            }
        }
        return origins.sorted()
    }

    /// Replaces what is known of the projects that `origins` tell of, where that has changed.
    func write(_ origins: [ProjectOrigin]) throws(StoreError) {
        guard !origins.isEmpty else { return }
        var texts: [String: String] = [:]
        for origin in origins.sorted() {
            let fields = [origin.directory ?? "", origin.files ?? ""]
            // A path with a tab or a line end in it is not worth remembering.
            guard !fields.joined().utf8.contains(where: { $0 < 0x20 }) else { continue }
            texts[Self.prefix + origin.project, default: ""] +=
                fields.joined(separator: "\t") + "\n"
        }
        var statement = try database.prepare(
            """
            INSERT INTO note(name, value) VALUES(?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value
            """, while: "storing where projects come from")
        for (name, text) in texts {
            try statement.bind(1, name)
            try statement.bind(2, text)
            try statement.run()
            statement.reset()
        }
    }
}
