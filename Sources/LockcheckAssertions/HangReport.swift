import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckRecorder
import LockcheckTrace

/// Tells of a run that hangs: on standard error, in files, and to the framework that runs the test.
struct HangReport {
  private let run: WatchedRun
  private let limit: Duration

  init(_ run: WatchedRun) {
    self.run = run
    limit = run.watch.limit
  }

  /// Tells, and lets the process end.
  func tell() {
    defer { ProcessEnd.ofProcess.isTold() }
    let place = run.watch.place
    Recording.say(
      "\(place.filePath):\(place.line): \(run.watch.name) hangs: no event for \(limit)")
    let files = HangFiles(for: run.watch.name)
    var text = "\(run.watch.name) hangs: no event for \(limit).\n\n"
    do {
      let trace = try files.keep(trace: run.file)
      text += try conclusion(from: trace) + "\n"
      text += "The recording is kept: \(trace)\n"
      text += "lockcheck analyze \(trace) tells more.\n"
    } catch {
      text += "The recording cannot be looked at: \(error)\n"
    }
    do {
      text += "This text is kept: \(try files.keep(text: text))\n"
    } catch {
      text += "This text cannot be kept: \(error)\n"
    }
    Recording.say(text)
    // Where no framework takes it, all is said and the process ends with a status that says so.
    _ = TestFailure(text, attachments: files.attachments)
      .isTaken(by: run.watch.reporter, at: place)
  }

  /// What the recording says: who is stuck for sure, and what everybody does.
  private func conclusion(from trace: String) throws -> String {
    let report = try TraceAnalysis.ofHang().report(on: decoder(of: trace))
    var text: String
    if report.contains(atLeast: .observed) {
      text = TestFailure.render(report) + "\n\n"
    } else {
      text = """
        No progress. The recording does not show a deadlock: somebody waits for something that \
        lockcheck does not know (another lock, a system call, a sleep), computes, or is waited for.

        """
    }
    var decoder = try decoder(of: trace)
    var waits = WhoWaits()
    var tables = TraceTables()
    var events: [Event] = []
    while try decoder.read(into: &events, tables: &tables) { events.forEach { waits.observe($0) } }
    text += "Who waits for whom:\n" + waits.text(tables) + "\n"
    return text
  }

  private func decoder(of trace: String) throws -> BinaryTraceDecoder<RecordedBytes> {
    // Others may be in the middle of an event if they wake up now.
    try BinaryTraceDecoder(RecordedBytes(file: trace), recovering: true, file: trace)
  }
}
