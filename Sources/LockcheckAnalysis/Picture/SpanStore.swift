import LockcheckFindings

/// The longest spans of a run: where there are too many, those that are shorter than a growing bound go.
struct SpanStore: Sendable {
  /// Spans shorter than this were not kept.
  private(set) var resolution: UInt64 = 0
  private var spans: [RunSpan] = []
  private let limit: Int

  /// How many are kept: some megabytes of a page.
  static let usualLimit = 60_000

  init(limit: Int) { self.limit = limit }

  /// - Complexity: Amortized constant, and a logarithm.
  mutating func add(_ span: RunSpan) {
    guard span.length >= resolution else { return }
    spans.append(span)
    if spans.count > 2 * limit { thin() }
  }

  /// The spans that are left, no more than the limit, by thread and begin; of two that begin together, the outer
  /// one first. ``resolution`` is then that of these.
  mutating func finish() -> [RunSpan] {
    if spans.count > limit { thin() }
    return spans.sorted {
      ($0.thread, $0.begin, $0.depth, $0.end) < ($1.thread, $1.begin, $1.depth, $1.end)
    }
  }

  /// Raises the bound so far that no more than `limit` are left.
  private mutating func thin() {
    let lengths = spans.map(\.length).sorted()
    resolution = lengths[lengths.count - limit] + 1
    spans.removeAll { $0.length < resolution }
  }
}
