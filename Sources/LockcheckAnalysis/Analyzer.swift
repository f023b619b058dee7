public import LockcheckFindings
public import LockcheckTrace

/// One pass over a trace, with many detectors looking on.
public struct Analyzer: ~Copyable {
  /// The usual detectors, unless others were chosen.
  private var standard: StandardDetectors
  private var chosen: DetectorList?
  private var run = Run()
  private var hasGap = false
  /// What is looked for.
  private let rules: Set<Rule>
  private let engine: Engine
  /// What prediction looks back at; empty where nothing is to be predicted.
  private var history = History()
  /// How many events can be kept.
  var historyLimit: Int

  /// Makes an analyzer with every detector that can find one of `rules` broken.
  ///
  /// What it finds of `rules` is what it finds with every detector there is; of other rules it may
  /// find something, or nothing.
  public init(rules: [Rule] = Rule.usual, engine: Engine = .automatic) {
    self.rules = Set(rules)
    self.engine = engine
    historyLimit = engine == .automatic ? Engine.longestHistory : CauseTable.limit
    standard = StandardDetectors(rules: rules)
    run.keepsHistory = engine != .streaming && !self.rules.isDisjoint(with: Prediction.rules)
  }

  /// Makes an analyzer with the given detectors.
  public init(detectors: [any Detector], engine: Engine = .streaming) {
    self.init(rules: Rule.all, engine: engine)
    standard = StandardDetectors(rules: [])
    chosen = DetectorList(detectors)
  }

  /// Reads everything that `source` has.
  ///
  /// - Throws: What `source` throws; what stands before the damage has then been seen, and
  ///   ``finish()`` tells what was found in it. ``TraceTooLong`` after 4,294,967,294 events.
  /// - Complexity: Linear in the events, times what the detectors say of theirs. Memory grows with
  ///   threads, objects and distinct stacks, and with events only where the engine looks back: by 44
  ///   bytes for each.
  public mutating func analyze(_ source: inout some EventSource) throws {
    var events: [Event] = []
    var isDone = false
    while !isDone {
      do {
        isDone = try !source.read(into: &events, tables: &run.tables)
      } catch {
        observe(events)
        throw error
      }
      run.accessOrder = source.header.accessOrder
      run.hasExactAtomics = source.header.hasExactAtomics
      run.omitsValues = source.header.omitsValues
      run.droppedEvents = source.header.droppedEvents
      guard run.eventCount + events.count < Moment.max else { throw TraceTooLong() }
      observe(events)
    }
  }

  /// Says that parts of the trace are missing, so that promises say so too.
  ///
  /// - Parameter hasGap: Whether something is missing in the middle. Nothing is then promised: what
  ///   was lost may have ordered the accesses or ended the wait, so every finding is `possible`.
  public mutating func noteIncomplete(hasGap: Bool) {
    run.isIncomplete = true
    self.hasGap = self.hasGap || hasGap
  }

  private mutating func observe(_ events: [Event]) {
    if run.keepsHistory, run.eventCount + events.count > historyLimit {
      run.keepsHistory = false
      history.removeAll()
      run.warn(
        AnalysisWarning(
          .tooLongForPrediction(limit: historyLimit), at: run.eventCount, thread: .absent))
    }
    if chosen == nil {
      Self.show(events, to: &standard, &run, &history)
    } else {
      Self.show(events, to: &chosen!, &run, &history)
    }
  }

  /// The loop that everything else is for; compiled once for the usual detectors, without any
  /// dispatch at run time.
  private static func show<Audience: Detector>(
    _ events: [Event], to audience: inout Audience, _ run: inout Run,
    _ history: inout History
  ) {
    let first = run.eventCount
    let span = events.span
    for place in span.indices {
      if place % Self.foresight == 0 {
        for ahead in place..<min(place + Self.foresight, span.count) {
          audience.foresee(span[ahead])
        }
      }
      if run.keepsHistory {
        history.append(span[place], holding: run.held.set(of: span[place].thread))
      }
      if span[place].operation == .release, let release = run.settled(span[place]) {
        audience.observe(release, at: first + place, in: run)
        run.advance(past: release, at: first + place)
      } else {
        audience.observe(span[place], at: first + place, in: run)
        run.advance(past: span[place], at: first + place)
      }
    }
  }

  /// How many events are looked at together before they are shown: enough for the memory to be asked
  /// for many things at once, few enough for the fastest cache to hold them.
  private static let foresight = 64

  /// Says what was found.
  public consuming func finish() -> AnalysisResult {
    var detections = chosen?.finish(in: run) ?? standard.finish(in: run)
    let engine = run.keepsHistory && engine == .automatic ? .search : engine
    if run.keepsHistory {
      if Prediction.hasSubject(detections, of: rules, in: run) {
        var prediction = Prediction(history, engine, in: run)
        prediction.refine(&detections, of: rules, in: run)
      }
    } else {
      detections.noteThatNothingWasSearched()
    }
    detections.dropWhatHappened()
    if hasGap {
      detections.weaken()
    } else if run.droppedEvents != nil {
      detections.weakenWithoutBeginning(in: run)
    }
    return AnalysisResult(
      findings: detections.findings, ruledOut: detections.ruledOut, eventCount: run.eventCount,
      warnings: run.warnings + detections.warnings, tables: run.tables,
      engine: run.keepsHistory ? engine : .streaming,
      lockRequests: detections.lockRequests)
  }
}

/// A trace has more events than its places can be counted in 32 bits.
public struct TraceTooLong: Error, CustomStringConvertible {
  /// What is wrong, for a person.
  public let description =
    "the trace has more than \(Moment.max - 1) events, which is as far as the analyzer counts"
}

/// What an analysis found, by identifiers of ``tables``.
public struct AnalysisResult: Sendable {
  /// What is wrong.
  public var findings: [Finding]
  /// What looked wrong and is not.
  public var ruledOut: [RuledOut]
  /// How many events were read.
  public var eventCount: Int
  /// What cannot have happened, and which limits were hit.
  public var warnings: [AnalysisWarning]
  /// The things that the findings name.
  public var tables: TraceTables
  /// How far the analysis went; never ``Engine/automatic``.
  public var engine: Engine
  /// What threads asked for with locks in their hands; nil where no detector looked at it.
  public var lockRequests: LockRequests?
}
