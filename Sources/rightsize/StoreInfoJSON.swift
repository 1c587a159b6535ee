import Measures
import Reporting
import Storing

/// What a store holds, schema `rightsize.store/1`. Bytes and counts are whole numbers; what is not limited or
/// not known is left out.
struct StoreInfoJSON: Encodable {
    private var schema = "rightsize.store/1"
    private var path: String
    private var formatVersion: Int64
    private var fileBytes: Int64
    private var logBytes: Int64
    private var from: String?
    private var to: String?
    private var ticks: Int
    private var series: Int
    private var incarnations: Int
    private var boots: Int
    private var values: Int
    private var bytesPerValue: Double?
    private var hotTail: HotTail
    private var hours: Level
    private var days: Level
    private var rollups: Rollups
    private var metrics: [MetricBytes]
    private var settings: Settings

    private enum CodingKeys: String, CodingKey {
        case schema, path, from, to, ticks, series, incarnations, boots, values, hours, days,
            rollups
        case metrics, settings
        case formatVersion = "format_version"
        case fileBytes = "file_bytes"
        case logBytes = "log_bytes"
        case bytesPerValue = "bytes_per_value"
        case hotTail = "hot_tail"
    }

    private struct HotTail: Encodable {
        var rows: Int
        var bytes: Int64
    }

    private struct Level: Encodable {
        var spans: Int
        var ticks: Int
        var bytes: Int64

        init(_ level: StoreInfo.Level) {
            (spans, ticks, bytes) = (level.spans, level.ticks, level.bytes.rawValue)
        }
    }

    private struct Rollups: Encodable {
        var days: Int
        var bytes: Int64
    }

    private struct MetricBytes: Encodable {
        var metric: String
        var bytes: Int64
        var values: Int
    }

    private struct Settings: Encodable {
        var resolution: String
        var keepRawSeconds: Int64?
        var keepRollupSeconds: Int64?
        var maxBytes: Int64?

        private enum CodingKeys: String, CodingKey {
            case resolution
            case keepRawSeconds = "keep_raw_seconds"
            case keepRollupSeconds = "keep_rollup_seconds"
            case maxBytes = "max_bytes"
        }
    }

    init(_ info: StoreInfo) {
        path = info.path
        formatVersion = info.formatVersion
        fileBytes = info.fileBytes.rawValue
        logBytes = info.logBytes.rawValue
        from = info.extent?.first.iso8601
        to = info.extent?.last.iso8601
        ticks = info.extent?.ticks ?? 0
        series = info.series
        incarnations = info.incarnations
        boots = info.boots
        values = info.values
        bytesPerValue = info.bytesPerValue
        hotTail = HotTail(rows: info.rows, bytes: info.rowBytes.rawValue)
        hours = Level(info.hours)
        days = Level(info.days)
        rollups = Rollups(days: info.rollupDays, bytes: info.rollupBytes.rawValue)
        metrics = info.metrics.map {
            MetricBytes(metric: $0.metric.name, bytes: $0.bytes.rawValue, values: $0.values)
        }
        let retention = info.settings.retention
        settings = Settings(
            resolution: info.settings.resolution.rawValue, keepRawSeconds: retention.rawSeconds,
            keepRollupSeconds: retention.rollupSeconds, maxBytes: retention.sizeMax?.rawValue)
    }

    func text() throws -> String {
        return try jsonText() + "\n"
    }
}
