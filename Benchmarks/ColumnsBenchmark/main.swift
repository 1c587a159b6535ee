// The column codec on columns in a file, to be measured beside its peers (../Peers/columns.py).
//
//     ColumnsBenchmark int64|double FILE COUNT [group=N] [references=A:B,…] [columns=A,…] [choosing=fast|balanced|smallest] [output=FILE]
//
// FILE holds columns of COUNT little-endian values each, one after the other. N columns make a group (1);
// in each, column A may be predicted from column B of the group, and only the named columns count (all).
// Each is encoded, decoded and compared. Prints bytes, values, millions of values encoded and decoded in a
// second of one core (the best of several passes), and the bytes of each column of the group. The encoded
// columns go to the output file.

import Columns
import Glibc

struct Options {
    let isDouble: Bool
    let path: String
    let count: Int
    var group = 1
    var references: [Int: Int] = [:]
    var columns: Set<Int>?
    var preference = IntegerColumn.Preference.balanced
    var output: String?

    init?(_ arguments: [String]) {
        guard arguments.count >= 4, ["int64", "double"].contains(arguments[1]),
            let count = Int(arguments[3]), count > 0
        else { return nil }
        isDouble = arguments[1] == "double"
        path = arguments[2]
        self.count = count
        for argument in arguments[4...] {
            let parts = argument.split(separator: "=")
            guard parts.count == 2 else { return nil }
            switch (parts[0], parts[1]) {
            case ("group", let value):
                guard let number = Int(value), number > 0 else { return nil }
                group = number
            case ("references", let value):
                for pair in value.split(separator: ",") {
                    let ends = pair.split(separator: ":").compactMap { Int($0) }
                    guard ends.count == 2 else { return nil }
                    references[ends[0]] = ends[1]
                }
            case ("columns", let value):
                columns = Set(value.split(separator: ",").compactMap { Int($0) })
            case ("output", let value): output = String(value)
            case ("choosing", "fast"): preference = .fast
            case ("choosing", "balanced"): preference = .balanced
            case ("choosing", "smallest"): preference = .smallest
            default: return nil
            }
        }
    }
}

/// A column that is measured, and where its encoded bytes lie.
struct Column {
    let position: Int
    var start = 0
    var end = 0
}

guard let options = Options(CommandLine.arguments) else {
    print(
        "usage: ColumnsBenchmark int64|double FILE COUNT [group=N] [references=A:B,…] [columns=A,…]"
            + " [choosing=fast|balanced|smallest] [output=FILE]")
    exit(64)
}
let words = readWords(options.path)
let reals = words.map { Double(bitPattern: UInt64(bitPattern: $0)) }
guard !words.isEmpty, words.count % (options.count * options.group) == 0 else {
    print("ColumnsBenchmark: \(options.path) holds \(words.count) values: no whole groups")
    exit(65)
}
var columns = (0..<words.count / options.count).map { Column(position: $0) }
if let wanted = options.columns {
    columns.removeAll { !wanted.contains($0.position % options.group) }
}
var bytes: [UInt8] = []
let encodeStart = seconds()
for index in columns.indices {
    columns[index].start = bytes.count
    encode(columns[index], into: &bytes)
    columns[index].end = bytes.count
}
let encodeSeconds = seconds() - encodeStart

let scratch = ColumnScratch()
var decoded = [Int64](repeating: 0, count: options.count)
var decodedReals = [Double](repeating: 0, count: options.count)
for column in columns {
    let consumed = decode(column)
    let wanted = words[range(of: column.position)]
    let same =
        options.isDouble
        ? zip(decodedReals, wanted).allSatisfy { Int64(bitPattern: $0.bitPattern) == $1 }
        : decoded.elementsEqual(wanted)
    guard same, consumed == column.end - column.start else {
        print("ColumnsBenchmark: column \(column.position) of \(options.path) came back different")
        exit(70)
    }
}
// Passes long enough for the clock, and enough of them to find one that nothing disturbed.
var repeats = 1
var best = Double.infinity
var spent = 0.0
while spent < 1 {
    let start = seconds()
    for _ in 0..<repeats { for column in columns { _ = decode(column) } }
    let pass = seconds() - start
    spent += pass
    if pass < 0.01 { repeats *= 2 } else { best = min(best, pass / Double(repeats)) }
}

if let output = options.output {
    guard let file = fopen(output, "wb"), fwrite(bytes, 1, bytes.count, file) == bytes.count,
        fclose(file) == 0
    else {
        print("ColumnsBenchmark: cannot write \(output)")
        exit(73)
    }
}
let values = columns.count * options.count
var byPlace = [Int](repeating: 0, count: options.group)
for column in columns { byPlace[column.position % options.group] += column.end - column.start }
print(
    bytes.count, values, Double(values) / encodeSeconds / 1e6, Double(values) / best / 1e6,
    byPlace.map(String.init).joined(separator: ","))

func range(of position: Int) -> Range<Int> {
    position * options.count..<(position + 1) * options.count
}

/// Calls `body` with the column that the one at `position` may be predicted from.
func withReference<Result>(
    of position: Int, _ body: (UnsafeBufferPointer<Int64>?) -> Result
) -> Result {
    let place = position % options.group
    guard let reference = options.references[place] else { return body(nil) }
    return words.withUnsafeBufferPointer {
        body(UnsafeBufferPointer(rebasing: $0[range(of: position - place + reference)]))
    }
}

func encode(_ column: Column, into bytes: inout [UInt8]) {
    if options.isDouble {
        reals.withUnsafeBufferPointer { reals in
            FloatColumn.encode(
                UnsafeBufferPointer(rebasing: reals[range(of: column.position)]),
                choosing: options.preference, into: &bytes)
        }
        return
    }
    withReference(of: column.position) { reference in
        words.withUnsafeBufferPointer { words in
            IntegerColumn.encode(
                UnsafeBufferPointer(rebasing: words[range(of: column.position)]),
                predictedFrom: reference, choosing: options.preference, into: &bytes)
        }
    }
}

/// - Returns: the bytes that the column took.
@MainActor func decode(_ column: Column) -> Int {
    bytes.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[column.start...])
        do {
            if options.isDouble {
                return try decodedReals.withUnsafeMutableBufferPointer {
                    try FloatColumn.decode(rest, into: $0, using: scratch)
                }
            }
            return try withReference(of: column.position) { reference in
                Result {
                    try decoded.withUnsafeMutableBufferPointer {
                        try IntegerColumn.decode(
                            rest, predictedFrom: reference, into: $0, using: scratch)
                    }
                }
            }.get()
        } catch {
            print("ColumnsBenchmark: column \(column.position): \(error)")
            exit(70)
        }
    }
}

/// Time that passed: the CPU time of virtual machines may come in steps of 10 ms.
func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func readWords(_ path: String) -> [Int64] {
    guard let file = fopen(path, "rb") else {
        print("ColumnsBenchmark: cannot open \(path)")
        exit(66)
    }
    defer { fclose(file) }
    var words: [Int64] = []
    var part = [Int64](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&part, 8, part.count, file)
        if count == 0 { return words }
        words += part[..<count]
    }
}
