import LockcheckCodecs
import LockcheckTrace
import Testing

/// A trace with something of everything, drawn by a seed. Every row has a number, so that reading
/// what was written gives the very same tables.
func randomTrace(_ seed: UInt64, events count: Int = 60) -> Trace {
  var random = Seeded(seed)
  var trace = Trace()
  func chance(_ random: inout Seeded, _ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }
  let texts = ["a", "fork[0]", "é\"\\\n\t\u{1}😀", "a name that is longer than eight bytes", ""]
  if chance(&random, 50) {
    trace.header.process = .init(pid: 42, executable: "run", arguments: [texts[2], "-x"])
  }
  if chance(&random, 50) { trace.header.accessOrder = .approximate }
  if chance(&random, 50) { trace.header.hasExactAtomics = true }
  if chance(&random, 50) { trace.header.omitsValues = true }
  if chance(&random, 50) { trace.header.droppedEvents = .max - 1 }
  for index in 0..<4 {
    trace.tables.threads.append(
      ThreadRow(
        name: chance(&random, 70) ? "thread \(index)" : nil,
        kind: chance(&random, 30) ? "task" : nil,
        externalID: index == 3 ? .max : Int64(index) * 1000 - 1))
  }
  for index in 0..<4 {
    trace.tables.frames.append(
      Frame(
        function: chance(&random, 60) ? texts[index] : nil,
        file: chance(&random, 60) ? "f.swift" : nil,
        line: chance(&random, 60) ? index : nil, module: chance(&random, 50) ? "m" : nil,
        address: chance(&random, 50) ? .max : nil, offset: chance(&random, 50) ? 16 : nil,
        buildID: chance(&random, 50) ? "c0ffee" : nil, externalID: Int64(index) + 7))
  }
  for length in 0..<4 {
    trace.tables.stacks.append(CallStack((0..<length).map { FrameID($0) }))
  }
  for (index, kind) in ObjectKind.allCases.enumerated() {
    var details = ObjectDetails()
    details.externalID = Int64(index * index) * 1_000_000
    if chance(&random, 50) { details.value = 3 }
    if chance(&random, 50) { details.bound = 5 }
    if chance(&random, 50) { details.capacity = 0 }
    if chance(&random, 50) { details.parties = 2 }
    if chance(&random, 50) { details.preference = .unknown }
    if chance(&random, 50) { details.handover = false }
    if chance(&random, 50) { details.lock = ObjectID(1) }
    if chance(&random, 30) { details.workers = 4 }
    if chance(&random, 30) { details.pool = ObjectID(index) }
    if chance(&random, 30) { details.order = QueueOrder.allCases.randomElement(using: &random)! }
    if chance(&random, 30) { details.declaredClass = texts.randomElement(using: &random)! }
    if chance(&random, 30) { details.level = UInt64.random(in: 0 ..< .max, using: &random) }
    if chance(&random, 30) { details.address = 0x7fff_0000_1000 }
    if chance(&random, 30) { details.module = texts.randomElement(using: &random)! }
    if chance(&random, 30) { details.offset = UInt64.random(in: 0 ..< .max, using: &random) }
    if chance(&random, 30) { details.buildID = "c0ffee" }
    _ = trace.tables.objects.append(
      kind: kind, name: chance(&random, 70) ? "object \(index)" : nil,
      stack: chance(&random, 50) ? StackID(Int.random(in: 0..<4, using: &random)) : .absent,
      details: details)
  }
  let possible = Operation.allCases.flatMap { operation in
    ObjectKind.allCases.enumerated().compactMap { index, kind -> (Operation, Int)? in
      operation.namesObject ? (kind.allows(operation) ? (operation, index) : nil) : (operation, 1)
    }
  }.filter { $0.1 != 0 }
  for _ in 0..<count {
    let (operation, object) = possible.randomElement(using: &random)!
    var event = Event(
      operation, by: ThreadID(Int.random(in: 0..<4, using: &random)),
      on: operation.namesObject ? ObjectID(object) : .absent,
      at: chance(&random, 50) ? StackID(Int.random(in: 0..<4, using: &random)) : .absent)
    if operation.namesThread { event.child = ThreadID(Int.random(in: 0..<4, using: &random)) }
    if operation == .acquire, chance(&random, 20) {
      event.holder = ThreadID(Int.random(in: 0..<4, using: &random))
    }
    if operation == .wait || operation == .notify, chance(&random, 50) { event.lock = ObjectID(1) }
    if operation == .refused {
      if chance(&random, 50) { event.lock = ObjectID(Int.random(in: 1..<9, using: &random)) }
      event.refusal = Refusal(
        LibraryCall.allCases.randomElement(using: &random)!,
        LibraryError.allCases.randomElement(using: &random)!)
    }
    if trace.tables.objects.kinds[object] == .rwlock, chance(&random, 50), operation == .acquire {
      event.mode = .shared
    }
    if chance(&random, 30) { event.time = UInt64.random(in: 0 ..< .max, using: &random) }
    if chance(&random, 30) { event.isPending = true }
    if chance(&random, 30) { event.attempt = chance(&random, 50) ? .try : .timed }
    if chance(&random, 30) {
      event.result = [.timeout, .failed, .error].randomElement(using: &random)!
    }
    switch operation {
    case .acquire, .release, .notify, .put, .get, .read, .write, .atomicRead, .atomicWrite,
      .atomicUpdate:
      if chance(&random, 50) { event.count = UInt64.random(in: 0 ... .max - 1, using: &random) }
    default: break
    }
    trace.events.append(event)
  }
  return trace
}

