import Testing

@testable import Storing

@Suite struct ColumnEncodingTests {
    /// The whole input and the size it takes: a codec that silently gets worse fails here.
    @Test(
        arguments: [
            ([7], .constant, 2),
            ([0, 0, 0, 0], .constant, 2),
            ([.max, .max], .constant, 11),
            ([4096, 8192, 4096, 12288], .difference0, 9),
            ([1_000_000, 1_000_001, 1_000_003, 1_000_004], .difference0, 9),
            ([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000], .difference0, 12),
            ([0, 5, 65, 66, 128, 130, 193, 194], .difference1, 11),
            ([0, 500, 1010, 1531, 2062, 2603, 3155, 3716], .difference2, 12),
            ([.min, .max, 0, -1], .difference1, 25),
        ] as [([Int64], ColumnEncoding, Int)])
    func smallestEncoding(values: [Int64], encoding: ColumnEncoding, length: Int) throws {
        var writer = ByteWriter()
        ColumnEncoding.append(values, to: &writer)
        #expect(ColumnEncoding(rawValue: writer.bytes[0]) == encoding)
        #expect(writer.bytes.count == length)
        var reader = ByteReader(writer.bytes)
        #expect(try ColumnEncoding.read(count: values.count, from: &reader) == values)
        #expect(reader.isAtEnd)
    }

    @Test func everyShortColumnOverExtremesRoundTrips() throws {
        let alphabet: [Int64] = [.min, .min + 1, -1, 0, 1, 4096, .max - 1, .max]
        var columns: [[Int64]] = [[]]
        for _ in 0..<4 {
            columns = columns.flatMap { column in alphabet.map { column + [$0] } }
            for column in columns {
                var writer = ByteWriter()
                ColumnEncoding.append(column, to: &writer)
                var reader = ByteReader(writer.bytes)
                let decoded = try ColumnEncoding.read(count: column.count, from: &reader)
                try #require(decoded == column)
                try #require(reader.isAtEnd)
            }
        }
    }

    @Test func varintLengthIsWhatIsWritten() {
        var value: UInt64 = 1
        for _ in 0..<64 {
            for near in [value - 1, value, value + 1] {
                var writer = ByteWriter()
                writer.append(varint: near)
                #expect(writer.bytes.count == near.varintLength)
            }
            value = value << 1
            if value == 0 { break }
        }
    }

    @Test(
        arguments: [
            ([], "byte 0 is past the end at 0"),
            ([9], "column encoding 9 at byte 0"),
            ([0], "byte 1 is past the end at 1"),
            ([1, 0, 0, 1, 1], "divisor 0 before byte 3"),
            ([1, 0, 1, 1], "2 values in the last 1 bytes"),
            ([1, 0x80], "byte 2 is past the end at 2"),
            (
                [1] + [UInt8](repeating: 0xff, count: 10),
                "the integer at byte 1 has more than 64 bits"
            ),
        ] as [([UInt8], String)])
    func foreignBytesAreRefused(bytes: [UInt8], message: String) {
        var reader = ByteReader(bytes)
        let failure = #expect(throws: DecodingFailure.self) {
            try ColumnEncoding.read(count: 2, from: &reader)
        }
        #expect(failure?.description == message)
    }
}
