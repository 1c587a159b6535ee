extension DockerEngine {
    /// One of `GET /containers/json`.
    struct Listed: Equatable {
        var id: String
        var names: [String]?
        var image: String?
        var imageID: String?
        var labels: [String: String]?
        var state: String?
        /// In words: `Up 3 hours (healthy)`.
        var status: String?
    }

    /// `GET /containers/ID/json`.
    struct Inspected: Equatable {
        var state = State()
        var restartCount: Int64?

        struct State: Equatable {
            var status: String?
            var pid: Int?
            var oomKilled: Bool?
            var exitCode: Int64?
            var startedAt: String?
            var health: Health?
        }

        struct Health: Equatable {
            var status: String?
        }
    }
}

extension DockerEngine.Listed {
    init(_ json: inout EngineJSON) throws(EngineJSON.Malformed) {
        var (id, names, image, imageID) = ("", [String]?.none, String?.none, String?.none)
        var (state, status) = (String?.none, String?.none)
        var labels: [String: String]?
        try json.members { (key, json) throws(EngineJSON.Malformed) in
            switch key {
            case "Id": id = try json.string() ?? ""
            case "Names": names = try json.strings()
            case "Image": image = try json.string()
            case "ImageID": imageID = try json.string()
            case "Labels": labels = try json.texts()
            case "State": state = try json.string()
            case "Status": status = try json.string()
            default: try json.skip()
            }
        }
        guard !id.isEmpty else { throw EngineJSON.Malformed(position: 0) }
        self.init(
            id: id, names: names, image: image, imageID: imageID, labels: labels, state: state,
            status: status)
    }
}

extension DockerEngine.Inspected {
    init(_ json: inout EngineJSON) throws(EngineJSON.Malformed) {
        var state: State?
        var restartCount: Int64?
        try json.members { (key, json) throws(EngineJSON.Malformed) in
            switch key {
            case "State": state = try State(&json)
            case "RestartCount": restartCount = try json.integer()
            default: try json.skip()
            }
        }
        guard let state else { throw EngineJSON.Malformed(position: 0) }
        self.init(state: state, restartCount: restartCount)
    }
}

extension DockerEngine.Inspected.State {
    fileprivate init(_ json: inout EngineJSON) throws(EngineJSON.Malformed) {
        var state = Self()
        try json.members { (key, json) throws(EngineJSON.Malformed) in
            switch key {
            case "Status": state.status = try json.string()
            case "Pid": state.pid = try json.integer().map { Int($0) }
            case "OOMKilled": state.oomKilled = try json.bool()
            case "ExitCode": state.exitCode = try json.integer()
            case "StartedAt": state.startedAt = try json.string()
            // Podman 5 has "Health": null; Podman 4 an empty status.
            case "Health": state.health = try DockerEngine.Inspected.Health(&json)
            default: try json.skip()
            }
        }
        self = state
    }
}

extension DockerEngine.Inspected.Health {
    fileprivate init(_ json: inout EngineJSON) throws(EngineJSON.Malformed) {
        var status: String?
        try json.members { (key, json) throws(EngineJSON.Malformed) in
            if "Status" ~= key { status = try json.string() } else { try json.skip() }
        }
        self.init(status: status)
    }
}

extension EngineJSON {
    /// An array of strings, nil for `null`.
    fileprivate mutating func strings() throws(Malformed) -> [String]? {
        if takeNull() { return nil }
        var strings: [String] = []
        try elements { (json) throws(Malformed) in
            if let string = try json.string() { strings.append(string) }
        }
        return strings
    }

    /// An object of strings, nil for `null`.
    mutating func texts() throws(Malformed) -> [String: String]? {
        if takeNull() { return nil }
        var texts: [String: String] = [:]
        try members { (key, json) throws(Malformed) in texts[key.text] = try json.string() }
        return texts
    }
}
