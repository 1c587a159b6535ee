import ArgumentParser
import Compose
import Glibc

/// Which Compose files a command reads.
struct ComposeFileOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The Compose files, merged in this order. Without any: $COMPOSE_FILE, else compose.yaml, "
                + "compose.yml, docker-compose.yaml or docker-compose.yml in this directory or one "
                + "above it, with its override file.",
            valueName: "file"))
    var files: [String] = []

    /// - Throws: `ComposeError`, or a `Failure` where there is no file.
    func model() throws -> ComposeModel {
        try ComposeModel(paths: try paths(), environment: .process)
    }

    func paths() throws -> [String] {
        if !files.isEmpty { return files }
        if let named = Console.environment("COMPOSE_FILE") {
            let separator = Console.environment("COMPOSE_PATH_SEPARATOR")?.first ?? ":"
            return named.split(separator: separator).map(String.init)
        }
        guard let found = ComposeDiscovery.files(from: ".") else {
            throw Failure(
                "no Compose file is named, and there is none in this directory or above it: name one"
            )
        }
        return found
    }
}

/// The files that Compose finds by itself, in its order.
enum ComposeDiscovery {
    static let names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
    static let overrides = [
        "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ]

    /// The file of a directory, or of the nearest one above it that has one, with its override.
    static func files(from directory: String) -> [String]? {
        var place = directory
        // No path is longer, so the root has been seen by then.
        for _ in 0..<256 {
            let prefix = place == "." ? "" : place + "/"
            if let main = names.map({ prefix + $0 }).first(where: exists) {
                return [main] + (overrideFile(beside: main).map { [$0] } ?? [])
            }
            if isRoot(place) { return nil }
            place = place == "." ? ".." : place + "/.."
        }
        return nil
    }

    /// What Compose would load with a file that it finds by itself.
    static func overrideFile(beside path: String) -> String? {
        let prefix = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return overrides.map { prefix + $0 }.first(where: exists)
    }

    /// Whether Compose finds a file of this name by itself.
    static func isFound(_ path: String) -> Bool {
        names.contains(path.split(separator: "/").last.map(String.init) ?? path)
    }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func isRoot(_ path: String) -> Bool {
        guard let resolved = realpath(path, nil) else { return true }
        defer { free(resolved) }
        return String(cString: resolved) == "/"
    }
}
