import Foundation
import Testing

@Suite struct `Every program` {
  /// Its name, and whether it is mended.
  struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var isMended: Bool

    var testDescription: String { isMended ? "\(name) --mended" : name }
  }

  /// All of them, those with a mended form twice.
  static let variants: [Variant] = ProgramRun.names.flatMap { name in
    ProgramRun.isMendable(name)
      ? [Variant(name: name, isMended: false), Variant(name: name, isMended: true)]
      : [Variant(name: name, isMended: false)]
  }

  @Test(arguments: variants)
  func `gives the findings that its expected files say`(variant: Variant) throws {
    let name = variant.isMended ? "expected-mended.txt" : "expected.txt"
    let file = Fixture.root.appending(path: "programs/\(variant.name)/\(name)")
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let isBrief = expected.hasPrefix(ProgramRun.briefly)
    let run = try ProgramRun(variant.name, isMended: variant.isMended)
    let findings = isBrief ? ProgramRun.briefly + run.defects() : run.findings()
    try expectGolden(findings, at: file, of: variant.testDescription)
    if variant.isMended { #expect(findings == "none\n", "\(variant.name) is not mended") }
  }

  @Test func `is there`() {
    #expect(ProgramRun.names.contains("philosophers"))
    #expect(Self.variants.contains { $0.name == "bank" && $0.isMended })
  }
}
