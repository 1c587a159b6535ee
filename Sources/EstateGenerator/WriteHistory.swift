import Measures
import Storing

/// Writes a simulation into a new store at `path`, which must not exist.
func writeHistory(_ simulation: Simulation, to path: String) throws(StoreError) {
    let store = try SampleStore(path: path, access: .readWrite)
    try simulation.run { (tick, _) throws(StoreError) in try store.append(tick) }
    try store.compact(keeping: 0)
    try store.consolidate()
}
