import Measures
import TestSupport
import Testing

@testable import Sampling

/// What a fixture archive holds: lines "=== NAME LENGTH", each followed by so many bytes and a newline.
func readArchive(_ name: String) throws -> [String: [UInt8]] {
    var bytes = try readFile(fixturePath(name))[...]
    var files: [String: [UInt8]] = [:]
    while let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: bytes[..<lineEnd], as: UTF8.self).split(separator: " ")
        guard line.count == 3, line[0] == "===", let length = Int(line[2]) else {
            throw TestFailure("\(name): not an archive line: \(line)")
        }
        let start = lineEnd + 1
        files[String(line[1])] = Array(bytes[start..<start + length])
        bytes = bytes[(start + length + 1)...]
    }
    return files
}

/// The values that an independent reader found: container, metric, value.
func readExpected(_ name: String) throws -> [String: MetricValues] {
    var expected: [String: MetricValues] = [:]
    for line in String(decoding: try readFile(fixturePath(name)), as: UTF8.self).split(
        separator: "\n")
    {
        let fields = line.split(separator: "\t").map(String.init)
        guard fields[1] != "skipped" else { continue }
        let metric = try #require(Metric.allCases.first { $0.name == fields[1] })
        expected[fields[0], default: [:]][metric] = Int64(fields[2])
    }
    return expected
}

/// A captured host: its files under a root of their own.
struct CapturedHost {
    let directory: TemporaryDirectory
    var host: HostFiles { HostFiles(root: directory.path) }

    init(_ files: [String: [UInt8]]) throws {
        directory = try TemporaryDirectory()
        for (name, bytes) in files { try directory.write(name, bytes) }
    }
}

extension Sampler.Outcome {
    /// All samples but the machine's own.
    var containers: [ContainerSample] {
        tick.samples.filter { $0.incarnation.series.kind != .host }
    }
}
