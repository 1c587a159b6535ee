import Compose
import Testing

/// Shapes whose naive treatment is quadratic or worse: many services that all reach much.
struct HostileSizeTests {
    private static let services = 0..<2000

    private static let shapes: [(name: String, head: String, service: String, edits: Int)] = [
        (
            "a chain of merges",
            "x-0: &a0 {<<: *resources-small}\n"
                + (1..<95).map { "x-\($0): &a\($0) {<<: *a\($0 - 1)}\n" }.joined(),
            "{<<: *a94}", 2000
        ),
        (
            "a wide mapping", "x-w: &w {" + (0..<5000).map { "k\($0): v, " }.joined() + "}\n",
            "{<<: [*w, *resources-small]}", 2000
        ),
        (
            "a wide tier",
            "x-t: &t {deploy: {resources: {limits: {cpus: 1, memory: 9m}}}, "
                + (0..<5000).map { "k\($0): v, " }.joined() + "}\n",
            "{<<: *t}", 2000
        ),
        ("an estate", "", "{image: 'é', <<: *resources-small}", 2000),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: shapes.indices)
    func staysLinear(index: Int) throws {
        let shape = Self.shapes[index]
        let body = Self.services.map { "  s\($0): \(shape.service)\n" }.joined()
        let clock = ContinuousClock()
        // A debug build takes about a second; a quadratic one would take minutes.
        let duration = try clock.measure {
            let file = try compose(threeTiers + shape.head + "services:\n" + body)
            let wanted = Dictionary(uniqueKeysWithValues: file.services.map { ($0.name, "large") })
            let plan = file.plan(assigning: wanted)
            #expect(plan.edits.count == shape.edits)
            #expect(!plan.patchedBytes().isEmpty)
        }
        #expect(duration < .seconds(20), "\(shape.name)")
    }
}
