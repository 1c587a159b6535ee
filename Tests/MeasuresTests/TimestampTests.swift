import Measures
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600_000), ("2026-11-23T14:42:00Z", 1_795_444_920_000),
            ("2026-11-23T08:10:50.993117487Z", 1_795_421_450_993),
            ("2026-11-23t15:42:00.5+01:00", 1_795_444_920_500),
            ("2026-11-23 09:12:00-05:30", 1_795_444_920_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ] as [(String, Int64)])
    func rfc3339(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T14:42:00", "2026-11-23T14:42:00.Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00Zx", "x026-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
    ])
    func notATime(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    /// Every day of four centuries, and the ends of days.
    @Test func writingIsTheInverseOfReading() {
        for day in Int64(-36_525)..<109_575 {
            for second in [Int64(0), 1, 43_200, 86_399] {
                let time = Timestamp(seconds: day * 86_400 + second)
                #expect(Timestamp(rfc3339: time.iso8601) == time)
            }
        }
    }

    @Test func forPeople() {
        let time = Timestamp(milliseconds: 1_795_444_979_999)
        #expect(time.iso8601 == "2026-11-23T14:42:59Z")
        #expect(time.minuteText == "2026-11-23 14:42Z")
    }
}
