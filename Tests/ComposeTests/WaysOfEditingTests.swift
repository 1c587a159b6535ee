import Compose
import Measures
import Testing

/// Where a tier or amounts cannot be had by another alias alone.
struct WaysOfEditingTests {
    /// Several services that are refused one by one can be changed together.
    @Test func sharedTextForAllWhoShareIt() throws {
        try expectPatch(
            input: "services:\n  a: &svc\n    <<: *resources-small\n  b: *svc\n",
            assign: ["a": "large", "b": "large"],
            output: "services:\n  a: &svc\n    <<: *resources-large\n  b: *svc\n")
    }

    @Test(arguments: [
        // Tiers that are merged in: alone, in a list, before another deploy.
        ("a:\n    image: x\n", "a:\n    image: x\n    <<: *resources-small\n"),
        ("a: {image: x}\n", "a: {image: x, <<: *resources-small}\n"),
        (
            "a: {}\n",
            "a: {deploy: {resources: {limits: {cpus: '0.5', memory: 512M}, "
                + "reservations: {cpus: '0.25', memory: 128M}}}}\n"
        ),
        ("a:\n    <<: *default-security\n", "a:\n    <<: [*default-security, *resources-small]\n"),
        (
            "a:\n    <<: [*default-security]\n",
            "a:\n    <<: [*default-security, *resources-small]\n"
        ),
        (
            "a:\n    <<:\n      - *default-security\n    image: x\n",
            "a:\n    <<:\n      [*default-security, *resources-small]\n    image: x\n"
        ),
        ("a: {<<: *app}\n", "a: {<<: [*resources-small, *app]}\n"),
        ("a: *app\n  b: *app\n", "a:\n    <<: [*resources-small, *app]\n  b: *app\n"),
        (
            "a: {<<: [*resources-small, *resources-large]}\n",
            "a: {<<: [*resources-small, *resources-large]}\n"
        ),
        (
            "a: {<<: [*resources-large, *resources-small]}\n",
            "a: {<<: [*resources-small, *resources-small]}\n"
        ),
        // A deploy of its own, filled and edited where it stands.
        (
            "a:\n    <<: *resources-large\n    deploy: {replicas: 2}\n",
            "a:\n    <<: *resources-large\n    deploy: {replicas: 2, resources: {limits: "
                + "{cpus: '0.5', memory: 512M}, reservations: {cpus: '0.25', memory: 128M}}}\n"
        ),
        (
            "a:\n    deploy: ~\n",
            "a:\n    deploy: {resources: {limits: "
                + "{cpus: '0.5', memory: 512M}, reservations: {cpus: '0.25', memory: 128M}}}\n"
        ),
        (
            "a:\n    deploy: *d\n    image: x\n",
            "a:\n    deploy:\n      <<: *d\n      resources:\n"
                + "        limits:\n          cpus: '0.5'\n          memory: 512M\n"
                + "        reservations:\n          cpus: '0.25'\n          memory: 128M\n    image: x\n"
        ),
        (
            "a: {image: x, deploy: *d}\n",
            "a: {image: x, deploy: {<<: *d, resources: {limits: "
                + "{cpus: '0.5', memory: 512M}, reservations: {cpus: '0.25', memory: 128M}}}}\n"
        ),
        (
            "a:\n    deploy:\n        resources:\n            limits:\n                memory: \"2g\"\n",
            "a:\n    deploy:\n        resources:\n            limits:\n"
                + "                cpus: '0.5'\n                memory: \"512m\"\n"
                + "            reservations:\n                cpus: '0.25'\n"
                + "                memory: 128M\n"
        ),
        (
            "a:\n    command: |\n      x\n      y\n  b: {image: x}\n",
            "a:\n    command: |\n      x\n      y\n    <<: *resources-small\n  b: {image: x}\n"
        ),
        // The older family, a default, a quota, and the room for swapping.
        (
            "a:\n    mem_limit: ${M:-2g}\n    cpus: 2\n",
            "a:\n    mem_limit: ${M:-512m}\n    cpus: 0.5\n    mem_reservation: 128M\n"
        ),
        (
            "a: {mem_limit: \"${M}\", cpus: 2}\n",
            "a: {mem_limit: \"${M:-512M}\", cpus: 0.5, mem_reservation: 128M}\n"
        ),
        (
            "a: {mem_limit: 2g, cpu_quota: 50000, cpu_period: 25000}\n",
            "a: {mem_limit: 512m, cpu_quota: 12500, cpu_period: 25000, mem_reservation: 128m}\n"
        ),
        (
            "a: {mem_limit: 256m, memswap_limit: 384m, mem_reservation: 128m, cpus: 0.5}\n",
            "a: {mem_limit: 512m, memswap_limit: 640m, mem_reservation: 128m, cpus: 0.5}\n"
        ),
        (
            "a: {mem_limit: 1g, cpus: 1, deploy: {resources: {limits: {cpus: 1, memory: 1G}}}}\n",
            "a: {mem_limit: 512m, cpus: 0.5, deploy: {resources: {limits: {cpus: 0.5, memory: 512M},"
                + " reservations: {cpus: '0.25', memory: 128M}}}}\n"
        ),
    ])
    func assignsSmall(input: String, output: String) throws {
        let head = """
            x-app: &app
              <<: *resources-large
              restart: always
            x-d: &d
              replicas: 2
              resources: {limits: {pids: 9}}
            services:

            """.replacing(
                "resources: {limits: {pids: 9}}", with: "restart_policy: {condition: any}")
        try expectPatch(
            input: head + "  " + input, assign: ["a": "small"], output: head + "  " + output)
    }

