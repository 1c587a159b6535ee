/// Why a host could not be sampled at all. A single container that cannot be read is a `SkippedContainer`.
package enum SamplingError: Error, Hashable, Sendable {
    /// No control groups are mounted, or `/proc` cannot be read.
    case noCgroups(path: String, reason: String)
    /// The engine's address is not one that can be used. It is empty where none was found.
    case engineAddress(String, source: String, reason: String)
    /// The engine could not be asked.
    case engineUnreachable(EngineAddress, reason: EngineFailure)
}

/// What went wrong with the engine.
package enum EngineFailure: Error, Hashable, Sendable {
    case noSocket
    case refused
    case permission
    case timeout(seconds: Int)
    /// It answered with something that is not the Docker Engine API.
    case rubbish(String)
    /// It answered with an error of its own.
    case status(Int, message: String)
    case system(String)
}

extension SamplingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noCgroups(let path, let reason):
            "cannot read control groups from \(path): \(reason); run rightsize on the host itself, "
                + "or give its container the host's /proc and /sys/fs/cgroup"
        case .engineAddress(let address, let source, let reason):
            "cannot use the engine address \(address.isEmpty ? "" : "'\(address)' ")"
                + "of \(source): \(reason); give --engine unix:///PATH or set DOCKER_HOST to it, "
                + "or sample without an engine with --no-engine"
        case .engineUnreachable(let address, let reason):
            "the container engine at \(address.socketPath) (\(address.source.origin)) "
                + "\(reason)\(reason.remedy(address.source)); "
                + "sample without an engine with --no-engine"
        }
    }
}

extension EngineFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSocket: "has no socket there"
        case .refused: "refuses connections"
        case .permission: "may not be used by this user"
        case .timeout(let seconds): "gave no answer within \(seconds) s"
        case .rubbish(let what): "does not speak the Docker Engine API (\(what))"
        case .status(let code, let message): "answered with error \(code): \(message)"
        case .system(let message): "could not be asked: \(message)"
        }
    }

    /// What to do about it, after a colon; empty where the engine itself has said what is wrong.
    fileprivate func remedy(_ source: EngineAddress.Source) -> String {
        switch self {
        case .noSocket, .refused: ": start it, or \(source.remedy)"
        case .permission: ": join its group (docker) or use sudo"
        case .timeout: ": see whether it hangs"
        case .rubbish: ": \(source.remedy)"
        case .status, .system: ""
        }
    }
}
