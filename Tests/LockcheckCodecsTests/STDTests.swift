import Foundation
import LockcheckCodecs
import LockcheckCompression
import LockcheckTrace
import Testing

@Suite struct `STD text` {
  @Test func `comes back as it was`() throws {
    let text = """
      T0|fork(T1)|12
      T0|req(L1)|a.c:3 run()
      T0|acq(L1)|a.c:3 run()
      T0|acq(L1)|free text, (with) | bars
      T0|w(L1)|007
      T1|r(x[0].y())|0
      T0|rel(L1)|a.c:03
      T0|begin|7
      T0|end|
      T0|dummy|é
      T0|join(T1)|9

      """
    let reading = Reading(text, .std)
    #expect(reading.error == nil)
    #expect(try std(reading.trace).text == text)
    #expect(reading.trace.tables.objects.kinds == [.rlock, .variable, .variable])
    #expect(reading.trace.events[1].isPending)
    let again = Reading(try json(reading.trace), .json)
    #expect(again.error == nil)
    #expect(try std(again.trace).text == text)
  }

  @Test func `has three name spaces`() {
    let reading = Reading("x|acq(x)|1\nx|w(x)|1\n", .std)
    #expect(reading.trace.tables.threads.count == 1)
    #expect(reading.trace.tables.objects.kinds == [.lock, .variable])
  }

  @Test(arguments: [true, false])
  func `joins a number with the thread of that name`(canRewind: Bool) {
    let text = "T1|fork(124)|1\nT124|w(x)|2\nT1|join(124)|3\n"
    let reading = Reading(Array(text.utf8), .std, canRewind: canRewind)
    #expect(reading.trace.tables.threads.map(\.name) == ["T1", "T124"])
    #expect(reading.trace.events[0].child == reading.trace.events[1].thread)
    let literal = Reading(Array((text + "124|w(x)|4\n").utf8), .std, canRewind: canRewind)
    #expect(literal.trace.tables.threads.map(\.name) == ["T1", "124", "T124"])
    #expect(literal.trace.events[0].child == literal.trace.events[3].thread)
  }

  @Test func `tolerates carriage returns, blank lines and lines without location`() {
    let reading = Reading("T0|acq(L1)|1\r\n\r\n  \nT0|rel(L1)\nT0 | begin(x) | 7", .std)
    #expect(reading.error == nil)
    #expect(reading.trace.events.map(\.operation) == [.acquire, .release, .begin])
    #expect(reading.trace.tables.objects.count == 1)
  }

  @Test func `passes over damaged lines when told to`() {
    let text = "T0|acq(L1)|1\nnonsense\nT0|acquire(L1)|2\nT0|rel(L1)|3\n"
    #expect(Reading(text, .std).error?.place == .line(2, column: 1))
    let reading = Reading(text, .std, recovering: true)
    #expect(reading.trace.events.count == 2)
    #expect(reading.losses.map(\.events) == [2])
  }

  @Test func `refuses a richer trace unless told to drop the rest`() throws {
    let rich = Reading(
      events: """
        {"t": 5, "thread": "a", "op": "acquire", "object": "m"},
        {"thread": "a", "op": "wait", "object": "c", "lock": "m", "pending": true},
        {"thread": "b", "op": "acquire", "object": "s", "kind": "semaphore"},
        {"thread": "a", "op": "wait", "object": "c", "lock": "m"}
        """)
    #expect(rich.error == nil)
    #expect(throws: TraceCodingError.self) { try std(rich.trace) }
    let (text, dropped) = try std(rich.trace, dropping: true)
    #expect(text == "a|acq(m)|\na|rel(m)|\na|acq(m)|\n")
    #expect(
      dropped == [
        "time of an event": 1, "acquire event of a semaphore": 1,
        "wait on a condition, written as release and acquire of its lock": 2,
      ])
  }
}
