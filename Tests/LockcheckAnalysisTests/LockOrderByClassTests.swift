import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What is found by class, against every sequence of requests there is.
@Suite struct `Lock-order cycles by class` {
  @Test(arguments: 0..<2_000 as Range<UInt64>)
  func `are those of the definition`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let program = Program(&random)
    let result = analyze(program.trace, with: [LockOrderDetector()])
    var search = try program.search(result)
    let findings = search.findings()
    let rounds = findings.map { program.round($0.steps.map(\.object)) }
    #expect(Set(rounds).count == rounds.count, "seed \(seed): one twice")
    #expect(Set(rounds) == program.rounds(told: result.findings), "seed \(seed)")
    #expect(!search.isCutShort)
    for finding in findings {
      #expect(finding.verdict == .possible && finding.missing == .byClass, "seed \(seed)")
      #expect(Set(finding.threads).count == finding.steps.count, "seed \(seed)")
    }
  }

  @Test func `of random programs have two classes, three, and one alone`() {
    var lengths: Set<Int> = []
    var isOfOne = false
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let program = Program(&random)
      for round in program.rounds(told: []) {
        lengths.insert(round.count)
        isOfOne = isOfOne || Set(round).count == 1
      }
    }
    #expect(lengths.isSuperset(of: [2, 3]))
    #expect(isOfOne)
  }

  @Test func `of ten thousand nestings in one direction cost no pairs`() throws {
    var program = Program(threads: 4, classes: [ObjectID](repeating: ObjectID(0), count: 10_001))
    for place in 0..<10_000 { program.nest([place, place + 1], by: place % 4) }
    let result = analyze(program.trace, with: [LockOrderDetector()])
    var search = try program.search(result)
    #expect(search.findings().isEmpty)
    #expect(!search.isCutShort)
  }
}

/// Sections one after the other, on locks that have classes.
private struct Program {
  var trace = Trace()
  /// By lock.
  var classes: [ObjectID]
  var declared: Set<ObjectID> = []

  init(threads: Int, classes: [ObjectID]) {
    self.classes = classes
    for place in 0..<threads { trace.tables.threads.append(ThreadRow(name: "T\(place)")) }
    for place in classes.indices {
      _ = trace.tables.objects.append(kind: .rwlock, name: "L\(place)")
    }
  }

  init(_ random: inout SeededGenerator) {
    let count = Int.random(in: 1...4, using: &random)
    self.init(
      threads: Int.random(in: 2...4, using: &random),
      classes: (0..<Int.random(in: 2...6, using: &random)).map { _ in
        ObjectID(Int.random(in: 0..<count, using: &random))
      })
    for place in 0..<count where Bool.random(using: &random) { declared.insert(ObjectID(place)) }
    let hasReaders = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 2...9, using: &random) {
      let depth = Int.random(in: 1...3, using: &random)
      let first = trace.events.count
      nest(
        Array(classes.indices.shuffled(using: &random).prefix(depth)),
        by: Int.random(in: 0..<trace.tables.threads.count, using: &random))
      let last = trace.events.count - 1
      for place in 0..<(last - first + 1) / 2 {
        if hasReaders, Bool.random(using: &random) {
          trace.events[first + place].mode = .shared
          trace.events[last - place].mode = .shared
        }
        if Int.random(in: 0..<10, using: &random) == 0 {
          trace.events[first + place].attempt = .try
        }
      }
    }
  }

  mutating func nest(_ locks: [Int], by thread: Int) {
    for lock in locks {
      trace.events.append(Event(.acquire, by: ThreadID(thread), on: ObjectID(lock)))
    }
    for lock in locks.reversed() {
      trace.events.append(Event(.release, by: ThreadID(thread), on: ObjectID(lock)))
    }
  }

  func search(_ result: AnalysisResult) throws -> LockOrderByClass {
    let requests = try #require(result.lockRequests)
    let own = Dictionary(
      uniqueKeysWithValues: requests.locks.map { ($0, classes[$0.index]) })
    return LockOrderByClass(
      MergedRun(requests: requests, lockClasses: own, threadClasses: [:]), declared: declared,
      objects: result.tables.objects)
  }

  /// The classes of these locks, begun at the smallest.
  func round(_ locks: [ObjectID]) -> [ObjectID] {
    let own = locks.map { classes[$0.index] }
    let first = own.indices.min { own[$0] < own[$1] } ?? 0
    return Array(own[first...] + own[..<first])
  }
}

