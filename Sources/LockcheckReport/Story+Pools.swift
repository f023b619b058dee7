import LockcheckFindings

/// What is said of pools.
extension Story {
  /// `All 2 workers of P wait, and nobody is left to run the tasks that they wait for: …`.
  func starvation(_ pool: String, _ workers: UInt64) -> String {
    let who =
      workers == 1 ? "The only worker of \(pool) waits" : "All \(workers) workers of \(pool) wait"
    return "\(who), and nobody is left to run the tasks that are waited for: "
      + clauses(finding.steps.map(waiting)) + "."
  }

  /// `W1, in a task of P, waits for another task of P. …`.
  func nesting(_ pool: String, workers: UInt64, depth: UInt64) -> String {
    guard let wait = finding.steps.last else { return title + "." }
    let depth = max(depth, 1)
    let few = workers / depth + (workers % depth == 0 ? 0 : 1)
    let kept = depth == 1 ? "one" : "\(depth)"
    let many = few == 1 ? "one of them leaves none" : "\(few) of them at once leave none"
    return "\(cast[wait.thread]), in a task of \(pool), waits for another task of \(pool). Such a "
      + "task\(depth == 1 ? "" : ", with those that it waits for,") keeps \(kept) of the \(workers) "
      + "workers while it waits: \(many) to run what they wait for."
  }

  /// What to do about a pool that waits for itself.
  func poolAdvice(_ pool: String) -> String {
    "Do not wait for a task of \(pool) inside one: go on in whenDone, do the inner work in the task "
      + "itself, or submit it to another pool."
  }
}
