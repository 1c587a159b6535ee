/// A column in parts, most of them pieces of arrays that others share: what is known of the ticks of a span is
/// stored once, however many replicas were sampled at them.
package struct SharedColumn<Element: Hashable & Sendable>: Sendable {
    private struct Part: Sendable {
        /// The index of its first element in the column.
        var start: Int
        var values: ArraySlice<Element>
        /// Whether `values` belongs to this column alone.
        var isOwn: Bool
    }

    private var parts: [Part] = []
    package private(set) var count = 0

    package init() {}

    package init(_ values: [Element]) { append(values[...]) }

    /// Appends a piece of an array without copying it.
    package mutating func append(_ values: ArraySlice<Element>) {
        guard !values.isEmpty else { return }
        parts.append(Part(start: count, values: values, isOwn: false))
        count += values.count
    }

    package mutating func append(_ value: Element) {
        if let last = parts.indices.last, parts[last].isOwn {
            parts[last].values.append(value)
        } else {
            parts.append(Part(start: count, values: [value], isOwn: true))
        }
        count += 1
    }

    /// A bisection, unless the column is `joined` or the element is in its last part.
    package subscript(index: Int) -> Element {
        var (low, high) = (0, parts.count)
        if let last = parts.last, index >= last.start { low = high - 1 }
        while high - low > 1 {
            let middle = (low + high) / 2
            if parts[middle].start <= index { low = middle } else { high = middle }
        }
        let part = parts[low]
        return part.values[part.values.startIndex + index - part.start]
    }

    /// All of them, in an array of their own.
    package var elements: [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for part in parts { elements += part.values }
        return elements
    }

    /// The same in one piece.
    package var joined: SharedColumn { parts.count > 1 ? SharedColumn(elements) : self }

    /// - Precondition: the column is `joined`.
    package func withUnsafeBufferPointer<Result>(
        _ body: (UnsafeBufferPointer<Element>) -> Result
    ) -> Result {
        precondition(parts.count <= 1, "a column in parts has no single address")
        return (parts.first?.values ?? []).withUnsafeBufferPointer(body)
    }
}

extension SharedColumn: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
}

// MARK: - Told from others

extension SharedColumn {
    /// A column as told by where its elements lie: those with equal places have equal elements, but not the
    /// other way round.
    struct Places: Hashable, Sendable {
        /// Kept, so that nothing else comes to lie there.
        fileprivate var column: SharedColumn

        private enum Place: Hashable {
            case element(Element)
            case elements(address: UInt, count: Int)
        }

        private var places: [Place] {
            column.parts.map { part in
                if part.values.count == 1, let only = part.values.first { return .element(only) }
                return part.values.withUnsafeBufferPointer {
                    .elements(address: UInt(bitPattern: $0.baseAddress), count: $0.count)
                }
            }
        }

        static func == (left: Places, right: Places) -> Bool { left.places == right.places }

        func hash(into hasher: inout Hasher) { hasher.combine(places) }
    }

    var places: Places { Places(column: self) }
}
