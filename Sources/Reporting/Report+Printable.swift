import Measures
import Sizing

extension Report {
    /// With every text that was not written here made fit for a terminal (`String.printable`).
    var printable: Report {
        var report = self
        report.tiers = tiers.map(\.printable)
        report.services = services.map { service in
            var service = service
            service.id.project = service.id.project?.printable
            service.id.service = service.id.service.printable
            service.tier = service.tier?.printable
            service.recommendation.tier = service.recommendation.tier?.printable
            service.recommendation.reason = service.recommendation.reason.printable
            return service
        }
        return report
    }
}

extension ResourceTier {
    fileprivate var printable: ResourceTier {
        var tier = self
        tier.name = name.printable
        return tier
    }
}
