import Testing

@testable import Storing

@Suite struct RowSetTests {
    @Test func everySubsetOfUpToTenRowsRoundTrips() throws {
        for count in 0...10 {
            for mask in 0..<(1 << count) {
                let rows = (0..<Int32(count)).filter { mask & (1 << $0) != 0 }
                var writer = ByteWriter()
                RowSet.append(rows, of: count, to: &writer)
                var reader = ByteReader(writer.bytes)
                let decoded = try RowSet.read(of: count, from: &reader)
                try #require(decoded == rows)
                try #require(reader.isAtEnd)
            }
        }
    }

    @Test func allRowsTakeThreeBytes() {
        var writer = ByteWriter()
        RowSet.append(Array(0..<60), of: 60, to: &writer)
        #expect(writer.bytes == [2, 0, 60])
    }

    @Test(
        arguments: [
            ([5], "5 runs at byte 0, at most 4 can be"),
            ([2, 0, 3], "3 rows in a run at byte 2, at most 2 can be"),
            ([2, 0], "byte 2 is past the end at 2"),
        ] as [([UInt8], String)])
    func foreignBytesAreRefused(bytes: [UInt8], message: String) {
        var reader = ByteReader(bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try RowSet.read(of: 2, from: &reader)
        }
        #expect(failure?.description == message)
    }
}
