extension ScheduleUnits {
    /// What the service may do: read the kernel's files, speak with the engine, write the store.
    var sandbox: String {
        """
        \(identity)
        CapabilityBoundingSet=
        NoNewPrivileges=yes

        # Writes the store and nothing else.
        \(writable)
        UMask=0027
        ProtectSystem=strict
        \(homes)
        \(temporary)
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
    }

    private var identity: String {
        guard run.engine != .none else {
            return """
                # Root, as the owner of the store, with no capability of root's.
                User=root
                """
        }
        guard let user = run.rootlessUser else {
            return """
                # Root, as the owner of the engine's socket, with no capability of root's. The group docker
                # would be root by another name, and Podman's socket knows no group.
                User=root
                """
        }
        return """
            # The user whose engine this is: nobody else without capabilities reaches its socket.
            User=\(user)
            """
    }

    /// A directory under /var/lib is made by systemd and given to the user; any other must be there.
    private var writable: String {
        let state = "/var/lib/"
        let name = run.storeDirectory.dropFirst(state.count)
        // A colon or a blank would start something else in StateDirectory=.
        let isState =
            run.storeDirectory.hasPrefix(state) && name != "private"
            && !name.hasPrefix("private/") && !name.contains { " :%;#".contains($0) }
        return isState
            ? "StateDirectory=\(name)" : "ReadWritePaths=\(Self.quoted(run.storeDirectory))"
    }

    private var homes: String {
        guard run.needs(["/home", "/root", "/run/user", "/var/run/user"]) else {
            return "ProtectHome=yes"
        }
        return "# What is used lies in a home directory, or in /run/user.\nProtectHome=read-only"
    }

    private var temporary: String {
        guard run.needs(["/tmp", "/var/tmp"]) else { return "PrivateTmp=yes" }
        return "# What is used lies in a directory for temporary files.\nPrivateTmp=no"
    }
}
