/// A `*.pressure` file: time lost to waiting since the group was made (Documentation/accounting/psi.rst).
///
///     some avg10=0.00 avg60=0.00 avg300=0.00 total=12345
///     full avg10=0.00 avg60=0.00 avg300=0.00 total=678
struct Pressure {
    /// Microseconds in which at least one task waited.
    var someMicroseconds: Int64?
    /// Microseconds in which all tasks waited.
    var fullMicroseconds: Int64?

    init(_ text: UnsafeBufferPointer<UInt8>) {
        var scanner = KernelFileScanner(text)
        while !scanner.isAtEnd {
            let kind = scanner.word()
            var total: Int64?
            while let word = scanner.word() {
                if let value = KernelFileScanner.value(after: "total=", in: word) { total = value }
            }
            if let kind, KernelFileScanner.matches(kind, "some") { someMicroseconds = total }
            if let kind, KernelFileScanner.matches(kind, "full") { fullMicroseconds = total }
            scanner.skipLine()
        }
    }
}

extension KernelFileScanner {
    static func starts(_ word: UnsafeBufferPointer<UInt8>, _ prefix: StaticString) -> Bool {
        let length = prefix.utf8CodeUnitCount
        return word.count >= length
            && matches(UnsafeBufferPointer(rebasing: word[..<length]), prefix)
    }

    /// The integer behind `prefix` in a word such as `total=12345`; nil when the word starts otherwise.
    static func value(
        after prefix: StaticString, in word: UnsafeBufferPointer<UInt8>
    ) -> Int64? {
        let length = prefix.utf8CodeUnitCount
        guard word.count > length, starts(word, prefix) else { return nil }
        var value: Int64 = 0
        for byte in word[length...] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !tooBig, !overflow else { return nil }
            value = sum
        }
        return value
    }
}
