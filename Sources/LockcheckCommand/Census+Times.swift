import LockcheckAnalysis
import LockcheckFindings
import LockcheckPipeline
import LockcheckReport
import LockcheckTrace

extension Census {
  /// How many locks and call sites are listed.
  private static let listed = 10

  /// Gives names to the places that the tables of waits and holds show.
  mutating func resolve() {
    let locks = worstLocks.map(\.lock) + worstSites.map(\.lock)
    let stacks = worstSites.map(\.stack) + locks.map { tables.objects.stack(of: $0) }
    // What has no name is shown by what there is.
    _ = TraceAnalysis.symbols(&tables, Set(stacks.filter(\.isPresent)).sorted(), locks)
  }

  /// A row for each lock: name, how often and how long it was waited for and held.
  var timesByLock: [[String]] {
    let worst = worstLocks
    let names = Names(tables).distinct(objects: worst.map(\.lock))
    let rows = worst.map { [names[$0.lock] ?? ""] + Self.cells($0.waits, $0.holds) }
    return rows.isEmpty ? [] : [["lock"] + Self.heads] + rows
  }

  /// The same for each place that asks for a lock.
  var timesBySite: [[String]] {
    let worst = worstSites
    let names = Names(tables).distinct(objects: worst.map(\.lock))
    let rows = worst.map { site in
      let place = tables.frames(of: site.stack).telling.first?.place ?? "an unknown place"
      return [place, names[site.lock] ?? ""] + Self.cells(site.waits, site.holds)
    }
    return rows.isEmpty ? [] : [["place", "lock"] + Self.heads] + rows
  }

  private static let heads = ["waits", "in all", "longest", "holds", "in all", "longest"]

  private static func cells(_ waits: TimeSpent, _ holds: TimeSpent) -> [String] {
    [waits, holds].flatMap { spent in
      [Int(clamping: spent.count).grouped, spent.total.asDuration, spent.longest.asDuration]
    }
  }

  private var worstLocks: [LockTimes.LockTotal] {
    Self.worst(times.totals) { ($0.waits.total, $0.holds.total) }
  }

  private var worstSites: [LockTimes.Site] {
    Self.worst(times.sites) { ($0.waits.total, $0.holds.total) }
  }

  private static func worst<Row>(_ rows: [Row], by cost: (Row) -> (UInt64, UInt64)) -> [Row] {
    rows.enumerated().sorted { one, other in
      let (a, b) = (cost(one.element), cost(other.element))
      return a != b ? a > b : one.offset < other.offset
    }.prefix(listed).map(\.element)
  }
}