// MARK: - The definition

private struct Asked: Equatable {
  var thread: ThreadID
  var lock: ObjectID
  var mode: LockMode
  var held: [HeldLock]
}

extension Program {
  private var requests: [Asked] {
    var held: [ThreadID: [HeldLock]] = [:]
    var requests: [Asked] = []
    for event in trace.events {
      if event.operation == .release {
        held[event.thread]?.removeLast()
        continue
      }
      let holding = held[event.thread] ?? []
      if !holding.isEmpty, event.attempt == .blocking {
        requests.append(
          Asked(thread: event.thread, lock: event.object, mode: event.mode, held: holding))
      }
      held[event.thread, default: []].append(
        HeldLock(object: event.object, mode: event.mode, stack: .absent))
    }
    return requests
  }

  /// The rounds of classes that some threads go, and whose locks no cycle of locks tells of.
  func rounds(told findings: [Finding]) -> Set<[ObjectID]> {
    let requests = requests
    let told = findings.map { $0.steps.map(\.object) }
    let toldRounds = Set(told.map(round))
    var found: Set<[ObjectID]> = []
    var chains = requests.map { [$0] }
    while let chain = chains.popLast() {
      let wanted = chain.map { classes[$0.lock.index] }
      if chain.count > 1, Set(wanted).count == chain.count, isCycle(chain) {
        found.insert(round(chain.map(\.lock)))
      }
      for next in requests where chain.count < 4 && canMeet(next, chain) {
        chains.append(chain + [next])
      }
    }
    found.subtract(toldRounds)
    for one in requests {
      for other in requests where canMeet(one, [other]) && isOpposite(one, other) {
        let own = classes[one.lock.index]
        // Which of two locks of one place is the older is not known.
        guard declared.contains(own) else { continue }
        if !told.contains(where: { standsBesideItself(own, in: $0) }) { found.insert([own, own]) }
      }
    }
    return found
  }

  private func canMeet(_ next: Asked, _ chain: [Asked]) -> Bool {
    chain.allSatisfy { earlier in
      earlier.thread != next.thread
        && !earlier.held.contains { hold in
          next.held.contains {
            $0.object == hold.object && ($0.mode == .exclusive || hold.mode == .exclusive)
          }
        }
    }
  }

  private func isAlike(_ lock: ObjectID) -> Bool {
    let own = classes[lock.index]
    if declared.contains(own) { return true }
    return classes.indices.contains { place in
      classes[place] == own
        && Set(
          trace.events.filter { $0.operation == .acquire && $0.object.index == place }
            .map(\.thread)
        ).count > 1
    }
  }

  /// Whether each asks for what the next one holds, by class, and not all by the locks themselves.
  private func isCycle(_ chain: [Asked]) -> Bool {
    var isOfLocks = true
    for place in chain.indices {
      let (asking, next) = (chain[place], chain[(place + 1) % chain.count])
      let waited = next.held.filter { $0.mode == .exclusive || asking.mode == .exclusive }
      if waited.contains(where: { $0.object == asking.lock }) { continue }
      guard waited.contains(where: { classes[$0.object.index] == classes[asking.lock.index] }),
        isAlike(asking.lock)
      else { return false }
      isOfLocks = false
    }
    return !isOfLocks
  }

  /// Whether one goes up in a class and the other down, about other locks, and each waits.
  private func isOpposite(_ up: Asked, _ down: Asked) -> Bool {
    let own = classes[up.lock.index]
    guard classes[down.lock.index] == own, isAlike(up.lock) else { return false }
    return up.held.contains { low in
      down.held.contains { high in
        classes[low.object.index] == own && classes[high.object.index] == own
          && low.object < up.lock && high.object > down.lock
          && !(up.lock == high.object && down.lock == low.object)
          && (up.mode == .exclusive || high.mode == .exclusive)
          && (down.mode == .exclusive || low.mode == .exclusive)
      }
    }
  }

  private func standsBesideItself(_ own: ObjectID, in locks: [ObjectID]) -> Bool {
    locks.indices.contains { place in
      let next = locks[(place + 1) % locks.count]
      return next != locks[place] && classes[next.index] == own
        && classes[locks[place].index] == own
    }
  }
}
