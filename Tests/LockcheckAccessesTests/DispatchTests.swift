import Testing

/// Cases of `dispatch.swift` in which a mechanism of Dispatch's guards data, and can be gone without.
private let guarded = [
  "sync", "async", "async-after", "async-and-wait", "readers", "targets", "suspended", "main-queue",
  "group", "group-notify", "semaphore", "once", "item-wait", "item-notify", "concurrent-perform",
  "source", "timers", "descriptors", "input-and-output",
]

private let alwaysGuarded = [
  "async-in-turn", "barrier-items", "item-cancel", "apply-on-queue", "sync-ordered",
  "mixed-ordered", "semaphore-ordered", "group-outside-lock", "barrier-ordered", "sync-within",
]

@Suite(.serialized) struct `What Dispatch guards, compiled with access instrumentation` {
  private static let program = Result {
    try InstrumentedProgram(
      "../../LockcheckInterposeTests/Programs/dispatch.swift", definitions: [])
  }

  @Test(arguments: guarded + alwaysGuarded)
  func `is left in peace`(name: String) throws {
    let found = try Self.program.get().findings([name], isPreloaded: true)
    #expect(found.filter { !$0.hasSuffix(" possible") } == [])
  }

  @Test(arguments: guarded)
  func `is a race where somebody does not wait for it`(name: String) throws {
    let found = try Self.program.get().findings([name, "raced"], isPreloaded: true)
    #expect(found.contains("data-race observed"))
  }

  /// By a trap, in whose handler Swift's runtime does what is recorded, too.
  @Test(arguments: ["sync-itself", "sync-itself-within"])
  func `is waited for in vain on the same queue, and Dispatch ends that`(name: String) throws {
    let found = try Self.program.get().findings([name], isPreloaded: true, crashes: true)
    #expect(found.contains("self-deadlock observed"))
  }
}

@Suite struct `A predicate of Dispatch's that the program looks at by itself` {
  private static let program = Result { try InstrumentedProgram("once.c", usesDispatch: true) }

  @Test func `says that what is done once is done`() throws {
    #expect(try Self.program.get().findings([], isPreloaded: true) == [])
  }

  @Test func `says nothing to who does not look at it`() throws {
    #expect(
      try Self.program.get().findings(["raced"], isPreloaded: true).contains("data-race observed"))
  }
}
