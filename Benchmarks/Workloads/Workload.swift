/// Work of fixed size on fixed data, whose cost is compared between two revisions (../check.py).
package struct Workload: Sendable {
    package let name: String
    /// What `run` works on, made once beforehand.
    private let prepare: @Sendable () throws -> () -> Double

    package init(_ name: String, prepare: @escaping @Sendable () throws -> () -> Double) {
        self.name = name
        self.prepare = prepare
    }

    /// - Returns: the work; each call does it once and gives a number that depends on all of it.
    package func prepared() throws -> () -> Double { try prepare() }

    package static var all: [Workload] { sampling + storing + statistics + sizing + patching }
}
