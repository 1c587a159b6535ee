import TestSupport
import Testing

@testable import Sizing

@Suite struct SharedColumnTests {
    /// However it was put together, it reads as an array does.
    @Test(arguments: [UInt64](1...30))
    func readsAsAnArray(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let ticks = (0..<100).map { Int64($0) * 15_000 }
        var column = SharedColumn<Int64>()
        var expected: [Int64] = []
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            if Bool.random(using: &random) {
                let value = Int64.random(in: -9...9, using: &random)
                column.append(value)
                expected.append(value)
            } else {
                let start = Int.random(in: 0...100, using: &random)
                let piece = ticks[start..<Int.random(in: start...100, using: &random)]
                column.append(piece)
                expected += piece
            }
        }
        #expect(Array(column) == expected)
        #expect(column.indices.map { column[$0] } == expected)
        #expect(column.elements == expected)
        #expect(column.joined.withUnsafeBufferPointer { Array($0) } == expected)
    }

    /// Those that the same ticks saw are told to be the same, whatever single ones lie between; others are not.
    @Test func places() {
        let ticks = (0..<100).map { Int64($0) }
        let others = (0..<100).map { Int64($0) }
        func column(_ ticks: [Int64], _ range: Range<Int>, single: Int64? = nil)
            -> SharedColumn<Int64>
        {
            var column = SharedColumn<Int64>()
            if let single { column.append(single) }
            column.append(ticks[range])
            return column
        }
        #expect(column(ticks, 3..<50).places == column(ticks, 3..<50).places)
        #expect(column(ticks, 3..<50).places.hashValue == column(ticks, 3..<50).places.hashValue)
        #expect(column(ticks, 3..<50).places != column(ticks, 3..<51).places)
        #expect(column(ticks, 3..<50).places != column(ticks, 4..<50).places)
        #expect(column(ticks, 3..<50).places != column(others, 3..<50).places)
        #expect(column(ticks, 3..<9, single: 1).places == column(ticks, 3..<9, single: 1).places)
        #expect(column(ticks, 3..<9, single: 1).places != column(ticks, 3..<9, single: 2).places)
        #expect(column(ticks, 3..<9, single: 1).places != column(ticks, 3..<9).places)
        // Of its own elements, a column alone has the place.
        var own = SharedColumn<Int64>()
        for value in [1, 2] as [Int64] { own.append(value) }
        var alike = SharedColumn<Int64>()
        for value in [1, 2] as [Int64] { alike.append(value) }
        #expect(own.places == own.places)
        #expect(own.places != alike.places)
    }
}
