import Measures
import TestSupport
import Testing

@testable import Sampling

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
