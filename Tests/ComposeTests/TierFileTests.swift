import Compose
import Measures
import Testing

/// `rightsize.yaml`: what it says, and where it says it wrongly.
@Suite struct TierFileTests {
    @Test func tiersAreReadAndSorted() throws {
        let text = """
            # ours
            tiers:
              big: &big
                cpus: 2
                memory: 2G
                reservations: {cpus: "0.5", memory: 512m}
              "tiny one": {cpus: .25, memory: '268435456'}
              wide: {<<: *big, cpus: 4}
            """
        let file = try TierFile(bytes: Array(text.utf8), path: "rightsize.yaml")
        let wide = ResourceTier(
            name: "wide", cpuLimit: Cores(4), memoryLimit: .gibibytes(2),
            cpuReservation: Cores(0.5), memoryReservation: .mebibytes(512))
        var big = wide
        (big.name, big.cpuLimit) = ("big", Cores(2))
        #expect(
            file.tiers == [
                ResourceTier(
                    name: "tiny one", cpuLimit: Cores(0.25), memoryLimit: .mebibytes(256)),
                big, wide,
            ])
    }

    @Test(arguments: [
        (
            "",
            "1:1: holds nothing; write `tiers:` with tiers such as `small: {cpus: 0.5, memory: 512M}`"
        ),
        ("- a", "1:1: the file must be a mapping"),
        ("{}", "1:1: no tiers"),
        ("tiers: {}", "1:1: no tiers"),
        ("tiers:\n", "1:7: `tiers` must be a mapping"),
        ("Tiers: {}", "1:1: the file has the unknown key `Tiers`; known is `tiers`"),
        ("tiers: {a: 1}", "1:12: tier a must be a mapping"),
        ("tiers: {a: {cpus: 1}}", "1:9: tier a has no `memory:`; a tier limits both"),
        ("tiers: {a: {memory: 1g}}", "1:9: tier a has no `cpus:`; a tier limits both"),
        ("tiers: {'': {cpus: 1, memory: 1g}}", "1:9: a tier must have a name"),
        (
            "tiers:\n  a: {cpu: 1, memory: 1g}",
            "2:7: tier a has the unknown key `cpu`; known is `cpus`, `memory`, `reservations`"
        ),
        (
            "tiers: {a: {cpus: 500m, memory: 1g}}",
            "1:19: tier a: cpus is '500m', which is not a number of cores such as 0.5"
        ),
        (
            "tiers: {a: {cpus: 0, memory: 1g}}",
            "1:19: tier a: cpus is '0', which is not a number of cores such as 0.5"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 1Gi}}",
            "1:30: tier a: memory is '1Gi', which is not a size such as 512M or 1.5g"
        ),
        (
            "tiers: {a: {cpus: 1, memory: [1g]}}",
            "1:30: tier a: memory is '', which is not a size such as 512M or 1.5g"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 5m}}",
            "1:30: tier a: memory is '5m', and the engine takes no less than 6M"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 1g, reservations: {cpus: 2}}}",
            "1:55: tier a reserves more CPUs than its limit"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 1g, reservations: {memory: 2g}}}",
            "1:57: tier a reserves more memory than its limit"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 1g, reservations: {pids: 2}}}",
            "1:49: `reservations` of tier a has the unknown key `pids`; known is `cpus`, `memory`"
        ),
        (
            "tiers:\n  a: {cpus: 1, memory: 1g}\n  a: {cpus: 1, memory: 1g}",
            "3:3: `tiers` has `a` twice; remove one"
        ),
        (
            "tiers: {a: {cpus: 1, memory: 1g}}\n---\n{}",
            "3:1: only one document may stand here; remove the others"
        ),
        ("tiers: {a: {cpus: 1", "1:20: not YAML:"),
    ])
    func mistakesAreNamed(text: String, expected: String) throws {
        let error = try #require(throws: ComposeError.self) {
            try TierFile(bytes: Array(text.utf8), path: "rightsize.yaml")
        }
        #expect(error.description.hasPrefix("rightsize.yaml:\(expected)"), "\(error)")
    }
}
