import Measures

/// What an engine's list says in words of one container: `Up 3 hours (healthy)`,
/// `Exited (137) 2 minutes ago`. Docker and Podman both spell the time with go-units' `HumanDuration`.
struct ListedStatus: Equatable {
    /// The container started, or exited, at least this long before the list was made.
    var ageSecondsMin: Int64
    /// `none` where the text names no health.
    var health: ContainerHealth

    /// Nil for any other text: what is not understood is asked for.
    init?(_ text: String) {
        var words = text.split(separator: " ")[...]
        switch words.popFirst() {
        case "Up": break
        case "Exited":
            guard words.popFirst()?.hasPrefix("(") == true, words.popLast() == "ago" else {
                return nil
            }
        default: return nil
        }
        health = .none
        if let note = words.firstIndex(where: { $0.hasPrefix("(") }) {
            switch words[note...].joined(separator: " ") {
            case "(Paused)": break
            case "(health: starting)": health = .starting
            case "(healthy)": health = .healthy
            case "(unhealthy)": health = .unhealthy
            default: return nil
            }
            words = words[..<note]
        }
        guard let age = Self.secondsMin(words.joined(separator: " ")) else { return nil }
        ageSecondsMin = age
    }

    /// go-units rounds hours to the nearest and everything else down; days and more are made of hours.
    private static func secondsMin(_ phrase: String) -> Int64? {
        switch phrase {
        case "Less than a second": return 0
        case "About a minute": return 60
        case "About an hour": return 3600
        default: break
        }
        let words = phrase.split(separator: " ")
        guard words.count == 2, let count = Int64(words[0]), (1...100_000).contains(count) else {
            return nil
        }
        let halfAnHour: Int64 = 1800
        switch words[1] {
        case "second", "seconds": return count
        case "minutes": return count * 60
        case "hours": return count * 3600 - halfAnHour
        case "days": return count * 86_400 - halfAnHour
        case "weeks": return count * 7 * 86_400 - halfAnHour
        case "months": return count * 30 * 86_400 - halfAnHour
        case "years": return count * 365 * 86_400 - halfAnHour
        default: return nil
        }
    }
}
