import LockcheckCodecs
import LockcheckTrace

/// Splitmix64: the same seed, the same trace.
struct BinarySeed: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A trace with everything in it that the binary form has to keep.
///
/// - Parameter isEarly: Whether it has nothing in it that was added to the format after its first
///   release: the bytes of such a trace are kept.
func randomBinaryTrace(_ seed: UInt64, events: Int = 300, isEarly: Bool = false) -> Trace {
  var random = BinarySeed(seed)
  func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
  func text() -> String? {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: nil
    case 1: ""
    case 2: "größer → 🔒 \u{0}"
    case 3: String(repeating: "long ", count: Int.random(in: 0..<2000, using: &random))
    default: "name \(Int.random(in: 0..<100, using: &random))"
    }
  }
  func id() -> Int64? { chance(2) ? nil : Int64.random(in: .min ... .max, using: &random) }
  func big() -> UInt64 {
    UInt64.random(in: 0 ... .max - 1, using: &random) >> UInt64.random(in: 0..<64, using: &random)
  }
  var trace = Trace()
  if chance(2) {
    trace.header.process = TraceHeader.Process(
      pid: id(), executable: text(), arguments: (0..<3).compactMap { _ in text() })
  }
  if chance(2) { trace.header.accessOrder = .approximate }
  if !isEarly, chance(2) { trace.header.hasExactAtomics = true }
  if !isEarly, chance(2) { trace.header.omitsValues = true }
  if !isEarly, chance(2) { trace.header.droppedEvents = big() }
  for _ in 0..<Int.random(in: 1..<8, using: &random) {
    trace.tables.threads.append(ThreadRow(name: text(), kind: text(), externalID: id()))
  }
  for _ in 0..<20 {
    trace.tables.frames.append(
      Frame(
        function: text(), file: text(), line: chance(2) ? nil : Int(truncatingIfNeeded: big()),
        module: text(), address: chance(2) ? nil : big(), offset: chance(2) ? nil : big(),
        buildID: text(), externalID: id()))
  }
  for _ in 0..<10 {
    trace.tables.stacks.append(
      CallStack(
        (0..<Int.random(in: 0..<9, using: &random)).map { _ in
          FrameID(Int.random(in: 0..<20, using: &random))
        }))
  }
  for _ in 0..<12 {
    var details = ObjectDetails()
    details.externalID = id()
    if chance(3) { details.value = big() }
    if chance(3) { details.bound = big() }
    if chance(3) { details.capacity = big() }
    if chance(3) { details.parties = big() }
    if chance(3) { details.preference = .writer }
    if chance(3) { details.lock = ObjectID(Int.random(in: 0..<12, using: &random)) }
    if chance(3) { details.handover = chance(2) }
    _ = trace.tables.objects.append(
      kind: ObjectKind.allCases.prefix(10).randomElement(using: &random)!, name: text(),
      stack: chance(2) ? .absent : StackID(Int.random(in: 0..<10, using: &random)),
      details: details)
  }
  let threads = trace.tables.threads.count
  for _ in 0..<events {
    // Those of the first release; later ones come in below.
    let operation = Operation.allCases.prefix(25).randomElement(using: &random)!
    var event = Event(operation, by: ThreadID(Int.random(in: 0..<threads, using: &random)))
    if operation.namesObject && !chance(20) {
      event.object = ObjectID(Int.random(in: 0..<12, using: &random))
    }
    if !chance(3) { event.stack = StackID(Int.random(in: 0..<10, using: &random)) }
    event.isPending = chance(4)
    event.attempt = [.blocking, .try, .timed].randomElement(using: &random)!
    event.result = [.success, .timeout, .failed, .error].randomElement(using: &random)!
    event.mode = chance(3) ? .shared : .exclusive
    if operation.namesThread {
      event.child = ThreadID(Int.random(in: 0..<threads, using: &random))
    } else if chance(5) {
      let lock = ObjectID(Int.random(in: 0..<12, using: &random))
      if operation != .acquire { event.lock = lock }
    }
    if chance(3) { event.count = big() }
    if !chance(3) { event.time = big() }
    trace.events.append(event)
  }
  if !isEarly { addLaterMembers(to: &trace, seed) }
  return trace
}

/// What was added to the format after its first release.
private func addLaterMembers(to trace: inout Trace, _ seed: UInt64) {
  var random = BinarySeed(seed ^ 0x5EED)
  func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
  for index in trace.events.indices where chance(9) {
    trace.events[index].operation = .refused
    trace.events[index].object = .absent
    trace.events[index].lock =
      chance(2) ? .absent : ObjectID(Int.random(in: 0..<12, using: &random))
    trace.events[index].refusal = Refusal(
      LibraryCall.allCases.randomElement(using: &random)!,
      LibraryError.allCases.randomElement(using: &random)!)
  }
  for object in 0..<12 {
    if chance(3) { trace.tables.objects.setKind(chance(2) ? .pool : .future, of: ObjectID(object)) }
    var details = trace.tables.objects[ObjectID(object)]
    if chance(3) { details.workers = UInt64.random(in: 0 ..< .max, using: &random) }
    if chance(3) { details.pool = ObjectID(Int.random(in: 0..<12, using: &random)) }
    if chance(3) { details.order = QueueOrder.allCases.randomElement(using: &random)! }
    if chance(3) { details.level = UInt64.random(in: 0 ..< .max, using: &random) }
    if chance(3) { details.declaredClass = chance(2) ? "" : "🔒 class" }
    if chance(3) { details.address = UInt64.random(in: 0 ... .max, using: &random) }
    if chance(3) { details.module = chance(2) ? "" : "/lib/🔒.so" }
    if chance(3) { details.offset = UInt64.random(in: 0 ... .max, using: &random) }
    if chance(3) { details.buildID = "c0ffee" }
    trace.tables.objects[ObjectID(object)] = details
  }
  for place in trace.events.indices where trace.events[place].operation == .acquire && chance(3) {
    let threads = trace.tables.threads.count
    trace.events[place].holder = ThreadID(Int.random(in: 0..<threads, using: &random))
  }
}

/// The trace in the binary form, written some events at a time.
func encodeBinary(_ trace: Trace, portion: Int = .max) throws -> [UInt8] {
  let sink = MemorySink()
  var encoder = BinaryTraceEncoder(sink, header: trace.header)
  var rest = trace.events[...]
  while !rest.isEmpty {
    try encoder.write(rest.prefix(portion), tables: trace.tables)
    rest = rest.dropFirst(portion)
  }
  try encoder.finish(tables: trace.tables)
  return sink.bytes
}

func decodeBinary(
  _ bytes: [UInt8], recovering: Bool = false
) throws -> (trace: Trace, losses: [TraceLoss]) {
  var decoder = try BinaryTraceDecoder(MemoryBytes(bytes), recovering: recovering)
  var trace = Trace(header: decoder.header)
  var events: [Event] = []
  while try decoder.read(into: &events, tables: &trace.tables) { trace.events += events }
  return (trace, decoder.losses)
}
