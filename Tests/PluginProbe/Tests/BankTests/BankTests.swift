import Bank
import Foundation
import Testing
import XCTest

@Test func bothWays() { transferBothWays() }
@Test func oneWay() { transferOneWay() }

/// Locks that are not lockcheck's, taken in two orders, one thread after the other.
@Test func foundation() {
  let (a, b) = (NSLock(), NSLock())
  for (first, second) in [(a, b), (b, a)] {
    let thread = Thread { first.withLock { second.withLock {} } }
    thread.start()
    while !thread.isFinished { usleep(1000) }
  }
}

final class OldTests: XCTestCase {
  func testOneWay() { transferOneWay() }
  func testBothWays() { transferBothWays() }
}
