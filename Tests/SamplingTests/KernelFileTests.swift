import Measures
import Testing

@testable import Sampling

@Suite struct KernelFileTests {
    @Test(
        arguments: [
            ("42\n", 42), ("-1\n", -1), ("0\n", 0), ("max\n", nil), ("", nil), ("42", nil),
            ("9223372036854775807\n", .max), ("9223372036854775808\n", nil),
            ("18446744073709551615\n", nil), ("4x\n", nil), ("-\n", nil), (" 7 \n", 7),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) {
        #expect(scan(text, KernelFileScanner.integer) == value)
    }

    @Test(
        arguments: [
            ("max 100000\n", .unlimited), ("20000 100000\n", .bounded(Cores(0.2))),
            ("150000 100000\n", .bounded(Cores(1.5))), ("20000 0\n", nil), ("20000\n", nil),
            ("max", nil), ("", nil),
        ] as [(String, Limit<Cores>?)])
    func cpuMax(text: String, limit: Limit<Cores>?) {
        #expect(scan(text, CPUMax.limit(v2:)) == limit)
    }

    @Test(
        arguments: [
            (-1, 100_000, .unlimited), (50_000, 100_000, .bounded(Cores(0.5))),
            (nil, 100_000, nil), (50_000, nil, nil),
        ] as [(Int64?, Int64?, Limit<Cores>?)])
    func cfsQuota(quota: Int64?, period: Int64?, limit: Limit<Cores>?) {
        #expect(CPUMax.limit(quota: quota, period: period) == limit)
    }

    @Test(
        arguments: [
            ("max\n", .unlimited), ("0\n", .bounded(Bytes(0))),
            ("536870912\n", .bounded(.mebibytes(512))), ("53687", nil),
        ] as [(String, Limit<Bytes>?)])
    func memoryMaxV2(text: String, limit: Limit<Bytes>?) {
        #expect(scan(text, MemoryMax.limit(v2:)) == limit)
    }

    /// "None" depends on the page size: 4 KiB, 16 KiB and 64 KiB pages.
    @Test(
        arguments: [
            ("9223372036854771712\n", .unlimited), ("9223372036854759424\n", .unlimited),
            ("9223372036854710272\n", .unlimited), ("536870912\n", .bounded(.mebibytes(512))),
            ("-1\n", .unlimited),
        ] as [(String, Limit<Bytes>?)])
    func memoryLimitV1(text: String, limit: Limit<Bytes>?) {
        #expect(scan(text, KernelFileScanner.integer).map(MemoryMax.limit(v1:)) == limit)
    }

    @Test func pressureWithAndWithoutAFullLine() {
        let both = scan(
            "some avg10=1.50 avg60=0.00 avg300=0.00 total=12345\nfull avg10=0.00 total=678\n",
            Pressure.init)
        #expect(both.someMicroseconds == 12345)
        #expect(both.fullMicroseconds == 678)
        // Kernels before 5.13 have no `full` for the CPU.
        let one = scan("some avg10=0.00 avg60=0.00 avg300=0.00 total=9\n", Pressure.init)
        #expect(one.someMicroseconds == 9)
        #expect(one.fullMicroseconds == nil)
    }

    @Test func devicesAreAdded() {
        let v2 = scan(
            "254:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=5 wbytes=7 dbytes=9\n", IOStat.init(v2:))
        #expect([v2.readBytes, v2.writeBytes] == [15, 27])
        let v1 = scan(
            "8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:16 Read 5\nTotal 35\n", IOStat.init(v1:))
        #expect([v1.readBytes, v1.writeBytes] == [15, 20])
    }

    private func scan<Value>(
        _ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value {
        Array(text.utf8).withUnsafeBufferPointer(body)
    }
}
