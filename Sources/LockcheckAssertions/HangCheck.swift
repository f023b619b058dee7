import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import Synchronization

/// Looks, on a thread of its own, whether the recording of a run that is still shows who is stuck.
final class HangCheck: Sendable {
  /// What it shows.
  enum Answer: Sendable {
    /// Threads that nobody can free any more.
    case deadlock
    /// Nothing that proves it.
    case nothing
  }

  private let result = Mutex<Answer?>(nil)

  /// Begins to look. The run is still, so its recording holds still too.
  init(of run: WatchedRun) {
    Thread { [self] in
      let answer = Self.look(at: run)
      result.withLock { $0 = answer }
    }.start()
  }

  /// The answer, once it is there.
  var answer: Answer? { result.withLock { $0 } }

  private static func look(at run: WatchedRun) -> Answer {
    let bytes = try? RecordedBytes(file: run.file)
    guard let bytes, let decoder = try? BinaryTraceDecoder(bytes, recovering: true),
      let report = try? TraceAnalysis.ofHang(names: false).report(on: decoder)
    else { return .nothing }
    return report.contains(atLeast: .observed) ? .deadlock : .nothing
  }
}
