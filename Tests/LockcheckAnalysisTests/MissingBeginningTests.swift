import LockcheckFindings
import LockcheckTestKit
import LockcheckTrace
import Testing

@testable import LockcheckAnalysis

/// What is said of the end of a run, against what is said of all of it.
@Suite struct `A trace without its beginning` {
  private static let certain: Set<Rule> = [.deadlock, .selfDeadlock, .lockUpgrade, .stuckThread]

  @Test(arguments: 0..<3_000 as Range<UInt64>)
  func `promises nothing that the whole run does not show`(seed: UInt64) {
    let whole = makeTrace(seed)
    var random = SeededGenerator(seed: seed ^ 0xC07)
    let stuck = stuckThreads(in: whole)
    for _ in 0..<4 {
      let cut = end(of: whole, &random)
      for finding in analyzed(cut).findings where finding.verdict != .possible {
        let text = "seed \(seed): \(summary(finding, in: cut.tables))"
        #expect(finding.verdict == .observed, "\(text)")
        #expect(Self.certain.contains(finding.rule), "\(text)")
        #expect(stuck.isSuperset(of: finding.threads), "\(text)")
      }
    }
  }

  @Test func `shows deadlocks that the end of the run has`() {
    var (found, rules) = (0, Set<Rule>())
    for seed in 0..<3_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed ^ 0xC07)
      let observed = analyzed(end(of: makeTrace(seed), &random)).findings
        .filter { $0.verdict == .observed }
      found += observed.count
      rules.formUnion(observed.map(\.rule))
    }
    #expect(found > 100)
    #expect(rules.isSuperset(of: [.deadlock, .stuckThread]), "\(rules.map(\.name))")
  }

  private func makeTrace(_ seed: UInt64) -> Trace {
    let kinds: [[ObjectKind]] = [
      [.rwlock], [.rlock], [.semaphore, .rwlock], [.condition], [.queue],
    ]
    var shape = RandomTrace.Shape()
    shape.events = 40
    shape.variables = 1
    shape.hasAtomics = false
    shape.kinds = kinds[Int(seed % 5)]
    return RandomTrace.make(seed: seed, shape: shape)
  }

  private func analyzed(_ trace: Trace) -> AnalysisResult {
    var analyzer = Analyzer(rules: Rule.all)
    var events = TraceEvents(trace)
    do { try analyzer.analyze(&events) } catch { preconditionFailure("in memory: \(error)") }
    return analyzer.finish()
  }

  private func stuckThreads(in trace: Trace) -> Set<ThreadID> {
    let findings = analyzed(trace).findings.filter { $0.verdict == .observed }
    return Set(findings.flatMap { finding in finding.steps.filter(\.isPending).map(\.thread) })
  }

  /// The end of a run from some moment on, with what is known of each thread from some earlier moment on:
  /// which locks it has taken and not given back, and what it is about to do.
  private func end(of whole: Trace, _ random: inout SeededGenerator) -> Trace {
    let start = Int.random(in: 0...whole.events.count, using: &random)
    var lasting: [Int] = []
    for thread in whole.tables.threads.indices {
      let known = Int.random(in: 0...start, using: &random)
      let past = (known..<start).filter { whole.events[$0].thread.index == thread }
      lasting += held(past, in: whole)
      if let last = past.last, whole.events[last].isPending { lasting.append(last) }
    }
    var cut = whole
    cut.events = (lasting.sorted() + Array(start..<whole.events.count)).map { whole.events[$0] }
    cut.header.droppedEvents = UInt64(whole.events.count - cut.events.count)
    return cut
  }

  /// The acquires among some events of a thread that no release undoes.
  private func held(_ past: [Int], in whole: Trace) -> [Int] {
    var held: [Int] = []
    for index in past where whole.events[index].isEffective {
      let event = whole.events[index]
      guard event.object.isPresent else { continue }
      guard whole.tables.objects.kind(of: event.object).isLock else { continue }
      if event.operation == .acquire { held.append(index) }
      guard event.operation == .release else { continue }
      if let place = held.lastIndex(where: { whole.events[$0].object == event.object }) {
        held.remove(at: place)
      }
    }
    return held
  }
}
