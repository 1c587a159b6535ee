import FoundationEssentials
import Measures

/// The part of the Docker Engine API that sampling needs, as Docker and Podman answer it.
struct DockerEngine: Sendable {
    private let http: UnixSocketHTTP

    init(socketPath: String, timeoutSeconds: Int = 2) {
        http = UnixSocketHTTP(socketPath: socketPath, timeoutSeconds: timeoutSeconds)
    }

    /// `GET /containers/json`, stopped ones included.
    struct Listed: Decodable, Equatable {
        var id: String
        var names: [String]?
        var image: String?
        var labels: [String: String]?
        var state: String?

        private enum CodingKeys: String, CodingKey {
            case id = "Id"
            case names = "Names"
            case image = "Image"
            case labels = "Labels"
            case state = "State"
        }
    }

    /// `GET /containers/ID/json`.
    struct Inspected: Decodable, Equatable {
        var state: State
        var restartCount: Int64?

        struct State: Decodable, Equatable {
            var status: String?
            var pid: Int?
            var oomKilled: Bool?
            var exitCode: Int64?
            var startedAt: String?
            var health: Health?

            private enum CodingKeys: String, CodingKey {
                case status = "Status"
                case pid = "Pid"
                case oomKilled = "OOMKilled"
                case exitCode = "ExitCode"
                case startedAt = "StartedAt"
                case health = "Health"
            }
        }

        struct Health: Decodable, Equatable {
            var status: String?
            private enum CodingKeys: String, CodingKey { case status = "Status" }
        }

        private enum CodingKeys: String, CodingKey {
            case state = "State"
            case restartCount = "RestartCount"
        }
    }

    func containers() throws(EngineFailure) -> [Listed] {
        try decode([Listed].self, from: try http.get("/containers/json?all=true"))
    }

    /// - Returns: nil when the container is gone.
    func inspect(_ id: String) throws(EngineFailure) -> Inspected? {
        let answer = try http.get("/containers/\(id)/json")
        return answer.status == 404 ? nil : try decode(Inspected.self, from: answer)
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, from answer: UnixSocketHTTP.Answer
    ) throws(EngineFailure) -> Value {
        guard answer.status == 200 else {
            let message = try? JSONDecoder().decode(
                [String: String].self, from: Data(answer.body))
            throw .status(answer.status, message: message?["message"] ?? "no message")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(answer.body))
        } catch {
            let start = String(decoding: answer.body.prefix(40), as: UTF8.self)
            throw .rubbish("\(answer.body.count) bytes of body that start with '\(start)'")
        }
    }
}
