import Measures
import Storing
import Testing

@testable import Exchange

@Suite struct OpenMetricsTests {
    @Test func wholeTextOfAStore() throws {
        let (store, _) = try imported(
            header + #"""
                1700000000,shop,web,1,cpu_usage_usec,5
                1700000060.5,shop,web,1,cpu_usage_usec,9
                1700000000,shop,web,1,cpu_cores,0.25
                1700000000,shop,web,1,memory_limit_bytes,9223372036854775807
                1700000000,,"d\b ""x""",2,cpu_usage_usec,7
                1700000000,,"d\b ""x""",2,deaths,1

                """#)
        #expect(
            try exported(store, .openMetrics) == #"""
                # TYPE rightsize_cpu_usage_usec counter
                # UNIT rightsize_cpu_usage_usec usec
                # HELP rightsize_cpu_usage_usec cpu usage usec, since the container started.
                rightsize_cpu_usage_usec_total{project="shop",service="web",instance="1"} 5 1700000000
                rightsize_cpu_usage_usec_total{project="shop",service="web",instance="1"} 9 1700000060.500
                rightsize_cpu_usage_usec_total{service="d\\b \"x\"",instance="2"} 7 1700000000
                # TYPE rightsize_memory_limit_bytes gauge
                # UNIT rightsize_memory_limit_bytes bytes
                # HELP rightsize_memory_limit_bytes memory limit bytes; 9223372036854775807 is no limit.
                rightsize_memory_limit_bytes{project="shop",service="web",instance="1"} 9223372036854775807 1700000000
                # TYPE rightsize_deaths gauge
                # HELP rightsize_deaths deaths, since the sample before.
                rightsize_deaths{service="d\\b \"x\"",instance="2"} 1 1700000000
                # TYPE rightsize_cpu_cores gauge
                # UNIT rightsize_cpu_cores cores
                # HELP rightsize_cpu_cores cpu cores, since the sample before.
                rightsize_cpu_cores{project="shop",service="web",instance="1"} 0.25 1700000000
                # EOF

                """#)
        let again = try imported(try exported(store, .openMetrics), .openMetrics)
        let (first, second) = (try exported(store), try exported(again.store))
        #expect(lines(first) == lines(second))
    }

    @Test func foreignFamiliesAreCountedAndNamed() throws {
        let (store, summary) = try imported(
            """
            # HELP up Whether it is up.
            # TYPE up gauge
            up{job="a b"} 1
            up{job="\\"c } "} 0
            rightsize_pids{service="web"} 3 1700000000
            node_cpu_seconds_total 5.5 1700000000
            rightsize_unheard_of 5 1700000000
            rightsize_pids{instance="1",service="web"} 3.0 1700000000.0
            # EOF

            """, .openMetrics)
        #expect(try exported(store) == header + "1700000000,,web,1,pids,3\n")
        #expect(summary.repeatedRows == 1)
        #expect(
            summary.skipped.map { "\($0.name) \($0.samples)" }
                == ["'up' 2", "'node_cpu_seconds_total' 1", "'rightsize_unheard_of' 1"])
    }

    @Test(
        arguments: [
            (
                "",
                "in:1: the text ends without # EOF: it was cut off"
            ),
            (
                """
                # EOF

                """,
                "in: no samples: nothing was imported"
            ),
            (
                """
                up 1
                # EOF

                """,
                "in: no samples (only of other programs): nothing was imported"
            ),
            (
                """
                rightsize_pids{service="w"} 5 1

                """,
                "in:2: the text ends without # EOF: it was cut off"
            ),
            (
                """
                # EOF
                up 1

                """,
                "in:2: text behind # EOF"
            ),
            (
                """
                rightsize_pids{service="w"} 5
                # EOF

                """,
                "in:1: a sample without a timestamp: when it was taken cannot be told"
            ),
            (
                """
                rightsize_pids{service="w"} NaN 1
                # EOF

                """,
                "in:1: 'NaN': values must be finite"
            ),
            (
                """
                rightsize_pids{service="w"} +Inf 1
                # EOF

                """,
                "in:1: '+Inf': values must be finite"
            ),
            (
                """
                rightsize_pids{service="w"} 0.5 1
                # EOF

                """,
                "in:1: '0.5' is not whole, as pids is"
            ),
            (
                """
                rightsize_pids{service="w"} 5 1 # {} 1
                # EOF

                """,
                """
                in:1: '1 # {} 1' is not a time: seconds since 1970 or RFC 3339 are expected
                """
            ),
            (
                """
                rightsize_pids 5 1
                # EOF

                """,
                "in:1: no service"
            ),
            (
                """
                rightsize_pids{service="w",job="x"} 5 1
                # EOF

                """,
                "in:1: unknown label 'job'"
            ),
            (
                """
                rightsize_pids{service="w",service="x"} 5 1
                # EOF

                """,
                "in:1: the label 'service' twice"
            ),
            (
                """
                rightsize_pids{service=w} 5 1
                # EOF

                """,
                "in:1: '{service=w}' are no labels"
            ),
            (
                #"""
                rightsize_pids{service="w\x"} 5 1
                # EOF

                """#,
                "in:1: '{service=\"w\\x\"}' are no labels"
            ),
            (
                """
                rightsize_pids{service="w
                # EOF

                """,
                """
                in:1: 'rightsize_pids{service="w' is not a sample: NAME{LABELS} VALUE TIMESTAMP
                """
            ),
            (
                """
                rightsize_pids
                # EOF

                """,
                "in:1: 'rightsize_pids' is not a sample: NAME{LABELS} VALUE TIMESTAMP"
            ),
            (
                """

                # TYPE rightsize_cpu_usage_usec gauge

                """,
                "in:2: rightsize_cpu_usage_usec is a gauge where a counter is expected"
            ),
            (
                """
                # TYPE rightsize_pids

                """,
                "in:1: '# TYPE rightsize_pids' is not a # TYPE line"
            ),
            (
                """
                rightsize_pids{service="w"} 5 1
                rightsize_pids{service="w"} 6 1
                # EOF

                """,
                "in:2: another value for the series, metric and time of line 1"
            ),
        ] as [(String, String)])
    func whatIsRefused(input: String, message: String) {
        #expect(refusal(of: Array(input.utf8), .openMetrics) == message)
    }

    @Test func labelsThatAreNotUTF8AreNamed() {
        let bytes =
            Array("rightsize_pids{service=\"".utf8) + [0xff] + Array("\"} 5 1\n# EOF\n".utf8)
        #expect(
            refusal(of: bytes, .openMetrics) == "in:1: the label 'service' '\u{FFFD}' is not UTF-8")
    }
}
