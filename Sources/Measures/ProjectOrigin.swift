/// Where a Compose project was started from, as Compose labels its containers.
package struct ProjectOrigin: Hashable, Sendable {
    package var project: String
    /// Its directory (`working_dir`); nil where the label is missing.
    package var directory: String?
    /// The paths of its files (`config_files`), with commas between them; nil where the label is missing.
    package var files: String?

    package init(project: String, directory: String?, files: String?) {
        self.project = project
        self.directory = directory
        self.files = files
    }
}

extension ProjectOrigin: Comparable {
    package static func < (left: ProjectOrigin, right: ProjectOrigin) -> Bool {
        (left.project, left.directory ?? "", left.files ?? "")
            < (right.project, right.directory ?? "", right.files ?? "")
    }
}
