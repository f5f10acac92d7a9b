/// A `datetime.timezone`.
final class ZoneObject: ForeignObject {
    let zone: FixedZone

    init(_ zone: FixedZone, _ heap: Heap) {
        self.zone = zone
        super.init(.timezone, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { try zone.repr(machine.meter) }
    override func str(_ machine: Machine) throws(EngineError) -> String { zone.text.string }
    override func hash(_ meter: Meter) throws(EngineError) -> Int {
        Int(truncatingIfNeeded: zone.offset.total)
    }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.timezone, as: ZoneObject.self).map { $0.zone == zone }
    }

    static let table: [String: NativeMethod] = [
        "utcoffset": { machine, value, arguments throws(EngineError) in
            .object(DeltaObject(value.object(.timezone, as: ZoneObject.self)!.zone.offset, machine.heap))
        },
        "tzname": { machine, value, arguments throws(EngineError) in
            try machine.string(value.object(.timezone, as: ZoneObject.self)!.zone.text)
        },
    ]
}
