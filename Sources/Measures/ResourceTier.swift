/// A named step of the owner's ladder, such as `x-resources-small`.
package struct ResourceTier: Hashable, Sendable {
    package var name: String
    package var cpuLimit: Cores
    package var memoryLimit: Bytes
    package var cpuReservation: Cores?
    package var memoryReservation: Bytes?

    package init(
        name: String, cpuLimit: Cores, memoryLimit: Bytes, cpuReservation: Cores? = nil,
        memoryReservation: Bytes? = nil
    ) {
        self.name = name
        self.cpuLimit = cpuLimit
        self.memoryLimit = memoryLimit
        self.cpuReservation = cpuReservation
        self.memoryReservation = memoryReservation
    }

    /// The tiers that hold where no Compose file says otherwise.
    package static let standard = [
        ResourceTier(
            name: "small", cpuLimit: Cores(0.5), memoryLimit: .mebibytes(512),
            cpuReservation: Cores(0.25), memoryReservation: .mebibytes(128)),
        ResourceTier(
            name: "medium", cpuLimit: Cores(1), memoryLimit: .gibibytes(1),
            cpuReservation: Cores(0.5), memoryReservation: .mebibytes(256)),
        ResourceTier(
            name: "large", cpuLimit: Cores(2), memoryLimit: .gibibytes(2),
            cpuReservation: Cores(1), memoryReservation: .mebibytes(512)),
    ]
}
