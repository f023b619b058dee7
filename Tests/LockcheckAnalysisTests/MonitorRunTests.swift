import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// Producers and consumers around one counter, as random schedulers run them.
@Suite struct `Monitors under random schedulers` {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func `that look before and after each wait break no rule`(seed: UInt64) {
    let trace = MonitorRun(seed: seed, consumer: .looksAgain).make()
    let result = analyze(trace, with: [WaitForDetector(), NestedWaitDetector()])
    #expect(result.findings.isEmpty, "seed \(seed)")
  }

  @Test(arguments: 0..<400 as Range<UInt64>)
  func `that look once are found if they waited`(seed: UInt64) {
    let trace = MonitorRun(seed: seed, consumer: .looksOnce).make()
    let found = analyze(trace, with: [WaitForDetector()]).findings
    let hasWaited = trace.events.contains { $0.operation == .wait && $0.isEffective }
    #expect(Set(found.map(\.rule)) == (hasWaited ? [.waitWithoutRecheck] : []), "seed \(seed)")
  }

  @Test(arguments: 0..<400 as Range<UInt64>)
  func `that never look hang for ever, or could`(seed: UInt64) {
    let trace = MonitorRun(seed: seed, consumer: .neverLooks).make()
    let found = analyze(trace, with: [WaitForDetector()]).findings
    for finding in found { #expect(finding.rule != .deadlock, "seed \(seed)") }
    let isHung = trace.events.indices.contains { index in
      let event = trace.events[index]
      return event.isPending
        && !trace.events[(index + 1)...].contains { $0.thread == event.thread }
    }
    let isTold = found.contains {
      $0.verdict == .observed && ($0.rule == .lostWakeup || $0.rule == .stuckThread)
    }
    #expect(isHung == isTold, "seed \(seed)")
  }

  @Test func `happen both ways`() {
    var rules: [Verdict: Set<Rule>] = [:]
    for seed in 0..<400 as Range<UInt64> {
      let trace = MonitorRun(seed: seed, consumer: .neverLooks).make()
      for finding in analyze(trace, with: [WaitForDetector()]).findings {
        rules[finding.verdict, default: []].insert(finding.rule)
      }
    }
    #expect(rules[.observed]?.contains(.lostWakeup) ?? false)
    #expect(rules[.possible]?.contains(.lostWakeup) ?? false)
  }
}

/// A run of two producers, which add to a counter and notify, and as many consumers, each of which
/// takes one.
private struct MonitorRun {
  enum Consumer { case looksAgain, looksOnce, neverLooks }

  /// Where a thread is in its program.
  private enum Place { case start, inside, waiting, woken, back, done }

  private var random: SeededGenerator
  private let consumer: Consumer
  private var trace = Trace()
  private var places = [Place](repeating: .start, count: 4)
  private var owner: Int?
  private var count = 0
  private let lock: ObjectID
  private let condition: ObjectID
  private let counter: ObjectID

  init(seed: UInt64, consumer: Consumer) {
    random = SeededGenerator(seed: seed)
    self.consumer = consumer
    for number in 0..<4 { trace.tables.threads.append(ThreadRow(name: "T\(number)")) }
    lock = trace.tables.objects.append(kind: .lock, name: "lock")
    condition = trace.tables.objects.append(kind: .condition, name: "condition")
    counter = trace.tables.objects.append(kind: .variable, name: "count")
    trace.tables.objects[condition].lock = lock
  }

  consuming func make() -> Trace {
    for _ in 0..<400 { step(Int.random(in: 0..<4, using: &random)) }
    return trace
  }

  private mutating func emit(
    _ operation: Operation, _ thread: Int, _ object: ObjectID = .absent, isPending: Bool = false
  ) {
    var event = Event(operation, by: ThreadID(thread), on: object)
    event.isPending = isPending
    trace.events.append(event)
  }

  private mutating func step(_ thread: Int) {
    switch places[thread] {
    case .start where owner == nil:
      emit(.acquire, thread, lock)
      owner = thread
      places[thread] = .inside
    case .inside: thread < 2 ? produce(thread) : consume(thread)
    case .woken where owner == nil:
      emit(.wait, thread, condition)
      owner = thread
      places[thread] = .back
    case .back: goOn(thread)
    case .start, .woken, .waiting, .done: break
    }
  }

  private mutating func produce(_ thread: Int) {
    emit(.read, thread, counter)
    emit(.write, thread, counter)
    count += 1
    emit(.notify, thread, condition)
    for other in places.indices where places[other] == .waiting { places[other] = .woken }
    leave(thread)
  }

  private mutating func consume(_ thread: Int) {
    if consumer != .neverLooks { emit(.read, thread, counter) }
    if consumer == .neverLooks || count == 0 { wait(thread) } else { take(thread) }
  }

  private mutating func goOn(_ thread: Int) {
    if consumer == .looksAgain {
      consume(thread)
    } else {
      take(thread)
    }
  }

  private mutating func wait(_ thread: Int) {
    emit(.wait, thread, condition, isPending: true)
    owner = nil
    places[thread] = .waiting
  }

  private mutating func take(_ thread: Int) {
    count -= 1
    emit(.write, thread, counter)
    leave(thread)
  }

  private mutating func leave(_ thread: Int) {
    emit(.release, thread, lock)
    emit(.exit, thread)
    owner = nil
    places[thread] = .done
  }
}
