internal import CLibFuzzer
internal import Glibc

/// Looks at one input; a trap is a finding.
package typealias FuzzBody = @Sendable (_ input: [UInt8]) -> Void

// libFuzzer calls a C function, which can capture nothing.
nonisolated(unsafe) private var body: FuzzBody = { _ in }

/// Hands the command line to libFuzzer, which calls `fuzzBody` for as long as its options say.
package func fuzz(_ fuzzBody: @escaping FuzzBody) -> Never {
    body = fuzzBody
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            body([UInt8](UnsafeBufferPointer(start: data, count: size)))
            return 0
        })
}

/// Ends the run: libFuzzer then writes the input to a file.
package func require(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { fatalError(what()) }
}

/// Cuts bytes into pieces of 1 to 64 bytes, the same ones each time.
package func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    // FNV-1a, so that the input alone decides, then a linear congruential generator.
    var state = bytes.reduce(14_695_981_039_346_656_037 as UInt64) {
        ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let piece = rest.prefix(1 + Int(state >> 58))
        pieces.append(piece)
        rest = rest.dropFirst(piece.count)
    }
    return pieces
}
