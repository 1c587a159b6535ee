/// The mappings of a Compose file that may have only certain keys beside `x-…`, as far as they are looked at: those of
/// the compose-spec schema (https://github.com/compose-spec/compose-spec, schema/compose-spec.json) in Docker Compose
/// 2.40.3, which refuses a file for any other. Raw values are bits of `ComposeKeys`.
enum KeyPlace: UInt8, CaseIterable, Sendable {
    case top = 48
    case service, deploy, updateConfig, rollbackConfig, restartPolicy, placement, preferences
    case resources, limits, reservations, devices, genericResources, discreteResourceSpec

    static let source = "Docker Compose 2.40"

    /// From the service on, as people write it.
    var path: String { Self.spellings[self] ?? "" }

    /// Where it leads on from here.
    var children: [(key: ComposeKey, place: KeyPlace)] {
        switch self {
        case .deploy: Self.ofDeploy
        case .resources: Self.ofResources
        case .reservations: Self.ofReservations
        case .placement: Self.ofPlacement
        case .genericResources: Self.ofGenericResources
        case .top, .service, .updateConfig, .rollbackConfig, .restartPolicy, .preferences, .limits,
            .devices, .discreteResourceSpec:
            []
        }
    }

    var keys: [String] {
        keyText.utf8.split { $0 <= UInt8(ascii: " ") }.map { String(Substring($0)) }
    }
}

extension KeyPlace {
    private static let ofDeploy: [(key: ComposeKey, place: KeyPlace)] = [
        (.resources, .resources), (.updateConfig, .updateConfig),
        (.rollbackConfig, .rollbackConfig), (.restartPolicy, .restartPolicy),
        (.placement, .placement),
    ]
    private static let ofResources: [(key: ComposeKey, place: KeyPlace)] = [
        (.limits, .limits), (.reservations, .reservations),
    ]
    private static let ofReservations: [(key: ComposeKey, place: KeyPlace)] = [
        (.devices, .devices), (.genericResources, .genericResources),
    ]
    private static let ofPlacement: [(key: ComposeKey, place: KeyPlace)] = [
        (.preferences, .preferences)
    ]
    private static let ofGenericResources: [(key: ComposeKey, place: KeyPlace)] = [
        (.discreteResourceSpec, .discreteResourceSpec)
    ]

    private static let spellings: [KeyPlace: String] = {
        var result: [KeyPlace: String] = [.deploy: "deploy"]
        // A parent comes before its children.
        for place in [KeyPlace.deploy, .placement, .resources, .reservations, .genericResources] {
            for child in place.children {
                result[child.place] = "\(result[place] ?? "").\(child.key.spelling)"
            }
        }
        return result
    }()

    private var keyText: String {
        switch self {
        case .top: "configs include models name networks secrets services version volumes"
        case .service:
            """
            annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs
            container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares
            cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt
            dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts
            gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging
            mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks
            oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged
            profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets
            security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty
            ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir
            """
        case .deploy:
            """
            endpoint_mode labels mode placement replicas resources restart_policy rollback_config
            update_config
            """
        case .updateConfig, .rollbackConfig:
            "delay failure_action max_failure_ratio monitor order parallelism"
        case .restartPolicy: "condition delay max_attempts window"
        case .placement: "constraints max_replicas_per_node preferences"
        case .preferences: "spread"
        case .resources: "limits reservations"
        case .limits: "cpus memory pids"
        case .reservations: "cpus devices generic_resources memory"
        case .devices: "capabilities count device_ids driver options"
        case .genericResources: "discrete_resource_spec"
        case .discreteResourceSpec: "kind value"
        }
    }
}
