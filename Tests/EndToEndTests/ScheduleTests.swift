import Glibc
import TestSupport
import Testing

/// What `rightsize schedule` prints, byte for byte, and what it writes.
@Suite struct ScheduleTests {
    private func schedule(
        _ arguments: String..., environment: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(
            ["schedule", "--binary", "/usr/bin/rightsize"] + arguments, environment: environment)
    }

    /// The lines that say something to systemd, without comments.
    private func directives(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    // MARK: Printing

    @Test func aCronFile() throws {
        let run = try schedule("--cron")
        #expect(run.code == 0)
        #expect(run.errors == "")
        #expect(run.output == Self.cronFile)
    }

    @Test func aServiceAndItsTimer() throws {
        let run = try schedule("--systemd")
        #expect(run.code == 0)
        #expect(run.errors == "")
        #expect(run.output == Self.service + "\n" + Self.timer)
    }

    @Test(
        arguments: [
            ("1m", "* * * * *", "*-*-* *:*:00"), ("60s", "* * * * *", "*-*-* *:*:00"),
            ("5m", "*/5 * * * *", "*-*-* *:00/5:00"), ("30m", "*/30 * * * *", "*-*-* *:00/30:00"),
            ("1h", "0 * * * *", "*-*-* *:00:00"), ("60m", "0 * * * *", "*-*-* *:00:00"),
            ("6h", "0 */6 * * *", "*-*-* 00/6:00:00"), ("12h", "0 */12 * * *", "*-*-* 00/12:00:00"),
            ("1d", "0 0 * * *", "*-*-* 00:00:00"), ("24h", "0 0 * * *", "*-*-* 00:00:00"),
            ("1s", nil, "*-*-* *:*:*"), ("15s", nil, "*-*-* *:*:00/15"),
            ("30s", nil, "*-*-* *:*:00/30"),
        ])
    func aPeriodOnTheFaceOfTheClock(every: String, fields: String?, calendar: String) throws {
        let cron = try schedule("--cron", "--every", every)
        #expect(cron.code == (fields == nil ? 64 : 0))
        if let fields { #expect(cron.output.contains("\n\(fields) root /usr/bin/rightsize ")) }
        let units = try schedule("--systemd", "--every", every)
        #expect(units.output.contains("\n[Timer]\nOnCalendar=\(calendar)\nAccuracySec=100ms\n"))
    }

    @Test(arguments: [
        ("7m", "7m"), ("45m", "45m"), ("90s", "90s"), ("7s", "7s"), ("1.5s", "1.5s"), ("5h", "5h"),
        ("36h", "36h"), ("2d", "2d"), ("1w", "7d"), ("90m", "90m"), ("61m", "61m"),
    ])
    func anyOtherPeriod(every: String, text: String) throws {
        let cron = try schedule("--cron", "--every", every)
        #expect(cron.code == 64)
        #expect(
            cron.errors.hasPrefix(
                """
                Error: cron cannot run every \(text), only every 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 \
                minutes, 1, 2, 3, 4, 6, 8 or 12 hours, or 1 day; --systemd can, and so can 'rightsize \
                sample --every \(text)'

                """), "\(cron.errors)")
        let units = try schedule("--systemd", "--every", every)
        #expect(units.output.contains("\nOnActiveSec=1s\nOnUnitActiveSec=\(text)\nAccuracySec="))
    }

    @Test(arguments: [
        [], ["--cron", "--systemd"], ["--systemd", "--every", "0.5s"],
        ["--cron", "--every", "30s"],
        ["--systemd", "--every", "soon"],
    ])
    func wrongUsage(arguments: [String]) throws {
        let run = try Program.run(["schedule"] + arguments)
        #expect(run.code == 64)
        #expect(run.output == "")
    }

    @Test func theRunningProgramIsScheduled() throws {
        let program = try #require(realpath(Program.path, nil))
        defer { free(program) }
        let run = try Program.run(["schedule", "--cron"])
        #expect(run.output.contains(" root \(String(cString: program)) sample --quiet "))
    }

    @Test func theEngineAndTheStoreOfTheEnvironment() throws {
        let environment = [
            "DOCKER_HOST": "unix:///srv/the engine/100%.sock", "RIGHTSIZE_STORE": "/srv/a/../b.db",
        ]
        let cron = try schedule("--cron", environment: environment)
        #expect(
            cron.output.hasSuffix(
                #"""

                * * * * * root /usr/bin/rightsize sample --quiet --engine 'unix:///srv/the engine/100\%.sock' --store /srv/b.db

                """#), "\(cron.output)")
        let units = directives(try schedule("--systemd", environment: environment).output)
        #expect(
            units.contains(
                #"ExecStart=/usr/bin/rightsize sample --quiet --engine "unix:///srv/the engine/100%%.sock" --store /srv/b.db"#
            ))
        #expect(units.contains("ReadWritePaths=/srv"))
        #expect(!units.contains { $0.hasPrefix("StateDirectory=") })
    }

    /// What a person's settings name, the scheduled run does not see: it is told.
    @Test(
        arguments: [
            ([], nil, ""),
            (["--no-engine"], "unix:///run/host.sock", " --no-engine"),
            (["--engine", "unix:///run/a.sock"], "unix:///b", " --engine unix:///run/a.sock"),
            ([], "unix:///run/host.sock", " --engine unix:///run/host.sock"),
            ([], "context", " --engine unix:///run/build/docker.sock"),
        ] as [([String], String?, String)])
    func theEngineThatThePersonMeans(
        arguments: [String], host: String?, words: String
    ) throws {
        let home = try TemporaryDirectory()
        try home.write("/.docker/config.json", Array(#"{"currentContext":"build"}"#.utf8))
        try home.write(
            "/.docker/contexts/meta/aa/meta.json",
            Array(
                #"{"Name":"build","Endpoints":{"docker":{"Host":"unix:///run/build/docker.sock"}}}"#
                    .utf8))
        var environment = ["HOME": home.path]
        switch host {
        case nil: environment["DOCKER_CONTEXT"] = "default"
        case "context": break
        case .some(let host): environment["DOCKER_HOST"] = host
        }
        let command = "/usr/bin/rightsize sample --quiet\(words) --store /s.db"
        let options = ["--store", "/s.db", "--binary", "/usr/bin/rightsize"] + arguments
        let cron = try Program.run(["schedule", "--cron"] + options, environment: environment)
        #expect(cron.errors == "")
        #expect(cron.output.hasSuffix("\n* * * * * root \(command)\n"), "\(cron.output)")
        let units = try Program.run(["schedule", "--systemd"] + options, environment: environment)
        #expect(directives(units.output).contains("ExecStart=\(command)"[...]))
    }

    @Test(arguments: ["schedule --cron", "sample"])
    func anEngineAndNoEngine(command: String) throws {
        let run = try Program.run(
            command.split(separator: " ").map(String.init)
                + ["--engine", "unix:///a", "--no-engine"])
        #expect(run.code == 64)
        #expect(run.errors.hasPrefix("Error: --engine and --no-engine exclude each other\n"))
    }

    /// What is confined away must not be what is used.
    @Test(
        arguments: [
            (["--store", "/var/lib/a/b/s.db"], nil, ["StateDirectory=a/b", "ProtectHome=yes"]),
            (["--store", "/var/lib/s.db"], nil, ["ReadWritePaths=/var/lib"]),
            (
                ["--store", "/home/ann/s.db"], nil,
                ["ReadWritePaths=/home/ann", "ProtectHome=read-only", "PrivateTmp=yes"]
            ),
            (["--binary", "/root/bin/rightsize"], nil, ["ProtectHome=read-only"]),
            (["--store", "/var/tmp/r/s.db"], nil, ["PrivateTmp=no", "ReadWritePaths=/var/tmp/r"]),
            (
                [], "unix:///run/user/4294967/docker.sock",
                [
                    "ExecStart=/usr/bin/rightsize sample --quiet --engine "
                        + "unix:///run/user/4294967/docker.sock --store /var/lib/rightsize/store.db",
                    "User=4294967",
                    "ProtectHome=read-only", "StateDirectory=rightsize",
                ]
            ),
        ] as [([String], String?, [String])])
    func whatIsUsedIsNotHidden(arguments: [String], engine: String?, lines: [String]) throws {
        let run = try Program.run(
            ["schedule", "--systemd", "--binary", "/usr/bin/rightsize"] + arguments,
            environment: engine.map { ["DOCKER_HOST": $0] } ?? [:])
        #expect(run.code == 0)
        for line in lines { #expect(directives(run.output).contains(line[...])) }
    }

    @Test(
        arguments: [
            (
                "tcp://host:2375", "/s.db",
                "cannot use the engine address 'tcp://host:2375' of DOCKER_HOST: only Unix sockets are "
                    + "read, since the kernel files of another host are out of reach; give --engine "
                    + "unix:///PATH or set DOCKER_HOST to it, or sample without an engine with "
                    + "--no-engine"
            ),
            (
                nil, "/srv/a\nb/s.db",
                #"cannot schedule with the path "/srv/a\nb/s.db": "\n" means something else to cron "#
                    + "and systemd; use a path without it"
            ),
        ] as [(String?, String, String)])
    func whatCannotBeScheduled(engine: String?, store: String, line: String) throws {
        let run = try schedule(
            "--cron", "--store", store, environment: engine.map { ["DOCKER_HOST": $0] } ?? [:])
        #expect(run.code == 2)
        #expect(run.output == "")
        #expect(run.errors == "rightsize: \(line)\n")
    }

    // MARK: Installing

    private static let units = ["service", "timer"].map {
        "/etc/systemd/system/rightsize-sample.\($0)"
    }

    /// Runs `body` with the path of a machine's root that has what a schedule needs.
    private func withRoot(_ body: (String) throws -> Void) throws {
        let root = try TemporaryDirectory()
        try root.write("/etc/cron.d/.placeholder", [])
        try root.write("/etc/systemd/system/.placeholder", [])
        try root.write("/usr/bin/rightsize", [])
        try withExtendedLifetime(root) { try body(root.path) }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try readFile(path), as: UTF8.self)
    }

    @Test func unitsAreInstalled() throws {
        try withRoot { root in
            let start =
                "start it with: systemctl daemon-reload && systemctl enable --now "
                + "rightsize-sample.timer\n"
            for (every, words) in [
                ("5m", ["wrote", "wrote"]), ("1m", ["unchanged", "replaced"]),
                ("1m", ["unchanged", "unchanged"]),
            ] {
                let run = try schedule("--systemd", "--install", "--root", root, "--every", every)
                #expect(run.code == 0)
                #expect(run.errors == "")
                let done = zip(words, Self.units).map { "\($0) \(root)\($1)\n" }.joined()
                #expect(run.output == done + start)
            }
            #expect(try Self.units.map { try text(root + $0) } == [Self.service, Self.timer])
            var status = stat()
            #expect(stat(root + Self.units[0], &status) == 0 && status.st_mode & 0o7777 == 0o644)
            // No temporary file is left.
            let left = try Program.run(
                ["-A", root + "/etc/systemd/system"], program: "/bin/ls")
            #expect(
                left.output == ".placeholder\nrightsize-sample.service\nrightsize-sample.timer\n")
        }
    }

    @Test func aCronFileIsInstalledOverNothingButItself() throws {
        try withRoot { root in
            let path = root + "/etc/cron.d/rightsize-sample"
            let run = try schedule("--cron", "--install", "--root", root)
            #expect(
                run.output
                    == "wrote \(path)\ncron reads it within a minute: nothing else is to be done\n")
            #expect(run.errors == "")
            #expect(try text(path) == Self.cronFile)
            let both = try schedule("--systemd", "--install", "--root", root)
            #expect(both.code == 0)
            #expect(both.errors == "rightsize: \(path) samples too: remove one of the two\n")
        }
    }

    @Test func aProgramThatIsNotThereIsTold() throws {
        try withRoot { root in
            let run = try Program.run([
                "schedule", "--cron", "--install", "--root", root, "--binary",
                "/opt/nowhere/rightsize",
            ])
            #expect(run.code == 0)
            #expect(
                run.errors
                    == "rightsize: there is no /opt/nowhere/rightsize yet: put the program there first\n"
            )
        }
    }

    @Test func whatAPersonWroteIsLeftAlone() throws {
        try withRoot { root in
            let path = root + Self.units[1]
            let own = Array("[Timer]\nOnCalendar=hourly\n".utf8)
            let line =
                "rightsize: \(path) was not written by rightsize and is left as it is: move it away, "
                + "or run without --install and copy the text\n"
            try writeFile(path, own)
            let run = try schedule("--systemd", "--install", "--root", root)
            #expect((run.code, run.output, run.errors) == (2, "", line))
            #expect(try readFile(path) == own)
            // Neither was the other file written.
            #expect(access(root + Self.units[0], F_OK) != 0)
            // A masked unit stays masked.
            unlink(path)
            symlink("/dev/null", path)
            let masked = try schedule("--systemd", "--install", "--root", root)
            #expect((masked.code, masked.errors) == (2, line))
        }
    }

    @Test func aPlaceThatCannotBeWritten() throws {
        // Not even root may make files in /proc.
        for root in ["/nowhere", "/proc/self"] {
            let run = try schedule("--cron", "--install", "--root", root)
            #expect((run.code, run.output) == (2, ""))
            #expect(
                run.errors
                    == "rightsize: cannot write \(root)/etc/cron.d/rightsize-sample: No such file or "
                    + "directory; its directory is missing; is this kind of schedule in use here?\n"
            )
        }
    }

    // MARK: As systemd sees it

    private static let analyze = "/usr/bin/systemd-analyze"

    @Test(
        .enabled(if: access(analyze, X_OK) == 0, "systemd-analyze checks the units"),
        arguments: ["1m", "10s", "90s", "1.5s", "6h", "1d", "2d"])
    func systemdAcceptsTheUnits(every: String) throws {
        try withRoot { root in
            let made = try Program.run(
                ["schedule", "--systemd", "--install", "--root", root, "--every", every],
                environment: ["DOCKER_HOST": "unix:///srv/the engine/100%.sock"])
            #expect(made.code == 0)
            let files = Self.units.map { root + $0 }
            let run = try Program.run(["verify", "--man=no"] + files, program: Self.analyze)
            #expect((run.code, run.output, run.errors) == (0, "", ""))
        }
    }

    /// What is given away on top would have to be argued for: 1.0 of 10 is what reading as root takes.
    @Test(.enabled(if: access(analyze, X_OK) == 0, "systemd-analyze rates the units"))
    func systemdRatesTheServiceSafe() throws {
        try withRoot { root in
            #expect(try schedule("--systemd", "--install", "--root", root).code == 0)
            let run = try Program.run(
                [
                    "security", "--offline=yes", "--no-pager", "--threshold=10",
                    root + Self.units[0],
                ],
                program: Self.analyze)
            #expect(run.code == 0, "\(run.output)")
        }
    }
}

/// The whole texts of the default schedule.
extension ScheduleTests {
    static let cronFile = """
        # /etc/cron.d/rightsize-sample
        # Written by 'rightsize schedule --cron'. Every 1m one sample of each container is stored; a run that
        # finds another still at work leaves. In a crontab of your own, leave out the user "root".
        * * * * * root /usr/bin/rightsize sample --quiet --store /var/lib/rightsize/store.db

        """

    static let service = """
        # /etc/systemd/system/rightsize-sample.service
        # Written by 'rightsize schedule --systemd', which replaces this file: keep changes of your own in
        # a drop-in, with 'systemctl edit rightsize-sample.service'.

        [Unit]
        Description=rightsize: one sample of every container
        After=docker.service podman.socket
        # The timer alone decides how often.
        StartLimitIntervalSec=0

        [Service]
        Type=oneshot
        ExecStart=/usr/bin/rightsize sample --quiet --store /var/lib/rightsize/store.db
        TimeoutStartSec=30s
        # Only what goes wrong is worth a line in the journal: neither each start nor each end.
        SyslogLevel=warning
        LogLevelMax=notice

        # Not in the way of what is measured, and the first to go when memory is short. No idle class
        # for its disk access: a busy host is just the one to be seen.
        Nice=10
        IOSchedulingClass=best-effort
        IOSchedulingPriority=7
        CPUQuota=20%
        MemoryMax=128M
        TasksMax=16
        OOMScoreAdjust=500

        # Root, as the owner of the engine's socket, with no capability of root's. The group docker
        # would be root by another name, and Podman's socket knows no group.
        User=root
        CapabilityBoundingSet=
        NoNewPrivileges=yes

        # Writes the store and nothing else.
        StateDirectory=rightsize
        UMask=0027
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        PrivateMounts=yes

        # No network. The engine's socket is a file and stays in reach.
        PrivateNetwork=yes
        RestrictAddressFamilies=AF_UNIX
        IPAddressDeny=any

        # Control groups and kernel settings are read, never changed. Left out, since it would hide
        # what is read: ProtectProc= and ProcSubset= (/proc/PID/cgroup of every container, /proc/stat),
        # PrivateUsers= (the owner of the socket). Where /proc is mounted with hidepid=, add
        # CapabilityBoundingSet=CAP_SYS_PTRACE.
        ProtectControlGroups=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectKernelLogs=yes
        ProtectClock=yes
        ProtectHostname=yes

        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        KeyringMode=private
        # A refused call fails, as without the right to it: SQLite tries fchown when it is root.
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged @resources
        SystemCallErrorNumber=EPERM

        """

    static let timer = """
        # /etc/systemd/system/rightsize-sample.timer
        # Written by 'rightsize schedule --systemd', which replaces this file: keep changes of your own in
        # a drop-in, with 'systemctl edit rightsize-sample.timer'.

        [Unit]
        Description=rightsize: a sample every 1m

        [Timer]
        OnCalendar=*-*-* *:*:00
        AccuracySec=100ms
        # A missed run is a gap in the record. Made up for later, it would be one still.
        Persistent=no

        [Install]
        WantedBy=timers.target

        """
}
