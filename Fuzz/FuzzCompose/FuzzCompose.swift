import Compose
import Fuzzing

/// The input as a Compose file, each of whose services is given each tier: an error or a verified patch,
/// nothing else.
@main
struct FuzzCompose {
    /// More than the fixtures have; a longer file is only slower.
    private static let (servicesMax, tiersMax) = (12, 5)

    static func main() {
        fuzz { input in
            guard let file = parsed(input) else { return }
            let names = file.services.prefix(servicesMax).map(\.name)
            for tier in file.tiers.prefix(tiersMax).map(\.name) {
                check(file, assign: Dictionary(uniqueKeysWithValues: names.map { ($0, tier) }))
                for name in names { check(file, assign: [name: tier]) }
            }
            check(file, assign: ["no such service": "no such tier"])
        }
    }

    private static func parsed(_ bytes: [UInt8]) -> ComposeFile? {
        do throws(ComposeError) {
            return try ComposeFile(bytes: bytes, path: "compose.yml")
        } catch {
            switch error.kind {
            case .notUTF8, .unsupportedEncoding, .malformedYAML, .undefinedAlias, .cyclicAlias,
                .unmergeable, .tooDeep, .severalDocuments, .noServices, .tooLarge:
                require(!error.description.isEmpty, "an error without words")
            case .missing, .unreadable, .notAFile, .unverified, .changedSinceRead, .unwritable:
                require(false, "reading bytes: \(error)")
            }
            return nil
        }
    }

    private static func check(_ file: ComposeFile, assign wanted: [String: String]) {
        let plan = file.plan(assigning: wanted)
        require(
            plan.assigned.count + plan.refusals.count + plan.unchanged.count == wanted.count,
            "\(wanted): assigned \(plan.assigned), refused \(plan.refusals), kept \(plan.unchanged)"
        )
        require(plan.edits.isEmpty == plan.assigned.isEmpty, "edits \(plan.edits)")
        let bytes: [UInt8]
        do throws(ComposeError) {
            bytes = try plan.patchedBytes()
        } catch {
            fatalError("planned, but \(error)")
        }
        require((bytes == file.bytes) == plan.edits.isEmpty, "edits that change nothing")
        require(plan.unifiedDiff().isEmpty == plan.edits.isEmpty, "a diff without edits")
        guard !plan.edits.isEmpty else { return }
        guard let patched = parsed(bytes) else { fatalError("the patched file cannot be read") }
        for service in patched.services {
            let tier = plan.assigned[service.name] ?? file.service(service.name)?.tier
            require(service.tier == tier, "\(service.name) has \(service.tier ?? "no tier")")
        }
    }
}
