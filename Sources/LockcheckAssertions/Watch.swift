/// What is watched, for whom, and for how long it may go without an event.
package struct Watch: Sendable {
  /// What it is called in messages and in the names of files: the test.
  var name: String
  /// Where a hang is said to be.
  var place: TestPlace
  /// How long it may go without an event.
  var limit: Duration
  /// Whether it hangs then in any case, or only if its recording shows who is stuck.
  var endsStill: Bool
  /// The framework that is told; nil where whatever framework runs the test is.
  var reporter: (any IssueReporter.Type)?

  /// Describes what is watched; by its place where it has no name.
  package init(
    _ name: String? = nil, at place: TestPlace, limit: Duration?,
    for reporter: (any IssueReporter.Type)? = nil
  ) {
    precondition(limit.map { $0 > .zero } ?? true, "the limit of a hang has to be more than zero")
    self.name = name ?? place.short
    self.place = place
    self.limit = limit ?? Hang.usualLimit
    endsStill = limit != nil
    self.reporter = reporter
  }
}
