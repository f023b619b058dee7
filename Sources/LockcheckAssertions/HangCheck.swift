import Foundation
import LockcheckCodecs
import LockcheckFindings
import LockcheckPipeline
import LockcheckTrace
import Synchronization

/// Looks, on a thread of its own, at the recording of a run that is still: whether it shows who is stuck,
/// and who waits for whom.
///
/// It begins before the limit is over, so that all is known by then: looking up names takes a while.
final class HangCheck: Sendable {
  /// What the recording shows.
  struct Answer: Sendable {
    /// Whether there are threads that nobody can free any more.
    var isDeadlock: Bool
    /// What there is to say, if it hangs.
    var text: String
  }

  private let result = Mutex<Answer?>(nil)

  /// Begins to look. The run is still, so its recording holds still too; if it does not, the answer is
  /// not asked for.
  init(of run: WatchedRun) {
    Thread { [self] in
      let answer = Self.look(at: run)
      result.withLock { $0 = answer }
    }.start()
  }

  /// The answer, once it is there.
  var answer: Answer? { result.withLock { $0 } }

  private static func look(at run: WatchedRun) -> Answer {
    do {
      let isDeadlock = try TraceAnalysis.ofHang(names: false).report(on: decoder(of: run))
        .contains(atLeast: .observed)
      let isWanted = isDeadlock || run.watch.endsStill
      return Answer(
        isDeadlock: isDeadlock, text: isWanted ? try text(on: run, isDeadlock: isDeadlock) : "")
    } catch {
      return Answer(
        isDeadlock: false, text: "The recording cannot be looked at: \(error)\n")
    }
  }

  private static func text(on run: WatchedRun, isDeadlock: Bool) throws -> String {
    var text = """
      No progress. The recording does not show a deadlock: somebody waits for something that \
      lockcheck does not know (another lock, a system call, a sleep), computes, or is waited for.
      """
    if isDeadlock {
      text = try TestFailure.render(TraceAnalysis.ofHang().report(on: decoder(of: run)))
    }
    let waits = try WhoWaits(decoder(of: run))
    return text + "\n\nWho waits for whom:\n" + waits.text(all: true) + "\n"
  }

  private static func decoder(of run: WatchedRun) throws -> BinaryTraceDecoder<RecordedBytes> {
    // It is still being written, should the run go on.
    try BinaryTraceDecoder(RecordedBytes(file: run.file), recovering: true, file: run.file)
  }
}
