import Statistics
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Against results of numpy, written by Fixtures/make_numpy_cases.py.
@Suite struct NumpyTests {
    @Test("Quantiles, mean and variance", arguments: supportedKernels)
    func quantiles(kernels: Kernels) throws {
        let cases = try NumpyCase.all(of: "quantile")
        #expect(cases.count > 150)
        for item in cases {
            let values = Series.make(
                item.names[0], seed: UInt64(item.names[1])!, count: Int(item.names[2])!)
            let quantiles = try Quantiles(item.numbers[0], kernels: kernels)
            let found = try quantiles.summary(of: values)
            #expect(identical(found.quantiles, item.numbers[1]), "\(item.names)")
            let mean = item.numbers[2][0]
            let variance = item.numbers[2][1]
            let scale = max(abs(mean), variance.squareRoot())
            #expect(abs(found.mean - mean) <= 1e-12 * scale, "\(item.names)")
            #expect(abs(found.variance - variance) <= 1e-12 * scale * scale, "\(item.names)")
        }
    }

    @Test("Infinities and NaN", arguments: supportedKernels)
    func specialValues(kernels: Kernels) throws {
        for item in try NumpyCase.all(of: "literal") {
            let quantiles = try Quantiles(item.numbers[1], kernels: kernels)
            let found = try quantiles.of(item.numbers[0])
            #expect(identical(found, item.numbers[2]), "\(item.numbers[0])")
        }
    }
}

/// A line of numpy_cases.txt.
struct NumpyCase {
    /// The words after the kind.
    var names: [String] = []
    /// The groups of numbers.
    var numbers: [[Double]] = []

    static func all(of kind: String) throws -> [NumpyCase] {
        try lines(of: "numpy_cases.txt").filter { $0.hasPrefix(kind) }.map { line in
            var groups = line.dropFirst(kind.count).split(separator: "|").map {
                $0.split(separator: " ").map(String.init)
            }
            var item = NumpyCase()
            if kind != "literal" { item.names = groups.removeFirst() }
            item.numbers = groups.map { $0.map { Double(bitPattern: UInt64($0, radix: 16)!) } }
            return item
        }
    }

    private static func lines(of name: String) throws -> [Substring] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/Fixtures/\(name)"
        let file = try #require(fopen(path, "r"), "\(path) does not open")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&block, 1, block.count, file), count > 0 {
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
