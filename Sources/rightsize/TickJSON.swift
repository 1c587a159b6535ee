import Measures
import Reporting
import Storing

/// One stored tick as JSON, schema `rightsize.tick/1`, for `sample --format json`: what a later report will
/// be made from, read back from the store. A limit of "none" is null, an absent metric is absent.
struct TickJSON: Encodable {
    var schema = "rightsize.tick/1"
    var time: String
    var uptimeSeconds: Double
    var hostCPUCores: Double?
    var hostMemoryBytes: Int64?
    var samples: [Sample]

    private enum CodingKeys: String, CodingKey {
        case schema, time, samples
        case uptimeSeconds = "uptime_seconds"
        case hostCPUCores = "host_cpu_cores"
        case hostMemoryBytes = "host_memory_bytes"
    }

    struct Sample: Encodable {
        var kind: String
        var project: String?
        var service: String
        var instance: String
        var name: String
        var container: String
        var image: String?
        var imageID: String?
        var startedAt: String?
        var values: [String: Int64?]

        private enum CodingKeys: String, CodingKey {
            case kind, project, service, instance, name, container, image, values
            case imageID = "image_id"
            case startedAt = "started_at"
        }
    }

    /// The tick of `store` that was taken at `time`; nil where there is none. Of several, which a wall
    /// clock that was set back can make, the one that was stored last.
    init?(at time: Timestamp, in store: SampleStore) throws {
        let history = try store.history(of: Set(Metric.allCases), in: time...time)
        guard let row = history.ticks.indices.last else { return nil }
        let tick = history.ticks[row]
        self.time = tick.time.iso8601
        uptimeSeconds = Double(tick.uptimeMilliseconds) / 1000
        hostCPUCores = tick.host.cpus?.rawValue
        hostMemoryBytes = tick.host.memory?.rawValue
        samples = history.incarnations.compactMap { run in
            run.rows.lastIndex(of: row).map { Sample(run, at: $0) }
        }
    }

    func text() throws -> String {
        return try jsonText() + "\n"
    }
}

extension TickJSON.Sample {
    fileprivate init(_ run: IncarnationHistory, at index: Int) {
        let incarnation = run.incarnation
        kind = incarnation.series.kind.name
        project = incarnation.series.service.project
        service = incarnation.series.service.service
        instance = incarnation.series.instance
        name = incarnation.name
        container = incarnation.container.rawValue
        image = incarnation.image
        imageID = incarnation.imageID
        startedAt = incarnation.startedAt?.iso8601
        values = [:]
        for (metric, column) in run.columns {
            guard let value = column[index] else { continue }
            let isNone = metric.kind == .limit && Limit<Bytes>(wireValue: value) == .unlimited
            values.updateValue(isNone ? nil : value, forKey: metric.name)
        }
    }
}
