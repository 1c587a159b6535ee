import Measures
import Storing
import TestSupport
import Testing

@testable import Exchange

@Suite struct CSVImportTests {
    /// What goes in, and what an export gives back.
    @Test(
        arguments: [
            (
                """
                timestamp,project,service,instance,metric,value
                1700000000,shop,web,1,pids,5

                """,
                """
                1700000000,shop,web,1,pids,5

                """
            ),
            // The last line needs no newline; blank lines hold nothing.
            (
                """
                timestamp,project,service,instance,metric,value

                1700000000,shop,web,1,pids,5
                """,
                """
                1700000000,shop,web,1,pids,5

                """
            ),
            // A BOM, CRLF, columns in another order, quotes where none are needed.
            (
                """
                \u{FEFF}value,"metric",instance,service,project,timestamp\r
                5,pids,1,web,shop,1700000000\r
                "6","pids","1","web","shop","1700000060"\r

                """,
                """
                1700000000,shop,web,1,pids,5
                1700000060,shop,web,1,pids,6

                """
            ),
            // Identity columns that do not lie together.
            (
                """
                service,timestamp,project,value,instance,metric
                web,1700000000,shop,5,1,pids
                "web",1700000001,shop,6,1,pids

                """,
                """
                1700000000,shop,web,1,pids,5
                1700000001,shop,web,1,pids,6

                """
            ),
            // No project, no instance.
            (
                """
                timestamp,project,service,instance,metric,value
                1700000000,,web,,pids,5

                """,
                """
                1700000000,,web,1,pids,5

                """
            ),
            // Quotes and commas in names; a comma inside a name is not one between two.
            (
                #"""
                timestamp,project,service,instance,metric,value
                1700000000,"a,b","say ""hi""",1,pids,5
                1700000000,a,"b,say",1,pids,6

                """#,
                #"""
                1700000000,"a,b","say ""hi""",1,pids,5
                1700000000,a,"b,say",1,pids,6

                """#
            ),
            // Times: fractions, finer digits dropped, RFC 3339 with offsets and without.
            (
                """
                timestamp,project,service,instance,metric,value
                1700000000.5,,w,1,pids,1
                1700000001.2509,,w,1,pids,2
                1.7e9,,w,2,pids,3
                2023-11-14T22:13:22Z,,w,1,pids,4
                2023-11-14T23:13:23.045+01:00,,w,1,pids,5
                2023-11-14 22:13:24.001Z,,w,1,pids,6
                0,,w,1,pids,0

                """,
                """
                0,,w,1,pids,0
                1700000000.500,,w,1,pids,1
                1700000001.250,,w,1,pids,2
                1700000002,,w,1,pids,4
                1700000003.045,,w,1,pids,5
                1700000004.001,,w,1,pids,6
                1700000000,,w,2,pids,3

                """
            ),
            // Whole numbers however they are written, to the ends of 64 bits.
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,5.0
                2,,w,1,pids,1.5e3
                3,,w,1,pids,-9223372036854775808
                4,,w,1,pids,9223372036854775807
                5,,w,1,pids,-0
                6,,w,1,pids,1200e-2

                """,
                """
                1,,w,1,pids,5
                2,,w,1,pids,1500
                3,,w,1,pids,-9223372036854775808
                4,,w,1,pids,9223372036854775807
                5,,w,1,pids,0
                6,,w,1,pids,12

                """
            ),
            // Rates.
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,cpu_cores,0.25
                2,,w,1,cpu_cores,3
                3,,w,1,cpu_cores,1e-7
                4,,w,1,cpu_cores,0.30000000000000004
                5,,w,1,cpu_cores,-0.0
                6,,w,1,cpu_cores,1.7976931348623157e308
                7,,w,1,cpu_cores,0.000001

                """,
                """
                1,,w,1,cpu_cores,0.25
                2,,w,1,cpu_cores,3.0
                3,,w,1,cpu_cores,1e-07
                4,,w,1,cpu_cores,0.30000000000000004
                5,,w,1,cpu_cores,-0.0
                6,,w,1,cpu_cores,1.7976931348623157e+308
                7,,w,1,cpu_cores,0.000001

                """
            ),
            // Rows in no order; series with times of their own; years between them.
            (
                """
                timestamp,project,service,instance,metric,value
                1700000060,,w,1,pids,2
                5,,v,1,pids,9
                1700000000,,w,1,pids,1
                1700000030,,v,1,pids,3
                1700000030,,v,1,memory_current_bytes,4

                """,
                """
                5,,v,1,pids,9
                1700000000,,w,1,pids,1
                1700000060,,w,1,pids,2
                1700000030,,v,1,memory_current_bytes,4
                1700000030,,v,1,pids,3

                """
            ),
            // Kinds and containers, as an export adds them.
            (
                """
                timestamp,project,service,instance,kind,container,metric,value
                1,shop,web,1,service,c1,pids,5
                1,shop,web,1,service,c2,pids,6
                1,,host,,host,,pids,7

                """,
                """
                1,shop,web,1,service,c1,pids,5
                1,shop,web,1,service,c2,pids,6
                1,,host,,host,import:/host/,pids,7

                """
            ),
        ] as [(String, String)])
    func whatIsTaken(input: String, output: String) throws {
        let text = try exported(try imported(input).store)
        let rest = text.drop { $0 != "\n" }.dropFirst()
        #expect(String(rest) == output)
    }

    @Test func rowsThatSayTheSameCountOnce() throws {
        let (store, summary) = try imported(
            header + "1,,w,1,pids,5\n2,,w,1,pids,6\n1,,\"w\",,pids,5.0\n")
        #expect(summary.values == 2)
        #expect(summary.repeatedRows == 1)
        #expect(summary.ticks == 2)
        #expect(summary.series == 1)
        #expect(try exported(store) == header + "1,,w,1,pids,5\n2,,w,1,pids,6\n")
    }

    /// Every message with its line.
    @Test(
        arguments: [
            (
                "",
                """
                in:1: no header: timestamp,project,service,instance,metric,value is expected
                """
            ),
            (
                """



                """,
                """
                in:1: no header: timestamp,project,service,instance,metric,value is expected
                """
            ),
            (
                """
                timestamp,project,service,instance,metric,value

                """,
                "in: no samples: nothing was imported"
            ),
            (
                """
                timestamp,project,service,instance,metric

                """,
                "in:1: no column 'value' in the header"
            ),
            (
                """
                timestamp,project,service,instance,metric,value,unit

                """,
                """
                in:1: unknown column 'unit' in the header: \
                timestamp,project,service,instance,metric,value is expected
                """
            ),
            (
                """
                timestamp,value,project,service,instance,metric,value

                """,
                "in:1: the column 'value' twice in the header"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids

                """,
                "in:2: 5 fields where the header has 6"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,5,6,7

                """,
                "in:2: more fields where the header has 6"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,5

                2,,w,1,pids,x

                """,
                "in:4: 'x' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,

                """,
                "in:2: no value"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,0x10

                """,
                "in:2: '0x10' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,+5

                """,
                "in:2: '+5' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,1e

                """,
                "in:2: '1e' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,1e++2

                """,
                "in:2: '1e++2' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,.

                """,
                "in:2: '.' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids, 5

                """,
                "in:2: ' 5' is not a number"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,NaN

                """,
                "in:2: 'NaN': values must be finite"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,cpu_cores,-Inf

                """,
                "in:2: '-Inf': values must be finite"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,cpu_cores,1e999

                """,
                "in:2: '1e999' is beyond the largest number of 64 bits"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,cpu_usage_usec,0.5

                """,
                "in:2: '0.5' is not whole, as cpu_usage_usec is"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,9223372036854775808

                """,
                "in:2: '9223372036854775808' is beyond the integers of 64 bits"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                ,,w,1,pids,5

                """,
                "in:2: no timestamp"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                yesterday,,w,1,pids,5

                """,
                """
                in:2: 'yesterday' is not a time: seconds since 1970 or RFC 3339 are expected
                """
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                -1,,w,1,pids,5

                """,
                "in:2: '-1' is before 1970"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1969-12-31T23:59:59Z,,w,1,pids,5

                """,
                "in:2: '1969-12-31T23:59:59Z' is before 1970"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                2023-02-30T00:00:00Z,,w,1,pids,5

                """,
                "in:2: '2023-02-30T00:00:00Z' is not a time"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                2023-11-14T25:00:00Z,,w,1,pids,5

                """,
                "in:2: '2023-11-14T25:00:00Z' is not a time"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                2023-11-14,,w,1,pids,5

                """,
                "in:2: '2023-11-14' is not a time"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1700000000000,,w,1,pids,5

                """,
                """
                in:2: '1700000000000' seconds are beyond the year 9999: timestamps are in \
                seconds, not in milliseconds
                """
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,,1,pids,5

                """,
                "in:2: no service"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,web,1,,5

                """,
                "in:2: no metric"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,web,1,load,5

                """,
                "in:2: unknown metric 'load'"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,w\tb,1,pids,5

                """,
                "in:2: a control character in the service"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,"w
                b",1,pids,5

                """,
                "in:2: a control character in the service"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,"a
                b",w,1,pids,5
                1,a,w,1,pids

                """,
                "in:2: a control character in the project"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,we"b,1,pids,5

                """,
                "in:2: a quote inside a field that does not begin with one"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,"we"b,1,pids,5

                """,
                "in:2: text behind the quote that ends a field"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,"web"\r,1,pids,5

                """,
                "in:2: text behind the quote that ends a field"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,shop,"web,1,pids,5

                """,
                "in:2: a quoted field that does not end"
            ),
            (
                """
                timestamp,project,service,instance,kind,metric,value
                1,,w,1,vm,pids,5

                """,
                "in:2: unknown kind 'vm'"
            ),
            (
                """
                timestamp,project,service,instance,metric,value
                1,,w,1,pids,5
                2,,w,1,pids,5
                1,,"w",,pids,6

                """,
                "in:4: another value for the series, metric and time of line 2"
            ),
        ] as [(String, String)])
    func whatIsRefused(input: String, message: String) {
        #expect(refusal(of: Array(input.utf8)) == message)
    }

    @Test func aFieldOverTwoLinesCountsBoth() {
        // The quoted newline is refused only where it names something: here the value is.
        let text = header + "1,,w,1,pids,\"5\n\"\n"
        #expect(refusal(of: Array(text.utf8)) == "in:2: '5?' is not a number")
        let next = header + "1,,w,1,pids,5\n1,,\"w\"\"\",1,pids,5\n1,,\"x\",1,pids,\"\n\"\n"
        #expect(refusal(of: Array(next.utf8)) == "in:4: '?' is not a number")
    }

    @Test func textThatIsNotUTF8IsNamed() {
        let bytes = Array((header + "1,").utf8) + [0xff, 0xfe] + Array(",w,1,pids,5\n".utf8)
        #expect(refusal(of: bytes) == "in:2: the project '\u{FFFD}\u{FFFD}' is not UTF-8")
        let value = Array((header + "1,,w,1,pids,").utf8) + [0xc0, 0x0a]
        #expect(refusal(of: value) == "in:2: '\u{FFFD}' is not a number")
    }

    @Test func hugeFieldsAreNamedWithTheirLengths() {
        func named(_ length: Int) -> [UInt8] {
            Array("\(header)1,,\(String(repeating: "w", count: length)),1,pids,5\n".utf8)
        }
        #expect(refusal(of: named(1024)) == "taken: 1")
        #expect(refusal(of: named(1025)) == "in:2: a service of 1025 bytes, at most 1024 can be")
        #expect(
            refusal(of: named(1_000_000))
                == "in:2: a service of 1000000 bytes, at most 1024 can be")
        #expect(refusal(of: named(2_000_000)) == "in:2: a line of more than 1048576 bytes")
        let quoted = Array((header + "1,,\"").utf8) + Array(repeating: 0x0a, count: 2_000_000)
        #expect(refusal(of: quoted) == "in:2: a line of more than 1048576 bytes")
        let digits = Array("\(header)1,,w,1,pids,\(String(repeating: "9", count: 500))\n".utf8)
        #expect(
            refusal(of: digits)
                == "in:2: '9999999999999999999999999999999999999999…' is not a number")
    }

    /// Whatever the pieces that a pipe gives, what comes out is the same.
    @Test(arguments: [1, 2, 3, 7, 64, 4096])
    func piecesDoNotMatter(length: Int) throws {
        let text =
            "\u{FEFF}" + header.replacing("\n", with: "\r\n")
            + "1700000000,\"a \"\"b\"\"\",w,1,pids,5\r\n\r\n1700000060,\"a \"\"b\"\"\",w,1,pids,6"
        let read = try Import(
            ByteInput(name: "in", bytes: Array(text.utf8), pieceLength: length), format: .csv,
            temporaryDirectory: "/tmp")
        let store = try SampleStore(path: ":memory:", access: .readWrite)
        _ = try read.write(into: store)
        #expect(
            try exported(store) == header + "1700000000,\"a \"\"b\"\"\",w,1,pids,5\n"
                + "1700000060,\"a \"\"b\"\"\",w,1,pids,6\n")
    }

    @Test func tenThousandSeries() throws {
        var text = header
        for time in 0..<3 {
            for number in 0..<10_000 {
                text += "\(1_700_000_000 + 60 * time),shop,s\(number),1,pids,\(number + time)\n"
            }
        }
        let (store, summary) = try imported(text)
        #expect(summary.series == 10_000)
        #expect(summary.values == 30_000)
        #expect(summary.ticks == 3)
        #expect(lines(try exported(store)) == lines(text))
    }
}
