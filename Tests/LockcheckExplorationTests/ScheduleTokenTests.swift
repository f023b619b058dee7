import LockcheckTrace
import Testing

@testable import LockcheckControl

@Suite struct `A replay token` {
  @Test func `in its short form is a method, a seed and an iteration`() throws {
    let token = ScheduleToken.seeded(method: "pct3", seed: 0x1f2e, iteration: 17)
    #expect(token.description == "lc1:pct3:1f2e:17")
    #expect(try ScheduleToken(parsing: " lc1:pct3:1f2e:17\n") == token)
  }

  @Test func `in its explicit form reads as steps`() {
    var strategy = PrefixStrategy([0, 0, 0, 0, 1, 1, 1])
    let schedule = ModelRun.run(oppositeOrders, by: &strategy).run.schedule
    let labels = StepLabels(of: schedule, object: modelObject)
    let token = ScheduleToken.exact(ExactSchedule(schedule, labels: labels))
    // In every process, today and tomorrow: it is in people's logs.
    #expect(
      token.description
        == "lc1:exact:7:4.T2.begin,5.T1.lock.a,6.T2.lock.transfer%20%c3%a9:QpNDoYD:0d105a0f22d1")
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `says the same after it was printed and read`(seed: UInt64) throws {
    var walk = RandomWalk()
    let (_, run) = ModelRun.run(.random(seed: seed), by: &walk, seed: seed)
    let labels = StepLabels(of: run.schedule)
    let token = ScheduleToken.exact(ExactSchedule(run.schedule, labels: labels))
    #expect(try ScheduleToken(parsing: token.description) == token, "seed \(seed)")
    let safe = token.description.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || ":.,_-+%".contains($0))
    }
    #expect(safe, "\(token)")
  }

  @Test func `of a long schedule stays short`() throws {
    let program = ModelProgram(Array(repeating: .write(0), count: 10_000))
    var strategy = PrefixStrategy()
    let (_, run) = ModelRun.run(program, by: &strategy)
    let token = ScheduleToken.exact(
      ExactSchedule(run.schedule, labels: StepLabels(of: run.schedule)))
    #expect(token.description.count < 160)
    #expect(try ScheduleToken(parsing: token.description) == token)
  }

  @Test(arguments: [
    "", "plain", "A name", "naïve", "50%", "a:b,c", "x#2", "+", "(y)", "日本", "\u{1}",
  ])
  func `spells any name`(name: String) {
    let spelling = TokenName.encoded(name)
    #expect(TokenName.decoded(spelling) == (name.isEmpty ? nil : name))
    #expect(
      spelling.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+%".contains($0)) })
  }

  @Test(arguments: [
    ("", "character 1: found nothing, expected a token, which begins with 'lc1:'"),
    ("hello", "character 1: found 'hello', expected a token, which begins with 'lc1:'"),
    ("lc2:x", "character 1: 'lc2' was made by another version of lockcheck; expected 'lc1'"),
    ("lc1", "character 4: found nothing, expected ':' and a method's name or 'exact'"),
    ("lc1:pct3:1f", "character 12: found nothing, expected ':' and an iteration"),
    ("lc1:pct3:1f:0:9", "character 15: found '9', expected the end of the token"),
    ("lc1:p!:1f:0", "character 5: found 'p!', expected a method's name (letters and digits)"),
    (
      "lc1:pct3:xy:0",
      "character 10: found 'xy', expected 1 to 16 hexadecimal digits, small letters"
    ),
    ("lc1:pct3:1f:-1", "character 13: found '-1', expected an iteration (a number)"),
    (
      "lc1:pct3:1f:99999999999999999999",
      "character 13: found '99999999999999999999', expected an iteration (a number)"
    ),
    ("lc1:exact:3", "character 12: found nothing, expected ':' and turns"),
    ("lc1:exact:3:1:AAA:0", "character 14: found nothing, expected '.' and a thread"),
    ("lc1:exact:3:1.2.lock:AAA:0", "character 15: found '2', expected a thread, as T2"),
    (
      "lc1:exact:3:1.T2.lock+:AAA:0",
      "character 18: found 'lock+', expected what was done (letters, perhaps with '+timeout')"
    ),
    (
      "lc1:exact:3:1.T2.lock.a%2:AAA:0",
      "character 23: found 'a%2', expected a name (letters, digits, '._-+', the rest as %xx)"
    ),
    (
      "lc1:exact:3:7.T2.lock.a:AAA:0",
      "character 13: found '7.T2.lock.a', expected a step from 0 to 2"
    ),
    (
      "lc1:exact:3:2.T2.lock.a,2.T1.lock.a:AAA:0",
      "character 25: found '2.T1.lock.a', expected no further turn"
    ),
    (
      "lc1:exact:3:2.T2.lock.a:AA:000000000000",
      "character 25: found 'AA', expected 3 checks (letters, digits, '-' and '_')"
    ),
    (
      "lc1:exact:1::A:12", "character 16: found '12', expected 12 hexadecimal digits, small letters"
    ),
  ])
  func `is refused with the place and what would be right`(text: String, message: String) {
    let error = #expect(throws: ScheduleTokenError.self) { try ScheduleToken(parsing: text) }
    #expect(error?.description == "replay token, " + message)
  }

  @Test(arguments: 0..<2_000 as Range<UInt64>)
  func `that was damaged is read or refused`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var bytes = Array(
      "lc1:exact:5:3.T2.lock.transfer%20%c3%a9,4.T1.wait+timeout.a:nwYqA:aa2498cfcff9".utf8)
    for _ in 0...random.below(4) {
      let place = random.below(bytes.count)
      if random.below(2) == 0 {
        bytes.remove(at: place)
      } else {
        bytes[place] = UInt8(random.below(256))
      }
    }
    // It must not trap; what it makes of it is not the question.
    if let token = try? ScheduleToken(parsing: String(decoding: bytes, as: UTF8.self)) {
      #expect((try? ScheduleToken(parsing: token.description)) == token)
    }
  }
}

/// Names for the first two locks of a model program.
func modelObject(_ mark: ObjectMark) -> StepLabels.Object? {
  switch mark {
  case ModelProgram.lockMark(0): StepLabels.Object(.lock, name: "a")
  case ModelProgram.lockMark(1): StepLabels.Object(.lock, name: "transfer é")
  default: nil
  }
}
