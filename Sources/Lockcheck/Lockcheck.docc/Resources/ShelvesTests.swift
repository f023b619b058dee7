import Lockcheck
import Shelves
import Testing

@Test func `no box is lost between two shifts`() {
  let upper = Shelf("upper shelf", number: 1, boxes: 10)
  let lower = Shelf("lower shelf", number: 2, boxes: 10)
  let day = CheckedThread(name: "day shift") { move(3, from: upper, to: lower) }
  let night = CheckedThread(name: "night shift") { move(1, from: lower, to: upper) }
  day.start()
  night.start()
  day.join()
  night.join()
  #expect(upper.count + lower.count == 20)
}
