import LockcheckFindings
import LockcheckTrace

/// A race that was put together by hand: `x`, in `add()` at line 10 and `clear()` at line 30 of one file.
struct RaceSample {
  var folder = "/home/ann/bank/Sources/Bank"
  var functions = ("add()", "clear()")
  var variable: String? = "x"
  var thread = "A"
  var verdict = Verdict.observed
  var lineShift = 0
  var module: String?
  var header = TraceHeader()

  var report: Report { report(suppressions: Suppressions()) }

  func report(suppressions: Suppressions) -> Report {
    var tables = TraceTables()
    for name in [thread, "B"] { tables.threads.append(ThreadRow(name: name)) }
    let object = tables.objects.append(kind: .variable, name: variable)
    for (function, line) in [(functions.0, 10), (functions.1, 30)] {
      tables.frames.append(
        Frame(
          function: function, file: "\(folder)/Bank.swift", line: line + lineShift, module: module))
      tables.stacks.append(CallStack([FrameID(tables.frames.count - 1)]))
    }
    let steps = [0, 1].map { place in
      Step(
        Event(.write, by: ThreadID(place), on: object, at: StackID(place)), at: place)
    }
    return Report(
      header: header, tables: tables, eventCount: 2,
      findings: [Finding(.dataRace, verdict, .unordered, steps: steps)],
      suppressions: suppressions)
  }

  /// The finding as a baseline has it.
  var known: KnownFindingSample { KnownFindingSample(report) }
}

/// The one finding of a report.
struct KnownFindingSample {
  let finding: ReportedFinding

  init(_ report: Report) { finding = (report.findings + report.suppressed)[0] }
}
