/// Where the container engine listens.
package struct EngineAddress: Hashable, Sendable {
    package var socketPath: String
    /// Whether a person asked for just this engine: then its absence is an error, not a host without one.
    package var isExplicit: Bool

    /// - Parameter dockerHost: the value of `DOCKER_HOST`, nil or empty where it is not set.
    package init(dockerHost: String?) throws(SamplingError) {
        guard let dockerHost, !dockerHost.isEmpty else {
            socketPath = "/var/run/docker.sock"
            isExplicit = false
            return
        }
        guard dockerHost.hasPrefix("unix://") else {
            throw .engineAddress(
                dockerHost,
                reason: "only Unix sockets are read, since the kernel files of another host are "
                    + "out of reach")
        }
        let path = String(dockerHost.dropFirst("unix://".count))
        guard path.hasPrefix("/") else {
            throw .engineAddress(dockerHost, reason: "the socket's path is not absolute")
        }
        socketPath = path
        isExplicit = true
    }
}
