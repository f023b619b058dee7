import Foundation
import LockcheckFindings
import LockcheckReport
import LockcheckTrace
import Testing

@Suite struct `Every form` {
  @Test(arguments: Forms.names)
  func `of a cycle is as expected`(form: String) throws {
    let text = try Forms.renderer(form).render(Forms.report(.predictedDeadlock))
    try expect(text, equals: "forms/cycle.\(form)")
  }

  @Test(arguments: Forms.names)
  func `of a race is as expected`(form: String) throws {
    let text = try Forms.renderer(form).render(Forms.report(.race))
    try expect(text, equals: "forms/race.\(form)")
  }

  @Test(arguments: Forms.names)
  func `of nasty names is as expected`(form: String) throws {
    let text = try Forms.renderer(form).render(Forms.report(.nasty))
    try expect(text, equals: "forms/nasty.\(form)")
  }

  @Test(arguments: Forms.names)
  func `gives the same bytes twice, and ends with a line break or is empty`(form: String) throws {
    let renderer = try Forms.renderer(form)
    for story in [Story.nasty, .race, Story(), .many(30)] {
      let text = renderer.render(story.report())
      #expect(renderer.render(story.report()) == text)
      #expect(text.isEmpty || text.hasSuffix("\n"))
    }
  }

  @Test(arguments: Forms.names)
  func `has no control character, whatever things are called`(form: String) throws {
    let text = try Forms.renderer(form).render(Story.nasty.report())
    let controls = text.unicodeScalars.filter {
      $0 != "\n" && $0.properties.generalCategory == .control
    }
    #expect(controls.isEmpty)
  }

  @Test(arguments: Forms.names)
  func `tells paths from the root`(form: String) throws {
    var story = Story()
    let (thread, lock) = (story.thread("T"), story.object("lock"))
    let stack = story.stack(("leave()", "/home/ann/bank/Sources/Leave.swift", 7))
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked,
        steps: [story.step(.exit, by: thread, on: lock, at: stack, event: 0)])
    ]
    let text = try Forms.renderer(form, root: "/home/ann/bank/").render(story.report())
    #expect(text.contains("Sources/Leave.swift"))
    #expect(!text.contains("/home/ann"))
  }

  @Test(arguments: Forms.names)
  func `of several traces has the findings of all`(form: String) throws {
    let text = try Forms.renderer(form).render([
      ("a.json", Story.race.report()), ("b.json", Story.predictedDeadlock.report()),
    ])
    #expect(text.contains("LC201"))
    #expect(text.contains("LC102"))
    if form.hasSuffix("sarif") || form.hasSuffix("json") {
      _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
    }
  }

  @Test(arguments: Forms.names)
  func `of a clean trace names no finding`(form: String) throws {
    let text = try Forms.renderer(form).render(Story().report(rules: []))
    #expect(!text.contains("LC1"))
    #expect(!text.contains("::"))
  }
}

@Suite struct `The place of a finding` {
  /// A cycle whose second step stands first in the sources.
  private func story(isTurned: Bool) -> Story {
    var story = Story()
    let (ann, bob) = (story.thread("Ann"), story.thread("Bob"))
    let (a, b) = (story.object("a"), story.object("b"))
    let late = story.stack(("late()", "Z.swift", 1))
    let early = story.stack(("early()", "A.swift", 9))
    let steps = [
      story.step(.acquire, by: ann, on: b, at: late, event: 1, holding: [(a, late)]),
      story.step(.acquire, by: bob, on: a, at: early, event: 3, holding: [(b, early)]),
    ]
    story.findings = [
      Finding(
        .lockOrderCycle, .possible, .orderCycle, steps: isTurned ? steps.reversed() : steps)
    ]
    return story
  }

  @Test(arguments: [false, true])
  func `is the same whichever thread of a cycle came first`(isTurned: Bool) {
    let text = GCCRenderer().render(story(isTurned: isTurned).report())
    #expect(text.hasPrefix("A.swift:9:1: warning: "))
  }

  @Test func `of a race is that of the write`() {
    let text = GCCRenderer().render(Story.race.report())
    #expect(text.hasPrefix("Account.swift:2:1: error: "))
  }

  @Test func `is never that of a file that the compiler made up`() {
    var story = Story()
    let (thread, lock) = (story.thread("T"), story.object("lock"))
    let stack = story.stack(("thunk", "<compiler-generated>", 0))
    story.findings = [
      Finding(
        .lockLeak, .observed, .leaked,
        steps: [story.step(.exit, by: thread, on: lock, at: stack, event: 0)])
    ]
    #expect(GCCRenderer().render(story.report()).hasPrefix("lockcheck: error: "))
  }
}
