import ArgumentParser
import Compose
import Measures

/// What is written where.
enum PatchMode: String, EnumerableFlag {
    case assign, anchors, exact

    static func help(for value: PatchMode) -> ArgumentHelp? {
        switch value {
        case .assign: "Give services the recommended tier (the default)."
        case .anchors:
            """
            Give the tiers' anchors new values instead: the smallest round sizes that are enough for every \
            service that uses them.
            """
        case .exact: "Write amounts of its own for each service, on round sizes."
        }
    }
}

enum PatchFormat: String, ExpressibleByArgument, CaseIterable { case diff, json }

/// How much a lower limit must free to be worth an edit: memory (`256M`) or cores (`0.5`).
struct Saving: ExpressibleByArgument, Hashable {
    var cpus = Cores(0)
    var memory = Bytes(0)

    init() {}

    init?(argument: String) {
        if argument.contains(where: \.isLetter) {
            guard let bytes = Bytes(composeSize: argument) else { return nil }
            memory = bytes
        } else {
            guard let cores = Cores(composeCPUs: argument) else { return nil }
            cpus = cores
        }
    }

    /// Whether a change that frees this much is too small. What frees nothing of the kind that is asked for
    /// is so as well.
    func exceeds(cpus freedCPUs: Double, memory freedMemory: Int64) -> Bool {
        if memory > Bytes(0) { return freedMemory < memory.rawValue }
        return freedCPUs < cpus.rawValue
    }

    var isNone: Bool { cpus == Cores(0) && memory == Bytes(0) }
}
