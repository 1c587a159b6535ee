import Compose
import Measures
import Testing

struct QuantityTests {
    /// Checked against go-units `RAMInBytes`, which Compose v2 uses.
    static let sizeTable: [(String, Int64?)] = [
        ("512M", 536_870_912),
        ("512m", 536_870_912),
        ("512MB", 536_870_912),
        ("512MiB", 536_870_912),
        ("1G", 1_073_741_824),
        (".5g", 536_870_912),
        ("1.5 k", 1_536),
        ("5.k", 5_120),
        ("1e3m", 1_048_576_000),
        ("64b", 64),
        ("64", 64),
        ("0", 0),
        ("2T", 2_199_023_255_552),
        ("1p", 1_125_899_906_842_624),
        ("+1k", 1_024),
    ]

    @Test(arguments: sizeTable)
    func sizes(text: String, bytes: Int64?) {
        #expect(Bytes(composeSize: text)?.rawValue == bytes)
    }

    @Test(arguments: [
        "512Mi", "0x10m", "1,5g", "", "g", "-1", "1  k", " 1k", "1k ", "1bb", "1bib", "1ib", "1x",
        "nan", "inf", "1_000", "9e30", "12é",
    ])
    func noSizes(text: String) { #expect(Bytes(composeSize: text) == nil) }

    @Test(arguments: [
        ("0.5", 0.5 as Double?), (".25", 0.25), ("2", 2), ("010", 10), ("1e-1", 0.1), ("500m", nil),
        ("50%", nil), ("-1", nil), ("", nil), ("nan", nil), ("0x1p4", nil),
    ])
    func cpus(text: String, cores: Double?) {
        #expect(Cores(composeCPUs: text)?.rawValue == cores)
    }

    /// What a scalar is depends on its quotes, and on which of the two families it stands in.
    @Test(arguments: [
        ("cpus: 010", Limit.bounded(Cores(8)) as Limit<Cores>?, Limit.unlimited as Limit<Bytes>?),
        ("cpus: '010'", .bounded(Cores(10)), .unlimited),
        ("cpus: 0.5", .bounded(Cores(0.5)), .unlimited),
        ("cpus: 0", .unlimited, .unlimited),
        ("cpus: 500m", nil, .unlimited),
        ("cpus: ${C:-1}", .bounded(Cores(1)), .unlimited),
        ("cpus: ${C}", nil, .unlimited),
        ("cpus: [1]", nil, .unlimited),
        ("cpu_quota: 50000", .bounded(Cores(0.5)), .unlimited),
        ("{cpu_quota: 50000, cpu_period: 25000}", .bounded(Cores(2)), .unlimited),
        ("mem_limit: 1073741824", .unlimited, .bounded(Bytes(1 << 30))),
        ("mem_limit: 0x400", .unlimited, .bounded(Bytes(1024))),
        ("mem_limit: 1_000_000", .unlimited, .bounded(Bytes(1_000_000))),
        ("mem_limit: 1e9", .unlimited, .unlimited),
        ("mem_limit: '1e9'", .unlimited, .bounded(Bytes(1_000_000_000))),
        ("mem_limit: -1", .unlimited, .unlimited),
        ("mem_limit:", .unlimited, .unlimited),
        ("mem_limit: !reset 5m", .unlimited, .unlimited),
        ("mem_limit: 512Mi", .unlimited, nil),
        ("deploy: {resources: {limits: {memory: 1048576}}}", .unlimited, .bounded(Bytes(1 << 20))),
        ("deploy: {resources: {limits: {memory: 1.5}}}", .unlimited, nil),
        ("deploy: {resources: {limits: }}", .unlimited, .unlimited),
    ])
    func values(text: String, cpus: Limit<Cores>?, memory: Limit<Bytes>?) throws {
        let body = text.hasPrefix("{") ? " \(text)" : "\n    \(text)"
        let service = try #require(try compose("services:\n  a:\(body)\n").services.first)
        #expect(service.cpuLimit == cpus)
        #expect(service.memoryLimit == memory)
    }
}
