public import LockcheckFindings
public import LockcheckTrace

/// One pass over a trace, with many detectors looking on.
public struct Analyzer: ~Copyable {
  private var detectors: [any Detector]
  /// For each operation, by raw value, the places of the detectors that want to see it.
  private let audience: [[Int]]
  private var run = Run()

  /// Every detector there is, ready to see a first event.
  public static var standard: [any Detector] {
    [
      FastTrackDetector(),
      LockOrderDetector(),
      WaitForDetector(),
      LockMisuseDetector(),
    ]
  }

  /// Makes an analyzer that has seen nothing yet.
  public init(detectors: [any Detector] = Analyzer.standard) {
    self.detectors = detectors
    self.audience = Operation.allCases.map { operation in
      detectors.indices.filter { detectors[$0].interests.contains(operation) }
    }
  }

  /// Reads everything that `source` has.
  ///
  /// - Throws: What `source` throws; what stands before the damage has then been seen, and
  ///   ``finish()`` tells what was found in it.
  /// - Complexity: Linear in the events, times what the detectors say of theirs. Memory grows with
  ///   threads, objects and distinct stacks, not with events.
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
      observe(events)
    }
  }

  /// Says that parts of the trace are missing, so that promises say so too.
  public mutating func noteIncomplete() { run.isIncomplete = true }

  private mutating func observe(_ events: [Event]) {
    var index = run.eventCount
    for event in events {
      for place in audience[Int(event.operation.rawValue)] {
        detectors[place].observe(event, at: index, in: run)
      }
      run.advance(past: event, at: index)
      index += 1
    }
  }

  /// Says what was found.
  public consuming func finish() -> AnalysisResult {
    var findings: [Finding] = []
    var ruledOut: [RuledOut] = []
    var warnings = run.warnings
    for place in detectors.indices {
      let detections = detectors[place].finish(in: run)
      findings += detections.findings
      ruledOut += detections.ruledOut
      warnings += detections.warnings
    }
    return AnalysisResult(
      findings: findings, ruledOut: ruledOut, eventCount: run.eventCount, warnings: warnings,
      tables: run.tables)
  }
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
}
