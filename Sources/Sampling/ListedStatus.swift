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
        var text = text
        guard let status = text.withUTF8({ Self.read(TextFields($0, separator: .blank)) })
        else { return nil }
        self = status
    }

    private init(_ ageSecondsMin: Int64, _ health: ContainerHealth) {
        self.ageSecondsMin = ageSecondsMin
        self.health = health
    }

    private static func read(_ text: TextFields) -> ListedStatus? {
        var words = text
        guard let verb = words.next() else { return nil }
        if "Up" ~= verb {
            guard let age = secondsMin(&words), let health = health(&words) else { return nil }
            return ListedStatus(age, health)
        }
        guard "Exited" ~= verb,
            words.next()?.first == UInt8(ascii: "("), let age = secondsMin(&words),
            let last = words.next(), "ago" ~= last, words.next() == nil
        else { return nil }
        return ListedStatus(age, .none)
    }

    /// What stands behind the age.
    private static func health(_ words: inout TextFields) -> ContainerHealth? {
        guard let note = words.next() else { return ContainerHealth.none }
        let health: ContainerHealth
        switch note {
        case "(Paused)": health = .none
        case "(healthy)": health = .healthy
        case "(unhealthy)": health = .unhealthy
        case "(health:":
            guard let state = words.next(), "starting)" ~= state else { return nil }
            health = .starting
        default: return nil
        }
        return words.next() == nil ? health : nil
    }

    /// go-units rounds hours to the nearest and everything else down; days and more are made of hours.
    private static func secondsMin(_ words: inout TextFields) -> Int64? {
        guard let first = words.next(), let second = words.next() else { return nil }
        switch (first, second) {
        case ("Less", "than"):
            guard let a = words.next(), "a" ~= a, let unit = words.next(), "second" ~= unit
            else { return nil }
            return 0
        case ("About", "a"): return words.next().flatMap { "minute" ~= $0 ? 60 : nil }
        case ("About", "an"): return words.next().flatMap { "hour" ~= $0 ? 3600 : nil }
        default: break
        }
        guard let count = TextFields.integer(first), (1...100_000).contains(count) else {
            return nil
        }
        let halfAnHour: Int64 = 1800
        switch second {
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

private func ~= (pattern: StaticString, word: UnsafeBufferPointer<UInt8>) -> Bool {
    KernelFileScanner.matches(word, pattern)
}
