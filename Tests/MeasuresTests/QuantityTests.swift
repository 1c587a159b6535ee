import Measures
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "0.98 KiB"), (1024, "1 KiB"),
            (1536, "1.5 KiB"), (315_392, "308 KiB"), (536_870_912, "512 MiB"),
            (1_073_741_824, "1 GiB"), (1_342_177_280, "1.25 GiB"), (1_072_693_248, "1 GiB"),
            (10_737_418_240, "10 GiB"), (107_374_182_400, "100 GiB"), (-1_048_576, "-1 MiB"),
            (.max, "8 EiB"),
        ] as [(Int64, String)])
    func bytes(count: Int64, text: String) {
        #expect(Bytes(count).text == text)
    }

    @Test(
        arguments: [
            (0, "0"), (0.0004, "0"), (0.003, "0.003"), (0.0995, "0.1"), (0.25, "0.25"), (1, "1"),
            (1.5, "1.5"), (9.994, "9.99"), (9.996, "10"), (12.34, "12.3"), (128, "128"),
            (-0.5, "-0.5"),
        ] as [(Double, String)])
    func cores(count: Double, text: String) {
        #expect(Cores(count).text == text)
    }

    @Test(
        arguments: [
            (0, "0 s"), (0.4, "0 s"), (45, "45 s"), (60, "1 min"), (61, "1 min 1 s"), (3600, "1 h"),
            (3601, "1 h"), (12_000, "3 h 20 min"), (86_400, "1 d"), (1_198_800, "13 d 21 h"),
        ] as [(Double, String)])
    func spans(seconds: Double, text: String) {
        #expect(spanText(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0, 0, "0"), (0.5, 0, "1"), (-0.5, 0, "-1"), (0.05, 1, "0.1"), (1.005, 3, "1.005"),
            (12.345, 1, "12.3"), (-0.004, 2, "0.00"), (1e300, 0, "1e+300"), (.infinity, 1, "inf"),
        ] as [(Double, Int, String)])
    func fixed(value: Double, decimals: Int, text: String) {
        #expect(fixedText(value, decimals: decimals) == text)
    }

    @Test func limitsOnTheWire() {
        for bytes in [Limit<Bytes>.unlimited, .bounded(Bytes(0)), .bounded(.gibibytes(2))] {
            #expect(Limit<Bytes>(wireValue: bytes.wireValue) == bytes)
        }
        for cores in [Limit<Cores>.unlimited, .bounded(Cores(0.2)), .bounded(Cores(2))] {
            #expect(Limit<Cores>(wireValue: cores.wireValue) == cores)
        }
        #expect(Limit<Cores>.bounded(Cores(0.5)).wireValue == 500)
        #expect(Limit<Bytes>.unlimited.bound == nil)
    }
}
