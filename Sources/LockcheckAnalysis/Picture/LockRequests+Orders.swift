import LockcheckFindings
import LockcheckTrace

extension LockRequests {
  /// Which locks were taken with which others held, most often first, and how many were left out.
  ///
  /// - Complexity: Linear in different requests times what was held around them, and a sort.
  func orders(limit: Int) -> (orders: [LockOrder], omitted: Int) {
    var orders: [LockOrder] = []
    var places: [Pair: Int] = [:]
    for dependency in table.dependencies where dependency.key.lock.endedThread == nil {
      let holding = locks(of: dependency.key.held)
      for outer in holding where outer.object != dependency.key.lock {
        let pair = Pair(outer: outer.object, inner: dependency.key.lock)
        let place = places[pair] ?? orders.count
        if place == orders.count {
          places[pair] = place
          orders.append(LockOrder(outer: pair.outer, inner: pair.inner))
        }
        orders[place].count += dependency.count
        guard orders[place].samples.count < Self.samplesOfOrder else { continue }
        orders[place].samples.append(
          LockOrder.Sample(
            thread: dependency.key.thread, outerStack: outer.stack,
            innerStack: dependency.key.stack, holding: holding, event: dependency.first,
            count: dependency.count))
      }
    }
    orders.sort { ($1.count, $0.outer, $0.inner) < ($0.count, $1.outer, $1.inner) }
    return (Array(orders.prefix(limit)), max(0, orders.count - limit))
  }

  /// How many places are kept of each order.
  private static var samplesOfOrder: Int { 4 }

  private struct Pair: Hashable {
    var outer: ObjectID
    var inner: ObjectID
  }
}
