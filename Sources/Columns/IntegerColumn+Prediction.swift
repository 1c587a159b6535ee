extension IntegerColumn {
    /// Whether a column that begins here needs its reference to be decoded.
    package static func isPredicted(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.first.map { $0 & predictionFlag != 0 } ?? false
    }
}
