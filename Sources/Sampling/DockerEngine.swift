/// The part of the Docker Engine API that sampling needs, as Docker and Podman answer it. Its requests
/// share one connection, which ends with it.
struct DockerEngine {
    private let http: UnixSocketHTTP

    init(socketPath: String, timeoutSeconds: Int = 2) {
        http = UnixSocketHTTP(socketPath: socketPath, timeoutSeconds: timeoutSeconds)
    }

    /// All containers, stopped ones included.
    func containers() throws(EngineFailure) -> [Listed] {
        let answer = try http.get("/containers/json?all=true")
        return try Self.read(answer) { (json) throws(EngineJSON.Malformed) in
            var listed: [Listed] = []
            try json.elements { (json) throws(EngineJSON.Malformed) in
                listed.append(try Listed(&json))
            }
            return listed
        }
    }

    /// - Returns: nil when the container is gone.
    func inspect(_ id: String) throws(EngineFailure) -> Inspected? {
        let answer = try http.get("/containers/\(id)/json")
        if answer.status == 404 { return nil }
        return try Self.read(answer) { (json) throws(EngineJSON.Malformed) in
            try Inspected(&json)
        }
    }

    private static func read<Value>(
        _ answer: UnixSocketHTTP.Answer,
        _ value: (inout EngineJSON) throws(EngineJSON.Malformed) -> Value
    ) throws(EngineFailure) -> Value {
        guard answer.status == 200 else { throw failure(answer.status, answer.body) }
        var json = EngineJSON(answer.body[...])
        do {
            let value = try value(&json)
            try json.end()
            return value
        } catch {
            let start = String(decoding: answer.body.prefix(40), as: UTF8.self)
            throw .rubbish("\(answer.body.count) bytes of body that start with '\(start)'")
        }
    }

    /// What an engine says with a status other than 200. Podman adds members that are not strings.
    static func failure(_ status: Int, _ body: [UInt8]) -> EngineFailure {
        var json = EngineJSON(body[...])
        var message: String?
        try? json.members { (key, json) throws(EngineJSON.Malformed) in
            if "message" ~= key { message = try json.string() } else { try json.skip() }
        }
        return .status(status, message: message ?? "no message")
    }
}
