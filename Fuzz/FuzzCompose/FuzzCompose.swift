import Compose
import Fuzzing
import Measures

/// The input as a Compose file, each of whose services is given each tier and amounts of its own, whose tiers
/// get new values, and whose merges are folded: an error or a verified patch, nothing else. And as the
/// `rightsize.yaml` that would lie beside it: an error with a place, or tiers in their order.
@main
struct FuzzCompose {
    /// More than the fixtures have; a longer file is only slower.
    private static let (servicesMax, tiersMax) = (12, 3)

    /// The `.env` beside every input: variables that the fixtures use.
    private static let variables = Array(
        "MEM=1g # so\nexport CPUS='2'\nC_MEM=\"512m\"\nA=$MEM\n".utf8)
    private static let (path, variablesPath) = ("compose.yml", ".env")

    private static let amounts = ResourceWish.amounts(
        ResourceAmounts(cpuLimit: Cores(0.75), memoryLimit: .mebibytes(384)))

    static func main() {
        fuzz { input in
            checkTiers(input)
            guard let file = parsed(input) else { return }
            let names = file.services.prefix(servicesMax).map(\.name)
            for tier in file.tiers.prefix(tiersMax) {
                check(file, Dictionary(names.map { ($0, .tier(tier.tier)) }) { first, _ in first })
                for name in names { check(file, [name: .tier(tier.tier)]) }
                check(
                    file.plan(tiers: [
                        tier.name: ResourceAmounts(
                            cpuLimit: Cores(1.5), memoryLimit: .mebibytes(1536))
                    ]), of: file)
            }
            check(file, Dictionary(names.map { ($0, amounts) }) { first, _ in first })
            for name in names { check(file, [name: amounts]) }
            check(file.plan(assigning: ["no such service": "no such tier"]), of: file)
        }
    }

    private static func parsed(
        _ bytes: [UInt8], _ variables: [UInt8] = variables
    ) -> ComposeModel? {
        do throws(ComposeError) {
            return try ComposeModel(
                paths: [path], environment: ComposeEnvironment(),
                files: .only([path: bytes, variablesPath: variables]))
        } catch {
            switch error.kind {
            case .notUTF8, .unsupportedEncoding, .malformedYAML, .undefinedAlias, .cyclicAlias,
                .unmergeable, .tooDeep, .noServices, .tooLarge, .invalidService, .invalidExtends,
                .invalidInclude, .unknownKey:
                require(!error.description.isEmpty, "an error without words")
            case .missing, .unreadable, .notAFile, .unverified, .changedSinceRead, .unwritable,
                .invalidTiers:
                require(false, "reading bytes: \(error)")
            }
            return nil
        }
    }

    private static func checkTiers(_ bytes: [UInt8]) {
        do throws(ComposeError) {
            let tiers = try TierFile(bytes: bytes, path: "rightsize.yaml").tiers
            require(!tiers.isEmpty, "a file without tiers")
            for (smaller, larger) in zip(tiers, tiers.dropFirst()) {
                require(smaller.memoryLimit <= larger.memoryLimit, "tiers out of order")
                require(smaller.name != larger.name, "a tier twice")
            }
        } catch {
            require(
                error.kind != .invalidTiers || error.position != nil, "no place: \(error)")
        }
    }

    private static func check(_ file: ComposeModel, _ wishes: [String: ResourceWish]) {
        let plan = file.plan(wishes)
        require(
            plan.decisions.count + plan.refusals.count + plan.unchanged.count == wishes.count,
            "\(wishes): \(plan.decisions), refused \(plan.refusals), kept \(plan.unchanged)")
        check(plan, of: file)
        check(plan.foldingMerges().plan, of: file)
    }

    private static func check(_ plan: PatchPlan, of file: ComposeModel) {
        let bytes = plan.patchedBytes()
        for change in plan.changes {
            require(change.patched != change.original, "edits that change nothing")
            require(
                change.edits.inverted.applied(to: change.patched) == change.original,
                "the way back is another")
        }
        require(plan.unifiedDiff().isEmpty == plan.edits.isEmpty, "a diff without edits")
        guard !plan.edits.isEmpty else { return }
        let variables = plan.changes.first { $0.path == variablesPath }?.patched
        guard let patched = parsed(bytes, variables ?? Self.variables) else {
            fatalError("the patched file cannot be read")
        }
        var wanted: [String: ComposeResources] = [:]
        for service in file.services { wanted[service.name] = service.resources }
        for decision in plan.decisions { wanted[decision.service] = decision.after }
        for service in patched.services {
            require(
                wanted[service.name].map(service.resources.isEquivalent) == true,
                "\(service.name) has \(service.resources)")
        }
    }
}
