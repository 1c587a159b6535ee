// What every instruction set's vectors share.

/// 32-bit values in one vector.
@inline(__always) var wordLaneCount: Int { 2 &* laneCount }

@inline(__always) func load(_ source: UnsafePointer<Double>) -> Lanes {
    UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
}

@inline(__always) func load(_ source: UnsafeMutablePointer<Double>) -> Lanes {
    UnsafeRawPointer(source).loadUnaligned(as: Lanes.self)
}

@inline(__always) func store(_ values: Lanes, to target: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(target).storeBytes(of: values, as: Lanes.self)
}

@inline(__always) func smallest(of lanes: Lanes) -> Double {
    var result = lanes[0]
    var lane = 1
    while lane < laneCount {
        if lanes[lane] < result { result = lanes[lane] }
        lane &+= 1
    }
    return result
}

@inline(__always) func largest(of lanes: Lanes) -> Double {
    var result = lanes[0]
    var lane = 1
    while lane < laneCount {
        if lanes[lane] > result { result = lanes[lane] }
        lane &+= 1
    }
    return result
}

@inline(__always) func total(of lanes: Lanes) -> Double {
    var result = lanes[0]
    var lane = 1
    while lane < laneCount {
        result += lanes[lane]
        lane &+= 1
    }
    return result
}
