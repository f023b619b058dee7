import AssertionsTestKit
import Foundation
import Lockcheck
import LockcheckTrace
import Testing

@testable import LockcheckAssertions

@Suite struct `Recording a closure` {
  @Test func `finds a race in it`() throws {
    let report = try recording { Deeds.race() }.report
    #expect(report.findings.map(\.finding.rule) == [.dataRace])
    #expect(report.findings.map(\.finding.verdict) == [.observed])
    #expect(report.findings.map(\.cast.objects) == [["balance"]])
    #expect(report.contains(atLeast: .predicted))
  }

  @Test func `finds nothing in the same with a lock`() throws {
    let report = try recording { Deeds.noRace() }.report
    #expect(report.findings.isEmpty)
    #expect(report.summary.events > 0)
  }

  @Test func `finds a check and a change in two sections of one function`() throws {
    let report = try recording { Deeds.splitCheck() }.report
    #expect(report.findings.map(\.finding.rule) == [.atomicityViolation])
    #expect(report.findings.map(\.finding.verdict) == [.possible])
    #expect(report.findings.map(\.cast.objects) == [["stock"]])
    let mended = try recording { Deeds.splitCheck(looksAgain: true) }.report
    #expect(mended.findings.isEmpty)
  }

  @Test func `names the functions and files of what it found`() throws {
    let report = try recording { Deeds.race() }.report
    let steps = try #require(report.findings.first?.finding.steps)
    #expect(!steps.isEmpty)
    for step in steps {
      let frames = report.tables.frames(of: step.stack)
      #expect(frames.contains { $0.function?.contains("race") == true })
      #expect(frames.contains { $0.file?.hasSuffix("Deeds.swift") == true && $0.line != nil })
    }
  }

  @Test func `hands out what it returns`() throws {
    #expect(recording { 42 }.outcome.get() == 42)
  }

  @Test func `keeps what it throws, and reports nevertheless`() throws {
    let run = recording { () throws(Oops) -> Int in
      Deeds.race()
      throw Oops()
    }
    #expect(throws: Oops()) { try run.outcome.get() }
    #expect(try run.report.findings.count == 1)
  }

  @Test func `looks only for the rules that it is told`() throws {
    let options = RecordingOptions(rules: [.lockOrderCycle])
    #expect(try recording(options) { Deeds.race() }.report.findings.isEmpty)
  }

  @Test func `runs it though nothing can be recorded, and says why`() throws {
    var configuration = RecorderConfiguration()
    configuration.stackDepth = -1
    let run = recording(RecordingOptions(recorder: configuration)) { 7 }
    #expect(run.outcome.get() == 7)
    #expect(throws: RecordingFailure.self) { try run.report }
    let failure = try #require(TestFailure(run, failOn: .predicted))
    #expect(failure.text.contains("nothing could be recorded"))
  }

  @Test func `goes along over suspensions and into child tasks`() async throws {
    let run = await recording {
      await Task.yield()
      return await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await Task.yield()
          Deeds.race()
        }
      }
    }
    #expect(try run.report.findings.map(\.finding.rule) == [.dataRace])
  }

  @Test func `keeps what asynchronous code throws`() async throws {
    let run = await recording { () async throws(Oops) -> Void in
      await Task.yield()
      Deeds.race()
      throw Oops()
    }
    #expect(throws: Oops()) { try run.outcome.get() }
    #expect(try run.report.findings.count == 1)
  }

  @Test func `does not see what another recording at the same time does`() async throws {
    let reports = try await withThrowingTaskGroup { group in
      for number in 0..<6 {
        group.addTask {
          let run = await recording {
            await Task.yield()
            for _ in 0..<5 {
              if number.isMultiple(of: 2) { Deeds.race("v\(number)") } else { Deeds.noRace() }
              await Task.yield()
            }
          }
          return (number, try run.report)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(reports.count == 6)
    for (number, report) in reports {
      let expected: Set<String> = number.isMultiple(of: 2) ? ["v\(number)"] : []
      #expect(Set(report.findings.flatMap(\.cast.objects)) == expected)
      // Five times two threads, and the one or more that the task itself ran on.
      #expect(report.summary.threads > 10 && report.summary.threads < 20)
    }
  }

  @Test func `goes along into tasks that synchronous code makes`() throws {
    let report = try recording {
      let isDone = DispatchSemaphore(value: 0)
      // Run by a thread that inherits nothing, and not by the cooperative pool, whose last thread this
      // test may block.
      let task = HeldTask { Deeds.race("of a task") }
      Thread {
        task.run()
        isDone.signal()
      }.start()
      isDone.wait()
    }.report
    #expect(report.findings.map(\.cast.objects) == [["of a task"]])
  }

  @Test func `tells the findings of one kind`() throws {
    let report = try recording { Deeds.oppositeOrders() }.report
    #expect(report.findings(.deadlock).map(\.finding.rule) == [.lockOrderCycle])
    #expect(report.findings(.deadlock, atLeast: .observed).isEmpty)
    #expect(report.findings(.race).isEmpty)
  }

  @Test func `leaves out what happens after it`() throws {
    let balance = Shared(0, name: "late")
    let run = recording { balance.store(1) }
    Deeds.race()
    let report = try run.report
    #expect(report.findings.isEmpty)
    #expect(report.summary.events > 0 && report.summary.events < 5)
  }
}

@Suite struct `A failure` {
  @Test func `is made of findings that are sure enough, and shows them with the source`() throws {
    let run = recording { Deeds.race() }
    let failure = try #require(TestFailure(run, failOn: .observed))
    #expect(failure.text.contains("balance"))
    #expect(failure.text.contains("Deeds.swift:"))
    #expect(failure.text.contains("balance.modify { $0 += 1 }"))
  }

  @Test func `is not made of nothing`() {
    #expect(TestFailure(recording { Deeds.noRace() }, failOn: .possible) == nil)
  }
}

struct Oops: Error, Equatable {}
