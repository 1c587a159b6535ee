import Columns
import Fuzzing

@main
struct FuzzColumns {
    static func main() { fuzz { _ in } }
}
