import Glibc
import Measures
import Storing

func fill(
    from path: String, containers: Int, ticks: Int, _ storePath: String,
    _ resolution: StoreSettings.Resolution
) throws {
    guard containers > 0, ticks > 0, let file = fopen(path, "rb") else { fail("no \(path)") }
    defer { fclose(file) }
    var values = [Int64](repeating: 0, count: ticks * (1 + containers * metrics.count))
    guard fread(&values, 8, values.count, file) == values.count else { fail("\(path) is short") }
    let store = try SampleStore(path: storePath, access: .readWrite)
    var settings = StoreSettings()
    settings.resolution = resolution
    try store.remember(settings)
    let incarnations = (0..<containers).map(incarnation)
    for row in 0..<ticks {
        var samples: [ContainerSample] = []
        for container in 0..<containers {
            var sample = ContainerSample(
                incarnation: incarnations[container], values: MetricValues())
            for (column, metric) in metrics.enumerated() {
                let start = ticks * (1 + container * metrics.count + column)
                sample.values[metric] = values[start + row]
            }
            samples.append(sample)
        }
        try store.append(tick(values[row], samples))
        if row % 60 == 0 { try store.compact() }
    }
    try store.compact(keeping: 0)
    try store.consolidate()
    var status = stat()
    guard stat(storePath, &status) == 0 else { fail("no \(storePath)") }
    let info = try store.info()
    let blobs = info.rowBytes + info.hours.bytes + info.days.bytes
    print(status.st_size, blobs.rawValue, ticks * containers * metrics.count)
}

func append(containers: Int, ticks: Int, _ storePath: String) throws {
    let incarnations = (0..<containers).map(incarnation)
    var random = SystemRandomNumberGenerator()
    var values = [MetricValues](repeating: MetricValues(), count: containers)
    for row in 0..<ticks {
        for container in 0..<containers {
            // A third is idle, the others use CPU time and change their memory.
            guard container % 3 > 0 || row == 0 else { continue }
            for metric in metrics {
                let step = Int64.random(in: 0..<60_000, using: &random)
                switch metric.kind {
                case .counter: values[container][metric] = (values[container][metric] ?? 0) + step
                case .limit: values[container][metric] = 1 << 30
                default: values[container][metric] = (1 << 28) + 4096 * (step % 512)
                }
            }
        }
        let samples = zip(incarnations, values).map(ContainerSample.init)
        // As a sampler that cron starts: the store is opened each time.
        let store = try SampleStore(path: storePath, access: .readWrite)
        let sample = tick(1_760_000_000_000 + Int64(row) * 60_000, samples)
        let before = journalBytes(storePath)
        let start = microseconds()
        try store.append(sample)
        let committed = microseconds()
        let dirtied = journalBytes(storePath) - before
        let spans = try store.compact()
        print(committed - start, spans, microseconds() - committed, dirtied)
    }
}

private func journalBytes(_ path: String) -> Int {
    var status = stat()
    return stat(path + "-wal", &status) == 0 ? status.st_size : 0
}

func decode(_ storePath: String) throws {
    let store = try SampleStore(path: storePath, access: .readOnly)
    let wholeTime = Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max)
    for wanted in [[.cpuUsage, .memoryCurrent, .memoryInactiveFile], metrics] {
        var best = Double.infinity
        var count = 0
        for _ in 0..<5 {
            count = 0
            let start = microseconds()
            try store.forEachPiece(
                of: Set(wanted), in: wholeTime, ticks: { _ in },
                piece: { piece in
                    for metric in wanted { count += piece[metric]?.values.count ?? 0 }
                })
            best = min(best, microseconds() - start)
        }
        print(wanted.count, count, Double(count) / best)
    }
}
