import Testing

/// What is to be told of `table.swift` for one kind of lock.
struct KindOfLock: Sendable, CustomTestStringConvertible {
  var name: String
  /// How sure an inverted order is that was recorded without accesses; nil where the lock is not seen.
  var inversion: String?

  var testDescription: String { name }
}

private let kinds = [
  KindOfLock(name: "pthread", inversion: "predicted"),
  KindOfLock(name: "nslock", inversion: "predicted"),
  // It takes a free lock without a call.
  KindOfLock(name: "mutex", inversion: nil),
  KindOfLock(name: "queue", inversion: "predicted"),
  // Anybody could signal.
  KindOfLock(name: "semaphore", inversion: "possible"),
]

@Suite struct `A Swift program with one kind of lock` {
  @Test func `compiled with access instrumentation shows its race and its order, and nothing else`()
    throws
  {
    let built = try InstrumentedProgram("table.swift")
    defer { built.remove() }
    for kind in kinds {
      #expect(try built.findingsUnderRun([kind.name, "counter"]) == [], "\(kind.name)")
      #expect(try built.findingsUnderRun([kind.name, "ordered"]) == [], "\(kind.name)")
      let races = try built.findingsUnderRun([kind.name, "race"])
      #expect(
        !races.isEmpty && races.allSatisfy { $0.hasPrefix("data-race ") }, "\(kind.name): \(races)")
      let orders = try built.findingsUnderRun([kind.name, "inverted"])
      #expect(orders.map { $0.prefix(16) } == ["lock-order-cycle"], "\(kind.name): \(orders)")
    }
  }

  @Test func `recorded as it is shows its order`() throws {
    let built = try InstrumentedProgram("table.swift", isInstrumented: false)
    defer { built.remove() }
    for kind in kinds {
      for correct in ["counter", "ordered", "race"] {
        #expect(try built.findingsUnderRun([kind.name, correct]) == [], "\(kind.name) \(correct)")
      }
      #expect(
        try built.findingsUnderRun([kind.name, "inverted"])
          == (kind.inversion.map { ["lock-order-cycle \($0)"] } ?? []), "\(kind.name)")
    }
  }
}
