import LockcheckRecorder

/// Tells of a run that hangs: on standard error, in files, and to the framework that runs the test.
struct HangReport {
  let run: WatchedRun
  /// What its recording shows.
  let conclusion: String

  /// Tells, and lets the process end.
  func tell() {
    defer { ProcessEnd.ofProcess.isTold() }
    let place = run.watch.place
    let headline = "\(run.watch.name) hangs: no event for \(run.watch.limit)"
    Recording.say("\(place.filePath):\(place.line): \(headline)")
    let files = HangFiles(for: run.watch.name)
    var text = "\(headline).\n\n\(conclusion)\n"
    do {
      let trace = try files.keep(trace: run.file)
      text += "The recording is kept: \(trace)\n"
      text += "lockcheck analyze \(trace) tells more.\n"
    } catch {
      text += "The recording cannot be kept: \(error)\n"
    }
    do {
      text += "This text is kept: \(try files.keep(text: text))\n"
    } catch {
      text += "This text cannot be kept: \(error)\n"
    }
    do {
      try files.keep(caseOf: run.watch, headline: headline, text: text)
    } catch {
      text += "The test case cannot be kept: \(error)\n"
    }
    Recording.say(text)
    // Where no framework takes it, all is said and the process ends with a status that says so.
    _ = TestFailure(text, attachments: files.attachments)
      .isTaken(by: run.watch.reporter, at: place)
  }
}
