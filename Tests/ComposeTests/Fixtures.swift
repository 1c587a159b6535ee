import Compose
import Glibc

/// Files beside the tests.
enum Fixtures {
    static let folder = directory(of: #filePath) + "/Fixtures"
    static let adversarial = files(in: folder + "/adversarial").filter(isYAML)
    static let golden = files(in: folder + "/golden").flatMap { files(in: $0) }.filter(isYAML)

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw FixtureError.missing(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw FixtureError.missing(path) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw FixtureError.missing(path)
        }
    }

    /// Sorted paths, so that a seeded test meets them in one order everywhere.
    static func files(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted().map { "\(folder)/\($0)" }
    }

    static func name(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    private static func isYAML(_ path: String) -> Bool {
        path.hasSuffix(".yml") || path.hasSuffix(".yaml")
    }

    static func directory(of path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
    }
}

enum FixtureError: Error {
    case missing(String)
}

/// Other people's Compose files and what other programs say of them. They are not part of the project:
/// tests that read them are skipped where the folder `shared` is not beside the checkout and
/// `RIGHTSIZE_SHARED` does not name it.
enum Shared {
    static let folder: String? = {
        let root = (0..<3).reduce(#filePath) { path, _ in Fixtures.directory(of: path) }
        let named = getenv("RIGHTSIZE_SHARED").map { String(cString: $0) }
        let candidates = [named, root + "/../shared"].compactMap { $0 }
        return candidates.first { access($0 + "/compose/oracle.json", R_OK) == 0 }
    }()

    static var corpus: [String] {
        guard let folder else { return [] }
        return Fixtures.files(in: folder + "/compose/corpus")
            .filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
    }
}

/// A directory that goes away with the test.
struct TemporaryDirectory: ~Copyable {
    let path: String

    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/rightsize-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError.missing(parent) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { shell("rm -rf '\(path)'") }
}

/// The exit status of a shell command; 127 where the program is not installed.
@discardableResult
func shell(_ command: String) -> Int32 {
    let status = system(command)
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
}

func isInstalled(_ program: String) -> Bool {
    shell("command -v \(program) >/dev/null 2>&1") == 0
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine, for seeded tests.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
