import Compose
import Glibc
import Measures

/// Which project's samples belong to a Compose file.
struct ProjectChoice {
    /// The path of the store, for errors.
    var store: String
    /// Of the store's Compose services.
    var services: Set<ServiceID>
    var origins: [ProjectOrigin]

    struct Chosen: Equatable {
        var project: String
        /// What a person should know of the choice.
        var note: String?
    }

    /// The project that `--project` names.
    func project(named name: String) throws(Failure) -> String {
        guard known.contains(name) else { throw unknown(name) }
        return name
    }

    /// The project that was started from the file, else the one that Compose would name so, else one that
    /// was started in the file's directory, else the only one with a service of such a name.
    /// - Parameter named: the file's own `name:`.
    func project(
        ofFile path: String, named: String?, services: Set<String>
    ) throws(Failure) -> Chosen {
        let name = named ?? ComposeProject.name(ofDirectoryOf: path)
        let byFile = projects { $0.names(file: path) }
        if let chosen = try only(byFile, name, path) { return Chosen(project: chosen) }
        let byDirectory = projects { $0.isIn(directoryOf: path) }
        let isElsewhere = origins.contains { $0.project == name } && !byDirectory.contains(name)
        if known.contains(name), !isElsewhere { return Chosen(project: name) }
        if let chosen = try only(byDirectory, name, path) { return Chosen(project: chosen) }
        // Started elsewhere, or before origins were recorded, perhaps under another name (-p,
        // COMPOSE_PROJECT_NAME): that is unmistakable if only one fits.
        let fitting = Set(
            self.services.filter { services.contains($0.service) }.compactMap(\.project))
        guard
            let chosen = known.contains(name)
                ? name : named == nil && fitting.count == 1 ? fitting.first : nil
        else { throw unknown(name) }
        let isPlaced = origins.contains { $0.project == chosen }
        return Chosen(
            project: chosen,
            note: isPlaced
                ? "\(path) is taken for that of the project \(candidates([chosen]))" : nil)
    }

    // MARK: Parts

    private var known: Set<String> { Set(services.compactMap(\.project)) }

    private func projects(where isWanted: (ProjectOrigin) -> Bool) -> Set<String> {
        Set(origins.filter(isWanted).map(\.project)).intersection(known)
    }

    /// The only one of `projects`, or of several the one that has the name; nil where there is none.
    private func only(
        _ projects: Set<String>, _ name: String, _ path: String
    ) throws(Failure) -> String? {
        if projects.count < 2 || projects.contains(name) {
            return projects.contains(name) ? name : projects.first
        }
        throw Failure(
            "the store \(store) has samples of several projects that \(path) may belong to: "
                + "\(candidates(projects)); choose one with --project")
    }

    private func unknown(_ project: String) -> Failure {
        Failure(
            "the store \(store) has no samples of the project '\(project)' "
                + "(it has: \(known.isEmpty ? "none" : candidates(known))); "
                + "choose one with --project")
    }

    /// Each with where it was started, where that is known.
    private func candidates(_ projects: Set<String>) -> String {
        projects.sorted().map { project in
            let places = Set(
                origins.filter { $0.project == project }.compactMap { $0.files ?? $0.directory })
            return places.isEmpty
                ? project : "\(project) from \(places.sorted().joined(separator: " and "))"
        }.joined(separator: ", ")
    }
}

/// Compose's rules for naming a project.
enum ComposeProject {
    /// The name of the file's directory: lower case, without what a name may not hold.
    static func name(ofDirectoryOf path: String) -> String {
        let directory = HostPath.directory(of: path).split(separator: "/").last ?? ""
        let kept = directory.lowercased().unicodeScalars.filter {
            ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
        }
        return String(String.UnicodeScalarView(kept.drop { $0 == "-" || $0 == "_" }))
    }
}

extension ProjectOrigin {
    /// Whether one of its files is that of `path`. Docker Compose 1 names them as they were given to it, from
    /// its directory.
    fileprivate func names(file path: String) -> Bool {
        guard let files else { return false }
        let path = HostPath.resolved(path)
        // A comma may be part of a path: then it is all of the text.
        return ([files[...]] + files.split(separator: ",")).contains { file in
            let file = file.hasPrefix("/") ? String(file) : "\(directory ?? "")/\(file)"
            return HostPath.resolved(file) == path
        }
    }

    fileprivate func isIn(directoryOf path: String) -> Bool {
        guard let directory else { return false }
        return HostPath.resolved(directory) == HostPath.resolved(HostPath.directory(of: path))
    }
}