    /// JSON stays JSON.
    @Test func writesJSON() throws {
        let file = try compose(#"{"services": {"a": {"image": "x", "deploy": {"replicas": 2}}}}"#)
        let plan = file.plan([
            "a": .amounts(ResourceAmounts(cpuLimit: Cores(1.5), memoryLimit: .mebibytes(96)))
        ])
        #expect(plan.refusals == [])
        #expect(
            String(decoding: plan.patchedBytes(), as: UTF8.self)
                == #"{"services": {"a": {"image": "x", "deploy": {"replicas": 2, "#
                + #""resources": {"limits": {"cpus": "1.5", "memory": "96M"}}}}}}"#)
    }

    /// The other shape of a tier: an anchor that holds limits and reservations.
    @Test func swapsTiersBelowResources() throws {
        let tiers = """
            x-tiers:
              small: &small
                limits: {cpus: '0.5', memory: 512M}
              large: &large
                limits: {cpus: '2', memory: 2G}

            """
        try expectPatch(
            tiers: tiers,
            input: """
                services:
                  a: {image: x, deploy: {replicas: 2, resources: *large}}
                  b:
                    deploy:
                      resources:
                        <<: *large
                """,
            assign: ["a": "small", "b": "small"],
            output: """
                services:
                  a: {image: x, deploy: {replicas: 2, resources: *small}}
                  b:
                    deploy:
                      resources:
                        <<: *small
                """)
    }

    /// The engine's own bounds: 6 MiB, and no reservation above its limit.
    @Test func staysFeasible() throws {
        let file = try compose(
            "services:\n  a: {deploy: {resources: {limits: {memory: 1g}, "
                + "reservations: {memory: 512m}}}}\n")
        let plan = file.plan(["a": .amounts(ResourceAmounts(memoryLimit: .mebibytes(4)))])
        #expect(
            String(decoding: plan.patchedBytes(), as: UTF8.self)
                == "services:\n  a: {deploy: {resources: {limits: {memory: 6m}, "
                + "reservations: {memory: 6m}}}}\n")
    }

    @Test func foldsWhereKeysOverlapInReverse() throws {
        let input =
            threeTiers + """
                services:
                  a:
                    <<: *resources-small   # one
                    image: x
                    <<: *resources-large   # two
                  b: {<<: *default-security, image: y, <<: *resources-small}
                """
        let folded = try compose(input).plan([:]).foldingMerges()
        #expect(folded.folded == 2)
        #expect(
            String(decoding: folded.plan.patchedBytes(), as: UTF8.self)
                == threeTiers + """
                    services:
                      a:
                        <<: [*resources-large, *resources-small]   # one
                        image: x
                        # two
                      b: {<<: [*default-security, *resources-small], image: y}
                    """)
    }
}