@Suite struct `A random trace` {
  @Test(arguments: 0..<150 as Range<UInt64>)
  func `comes back from JSON and lines as it was`(seed: UInt64) throws {
    let trace = randomTrace(seed)
    for form in [JSONTraceEncoder.Form.document, .documentWithTablesLast, .lines] {
      let bytes = try json(trace, form)
      for portion in [Int.max, 5] {
        let reading = Reading(bytes, form == .lines ? .ndjson : .json, portion: portion)
        #expect(reading.error == nil, "seed \(seed), \(form)")
        #expect(reading.trace.events == trace.events, "seed \(seed), \(form)")
        #expect(reading.trace.tables.threads == trace.tables.threads, "seed \(seed), \(form)")
        #expect(reading.trace.header == trace.header, "seed \(seed), \(form)")
        #expect(try json(reading.trace, form) == bytes, "seed \(seed), \(form)")
        #expect(reading.trace.tables.objects.kinds == trace.tables.objects.kinds)
        #expect(reading.trace.tables.objects.details == trace.tables.objects.details)
        #expect(reading.trace.tables.stacks.map(\.frames.count) == [0, 1, 2, 3])
      }
    }
  }

  @Test(arguments: 0..<600 as Range<UInt64>)
  func `damaged at random ends in events or an error`(seed: UInt64) throws {
    var random = Seeded(seed)
    let trace = randomTrace(seed % 7, events: 12)
    let stdText =
      "T0|fork(12)|a:1 f\nT12|acq(L)|2\r\nT12|req(M)|x\nT12|rel(L)|\nT0|join(12)|3\nT0|begin|\n"
    let sources: [(TraceFormat, [UInt8])] = [
      (.json, try json(trace)), (.json, try json(trace, .documentWithTablesLast)),
      (.ndjson, try json(trace, .lines)), (.std, Array(stdText.utf8)),
    ]
    let alphabet = Array("{}[]\",:\\|()0-9.eutfn \n\r\t\u{0}".utf8) + [0xFF, 0xC3, 0x80]
    for (format, bytes) in sources {
      for _ in 0..<4 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !damaged.isEmpty {
          let place = Int.random(in: 0..<damaged.count, using: &random)
          switch Int.random(in: 0..<5, using: &random) {
          case 0: damaged[place] = alphabet.randomElement(using: &random)!
          case 1: damaged.remove(at: place)
          case 2: damaged.insert(alphabet.randomElement(using: &random)!, at: place)
          case 3: damaged.removeSubrange(place...)
          default:
            let end = Int.random(in: place..<damaged.count, using: &random)
            damaged.insert(contentsOf: damaged[place...end], at: place)
          }
        }
        let recovering = Bool.random(using: &random)
        let whole = Reading(damaged, format, recovering: recovering)
        let portion = Int.random(in: 1...7, using: &random)
        let canRewind = Bool.random(using: &random)
        let pieces = Reading(
          damaged, format, portion: portion, recovering: recovering, canRewind: canRewind)
        let isSame = whole == pieces
        #expect(
          isSame,
          """
          seed \(seed), \(format), by \(portion), \(canRewind): \(whole.summary), but in pieces \
          \(pieces.summary)
          """)
      }
    }
  }
}
