import Measures

/// One service of the estate: what it is given, how it behaves, what happens to it, and what a
/// careful person would decide after two weeks.
struct ServicePlan {
    var name: String
    var image: String
    var limit: ResourceTier
    /// One sentence about why it behaves as it does.
    var story: String
    var expected: ExpectedVerdict
    /// Each replica's share of the work; 1 for the busiest. One entry a replica.
    var replicaShares = [1.0]
    /// Nil without a health check.
    var health: ContainerHealth? = .healthy
    var events: [LifeEvent] = []
    var workload: Workload
}

/// What the history was made to show.
enum ExpectedVerdict {
    case keep
    case lower(to: String)
    case raise(to: String)
    case noTierFits
    case tooLittleData
}

/// Something that happens to a service. Hours count back from the end of the history.
enum LifeEvent {
    /// Deployed only then.
    case appears(hoursBeforeEnd: Double)
    /// A new container takes over, with a new image.
    case recreated(hoursBeforeEnd: Double, image: String)
    /// `docker restart` from somebody's crontab.
    case restarted(Recurrence)
    /// Ends seconds after each start; the engine tries again about once a minute.
    case crashLoop(from: Double, until: Double)
    /// Ends seconds after its start with exit code 1. The engine tries five times, then gives up, and
    /// whoever deploys in the morning starts it anew.
    case failsAtStart(retried: Recurrence)
    /// One worker of one replica is OOM-killed.
    case workerKilled(hoursBeforeEnd: Double, instance: Int)
}

extension ExpectedVerdict: CustomStringConvertible {
    var description: String {
        switch self {
        case .keep: "keep"
        case .lower(let tier): "lower to \(tier)"
        case .raise(let tier): "raise to \(tier)"
        case .noTierFits: "no tier fits"
        case .tooLittleData: "too little data"
        }
    }
}
