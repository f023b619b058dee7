import LockcheckTrace
import Testing

@testable import LockcheckFindings

@Suite struct `Programs that are recorded as they are` {
  private static let runtime = "/opt/lockcheck/libLockcheckRuntime.so"

  private static func frame(_ function: String?, _ module: String = "/home/ann/bank") -> Frame {
    Frame(
      function: function, file: function.map { _ in "bank.c" }, line: function.map { _ in 3 },
      module: module, address: 0x5000, offset: 0x11f9)
  }

  /// What every thread of such a program begins with.
  private static let start = [
    frame("Threads.Start.run()", runtime), frame("closure #1 in Threads.create", runtime),
    Frame(function: "start_thread", module: "/lib/libc.so.6", address: 7, offset: 7),
  ]

  private func names(_ frames: [Frame], of lock: ObjectDetails? = nil) -> (String, String) {
    var sample = Sample()
    let thread = sample.thread(nil)
    sample.tables.frames = TableRows(frames)
    sample.tables.stacks = [CallStack(frames.indices.map { FrameID($0) })]
    let object = sample.tables.objects.append(kind: .lock, stack: StackID(0), details: lock)
    let finding = Finding(
      .lockLeak, .observed, .leaked,
      steps: [sample.step(.acquire, thread, object, at: StackID(0), event: 0)])
    let cast = sample.report([finding]).findings[0].cast
    return (cast.threads[0], cast.objects[0])
  }

  @Test func `have nothing of the recorder and of the start of threads in their stacks`() {
    #expect(([Self.frame("work")] + Self.start).telling == [Self.frame("work")])
    #expect(([Self.frame(nil)] + Self.start).telling == [Self.frame(nil)])
    // Unless there is nothing else.
    #expect(Self.start.telling == Self.start)
  }

  @Test func `have threads that are called by what they run`() {
    let inner = [Self.frame("work"), Self.frame("main_loop")]
    #expect(names(inner + Self.start).0 == "T0 (main_loop)")
    #expect(names([Self.frame(nil)] + Self.start).0 == "T0")
    // Who knows what called this.
    #expect(names([Self.frame("work")]).0 == "T0")
  }

  @Test func `have locks that are called by their places, where nothing has a name`() {
    #expect(names([Self.frame(nil)] + Self.start).1 == "Lock made at bank+0x11f9")
    var details = ObjectDetails()
    details.address = 0x5555_0000_4060
    #expect(names([Self.frame("init")] + Self.start, of: details).1 == "Lock made at bank.c:3")
    details.module = "/home/ann/bank"
    details.offset = 0x4060
    #expect(names([Self.frame("init")] + Self.start, of: details).1 == "Lock at bank+0x4060")
    #expect(names(Self.start).1 == "L0")
  }

  @Test func `have static locks that are like no other`() {
    var tables = TraceTables()
    tables.frames = [Self.frame("lock_it")]
    tables.stacks = [CallStack([FrameID(0)])]
    var details = ObjectDetails()
    let heap = tables.objects.append(kind: .lock, stack: StackID(0), details: details)
    details.module = "/home/ann/bank"
    details.offset = 0x4060
    let data = tables.objects.append(kind: .lock, name: "A", stack: StackID(0), details: details)
    #expect(tables.lockClass(of: heap) != nil)
    #expect(tables.lockClass(of: data) == nil)
  }

  @Test func `tell static locks of one name apart`() {
    var tables = TraceTables()
    var details = ObjectDetails()
    details.module = "/home/ann/bank"
    let locks = [UInt64(0x4060), 0x40a0].map { offset in
      details.offset = offset
      return tables.objects.append(kind: .lock, name: "lock", details: details)
    }
    let signatures = Signatures(steps: [], objects: locks, tables: tables)
    #expect(signatures.instanceName(of: locks[0]) != signatures.instanceName(of: locks[1]))
    // From run to run it is the name that counts.
    #expect(tables.className(of: locks[0]) == "lock")
  }

  @Test(arguments: [
    ("worker", "worker"), ("bank::Bank::run(int) const", "bank::Bank::run"),
    ("main::{lambda()#1}::operator()() const", "lambda in main"),
    ("static Bank.run(_:)", "Bank.run"),
    ("closure #1 in top-level code", "closure #1 in top-level code"),
  ])
  func `have functions in few letters`(long: String, short: String) {
    #expect(long.shortFunction == short)
  }

  @Test(arguments: ["operator()", "", "a::very::long::name::of::a::function::of::somebody"])
  func `have no functions in few letters that say nothing or take many`(long: String) {
    #expect(long.shortFunction == nil)
  }
}
