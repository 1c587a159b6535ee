import Testing

@testable import Storing

@Suite struct RowSetTests {
    private static func set(_ mask: Int, of count: Int) -> RowSet {
        var rows = RowSet()
        for row in 0..<count where mask & (1 << row) != 0 { rows.append(row) }
        return rows
    }

    private static func rows(_ set: RowSet) -> [Int] { set.runs.flatMap { Array($0) } }

    @Test func everySubsetOfUpToTenRowsRoundTrips() throws {
        for count in 0...10 {
            for mask in 0..<(1 << count) {
                let rows = Self.set(mask, of: count)
                try #require(rows.count == mask.nonzeroBitCount)
                var writer = ByteWriter()
                rows.write(to: &writer)
                let decoded = try writer.bytes.withBytes { (bytes) throws(DecodingFailure) in
                    var reader = ByteReader(bytes)
                    let decoded = try RowSet(of: count, from: &reader)
                    guard reader.isAtEnd else { throw DecodingFailure("a rest") }
                    return decoded
                }
                try #require(decoded == rows)
            }
        }
    }

    @Test func everyTwoSubsetsOfUpToSixRowsMeet() throws {
        for left in 0..<64 {
            for right in 0..<64 {
                let (mine, other) = (Self.set(left, of: 6), Self.set(right, of: 6))
                let (here, there) = mine.meeting(other)
                let both = Self.rows(Self.set(left & right, of: 6))
                try #require(Self.rows(here).map { Self.rows(mine)[$0] } == both)
                try #require(Self.rows(there).map { Self.rows(other)[$0] } == both)
            }
        }
    }

    @Test func allRowsTakeThreeBytes() {
        var writer = ByteWriter()
        RowSet(first: 60).write(to: &writer)
        #expect(writer.bytes == [2, 0, 60])
    }

    @Test(
        arguments: [
            ([5, 0, 0, 0, 0, 0], "5 lengths of runs at byte 0, at most 4 can be"),
            ([4, 0], "4 lengths of runs at byte 0, at most 2 can be"),
            ([2, 0, 3], "3 rows in a run at byte 2, at most 2 can be"),
            ([], "byte 0 is past the end at 0"),
        ] as [([UInt8], String)])
    func foreignBytesAreRefused(bytes: [UInt8], message: String) {
        let failure = #expect(throws: DecodingFailure.self) {
            try bytes.withBytes { (bytes) throws(DecodingFailure) in
                var reader = ByteReader(bytes)
                return try RowSet(of: 2, from: &reader)
            }
        }
        #expect(failure?.description == message)
    }
}
