import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

/// Traces as lanes of slices, written as they are read a second time: now it is known what was found.
struct TraceEventOutput {
  private let file: OutputFile
  private let recover: Bool

  init(_ file: OutputFile, recover: Bool) {
    self.file = file
    self.recover = recover
  }

  /// Writes one document for all traces.
  ///
  /// - Parameters:
  ///   - reports: The reports, each under the name that is shown.
  ///   - traces: Where their traces are.
  func write(_ reports: [(trace: String, report: Report)], of traces: [String]) throws {
    try file.write("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n")
    for (number, (one, trace)) in zip(reports, traces).enumerated() {
      if number > 0 { try file.write(",\n") }
      let name = traces.count > 1 ? TraceInput.name(of: one.trace) : nil
      try write(one.report, of: trace, named: name, number: number)
    }
    try file.write("\n]}\n")
  }

  private func write(_ report: Report, of trace: String, named name: String?, number: Int) throws {
    var tables = report.tables
    let locks = tables.objects.kinds.indices.filter { tables.objects.kinds[$0].isLock }
    // What has no name is shown by what there is.
    _ = TraceAnalysis.symbols(
      &tables, tables.stacks.indices.map { StackID($0) }, locks.map { ObjectID($0) })
    try TraceInput.reading(trace, recover: recover) { decoder, watch in
      var decoder = decoder
      var events: [Event] = []
      var unused = TraceTables()
      var writer: TraceEventWriter?
      var count = 0
      while try decoder.read(into: &events, tables: &unused), !file.isAbandoned {
        if writer == nil {
          writer = TraceEventWriter(
            report, tables: tables, hasTimes: events.contains { $0.time != nil },
            trace: name, number: number)
        }
        for event in events {
          writer?.observe(event, at: count)
          count += 1
        }
        if let text = writer?.take() { try file.write(text) }
        watch(count)
      }
      writer?.finish()
      if let text = writer?.take() { try file.write(text) }
    }
  }
}
