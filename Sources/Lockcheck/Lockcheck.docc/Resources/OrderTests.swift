import Lockcheck
import LockcheckTesting
import Shelves
import Testing

@Test(.lockcheck) func `both shifts lock the shelves in one order`() {
  let upper = Shelf("upper shelf", number: 1, boxes: 10)
  let lower = Shelf("lower shelf", number: 2, boxes: 10)
  let shifts = [
    CheckedThread(name: "day shift") { move(3, from: upper, to: lower) },
    CheckedThread(name: "night shift") { move(1, from: lower, to: upper) },
  ]
  for shift in shifts { shift.start() }
  for shift in shifts { shift.join() }
}
