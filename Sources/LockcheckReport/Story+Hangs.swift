import LockcheckFindings
import LockcheckTrace

extension Story {
  /// The sentence about a wait that hangs or can hang, where it is neither a cycle nor a thread left
  /// behind.
  var hangMessage: String {
    guard let first = finding.steps.first, let last = finding.steps.last else { return title + "." }
    let who = cast[first.thread]
    let what = cast[first.object]
    switch finding.reason {
    case .upgrade: return upgrade
    case .recursiveRead:
      return
        "\(who) takes \(what) to read while it reads it already. If \(cast[last.thread]) asks to "
        + "write in between, the second read waits for the writer, and the writer for the first."
    case .wakerNeedsLock(let lock):
      let wakers = finding.steps.dropFirst().map {
        "\(cast[$0.thread]) takes \(cast[lock]) before it \(verb($0)) \(cast[$0.object])"
      }
      return
        "\(waiting(first)) with \(cast[lock]) held, and \(list(wakers)): if \(who) comes first, "
        + "the wait never ends."
    case .tooEarly:
      let waits = finding.steps.dropLast()
      return clauses(waits.map(waiting)) + ", and \(doing(last)) (event \(last.event.grouped)) "
        + "before \(waits.count == 1 ? "that wait" : "those waits") began: "
        + "it woke nobody, and nobody is left to do it again."
    case .mayBeTooEarly:
      return "\(waiting(first)) without a look at anything that \(cast[last.thread]) changes, and "
        + "nothing makes \(cast[last.thread]) notify after the wait has begun: in the other order the "
        + "notify wakes nobody, and \(who) waits for ever."
    case .nobodyWaited:
      let waiters = list(finding.steps.dropFirst().map { cast[$0.thread] }.uniqued())
      return
        "\(doing(first)) while nobody waits: nothing remains of it, and \(waiters), who came to "
        + "wait later, "
        + (finding.steps.count == 2 ? "hangs." : "hang.")
    default: return misuseMessage(first)
    }
  }

  private func misuseMessage(_ first: Step) -> String {
    let who = cast[first.thread]
    let what = cast[first.object]
    switch finding.reason {
    case .notLookedAgain(let variable):
      return
        "\(who) read \(cast[variable]), waited on \(what), and gave the lock back without reading "
        + "\(cast[variable]) again, which those who notify write."
    case .waitedUnlooked:
      return
        "\(waiting(first)), for ever, and nothing in the trace shows that it looked, under the "
        + "lock, whether there was something to wait for."
    case .tasksLeft(let done, let put):
      return "\(waiting(first)): everything that was put has been got, and "
        + "\(Int(clamping: done).grouped) of \(Int(clamping: put).counted("task")) "
        + "\(done == 1 ? "was" : "were") said to be done."
    case .partiesMissing(let parties):
      return "\(what) waits for \(Int(clamping: parties).grouped) threads, and "
        + "\(list(cast.threads)) "
        + (cast.threads.count == 1 ? "is the only one" : "are the only ones")
        + " that can still come."
    default: return title + "."
    }
  }

  /// Who wants to write, and reads.
  private var upgrade: String {
    let who = cast.threads
    let what = cast.objects.first ?? "it"
    let isStuck = finding.steps.contains(where: \.isPending)
    if !isStuck {
      return "\(list(who)) \(who.count == 1 ? "holds" : "hold") \(what) to read and "
        + "\(who.count == 1 ? "takes" : "take") it to write as well: it works for one thread at a "
        + "time, and two that do it at once wait for each other for ever."
    }
    if who.count == 1 {
      return "\(who[0]) holds \(what) to read and asks for it to write: it waits for its own read "
        + "hold to end."
    }
    return
      "\(list(who)) hold \(what) to read and ask for it to write: each waits for readers to leave, "
      + "and is one itself."
  }

  /// What to do about it.
  var hangAdvice: String {
    let what = cast.objects.first ?? "it"
    switch finding.reason {
    case .upgrade:
      return "Give \(what) back, take it to write, and look again at what was read; or take it to "
        + "write from the start."
    case .recursiveRead:
      return
        "Read \(what) once, and pass on what was read, or have the inner function expect the lock "
        + "to be held."
    case .wakerNeedsLock(let lock):
      return "Wait with \(cast[lock]) given back, or have the waker do without it."
    case .tooEarly where finding.steps.first.map { kind(of: $0.object) } == .event,
      .nobodyWaited where finding.steps.first.map { kind(of: $0.object) } == .event:
      return "Clear \(what) only after whoever waits for it has come back, or not at all."
    case .tooEarly, .mayBeTooEarly, .waitedUnlooked:
      return "Wait on \(what) in a loop that looks, under its lock, at what is waited for: "
        + "wait(until:) does."
    case .nobodyWaited:
      return
        "Change something under the lock of \(what) before the notify, and let the waiter look at "
        + "it before it waits."
    case .notLookedAgain:
      return "Write `while` instead of `if` around the wait, or use wait(until:)."
    case .tasksLeft:
      return "Call taskDone for each item that get returned, in a defer right below it."
    case .partiesMissing:
      return "Make \(what) for as many threads as come to it, and have each come on every path."
    default: return "Make sure that somebody is left to end the wait."
    }
  }
}
