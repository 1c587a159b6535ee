package import Measures

/// Something that happened to a container, as the engine told it.
package struct EngineEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case create
        case start
        case restart
        case pause
        case unpause
        /// A process of it was killed for want of memory; Podman does not tell.
        case oom
        /// A signal was sent to it.
        case kill
        /// It ended; the code is 137 after SIGKILL, the kernel's for want of memory included.
        case die(exitCode: Int64?)
        /// Nil: a state that is not known here.
        case health(ContainerHealth?)
        /// Its limits were changed.
        case update
        case rename
        case destroy
    }

    package var kind: Kind
    package var container: ContainerID
    /// Nanoseconds since 1970, of the engine's wall clock.
    package var timeNanoseconds: Int64
    package var name: String?
    package var image: String?
    /// Those of Compose that make an identity: project, service, container-number, oneoff.
    package var labels: [String: String]

    package var time: Timestamp { Timestamp(milliseconds: timeNanoseconds / 1_000_000) }

    static let labelPrefix = "com.docker.compose."
    static let labels = ["project", "service", "container-number", "oneoff"].map {
        labelPrefix + $0
    }
}

extension EngineEvent {
    /// - Parameter line: one event as JSON.
    /// - Returns: nil for what is not about a container, or of a kind that was not asked for.
    init?(line: ArraySlice<UInt8>) throws(EngineJSON.Malformed) {
        var json = EngineJSON(line)
        var wire = Wire()
        try json.members { (key, json) throws(EngineJSON.Malformed) in
            switch key {
            case "Type": wire.type = try json.string()
            case "Action": wire.action = try json.string()
            case "time": wire.time = try json.integer()
            case "timeNano": wire.timeNano = try json.integer()
            case "Actor":
                try json.members { (key, json) throws(EngineJSON.Malformed) in
                    switch key {
                    case "ID": wire.id = try json.string()
                    case "Attributes": wire.attributes = try json.texts() ?? [:]
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
        try json.end()
        guard let id = wire.id, let action = wire.action,
            let time = wire.timeNano ?? wire.seconds, time >= 0
        else { throw EngineJSON.Malformed(position: 0) }
        guard wire.type == "container", let kind = Kind(action, wire.attributes) else { return nil }
        self.init(
            kind: kind, container: ContainerID(rawValue: id), timeNanoseconds: time,
            name: wire.attributes["name"], image: wire.attributes["image"],
            labels: wire.attributes.filter { Self.labels.contains($0.key) })
    }

    private struct Wire {
        var type: String?
        var action: String?
        var id: String?
        var time: Int64?
        var timeNano: Int64?
        var attributes: [String: String] = [:]

        var seconds: Int64? {
            guard let (value, overflow) = time?.multipliedReportingOverflow(by: 1_000_000_000),
                !overflow
            else { return nil }
            return value
        }
    }
}

extension EngineEvent.Kind {
    /// - Parameter action: `start`; `health_status: healthy` of Docker, `health_status` with an
    ///   attribute of Podman; `exec_start: …` and the like are nil.
    fileprivate init?(_ action: String, _ attributes: [String: String]) {
        let words = action.split(separator: ":", maxSplits: 1)
        switch words.first {
        case "create": self = .create
        case "start": self = .start
        case "restart": self = .restart
        case "pause": self = .pause
        case "unpause": self = .unpause
        case "oom": self = .oom
        case "kill": self = .kill
        case "die", "died":
            let code = attributes["exitCode"] ?? attributes["containerExitCode"]
            self = .die(exitCode: code.flatMap { Int64($0) })
        case "health_status":
            let status = words.dropFirst().first.map { String($0.drop { $0 == " " }) }
            self = .health(
                (status ?? attributes["health_status"] ?? attributes["healthStatus"])
                    .flatMap { ContainerHealth(engineName: $0) })
        case "update": self = .update
        case "rename": self = .rename
        // Podman removes where Docker destroys.
        case "destroy", "remove": self = .destroy
        default: return nil
        }
    }
}
