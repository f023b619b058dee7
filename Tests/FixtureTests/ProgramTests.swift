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
    let findings = try ProgramRun(variant.name, isMended: variant.isMended).findings()
    let file = variant.isMended ? "expected-mended.txt" : "expected.txt"
    try expectGolden(
      findings, at: Fixture.root.appending(path: "programs/\(variant.name)/\(file)"),
      of: variant.testDescription)
    if variant.isMended { #expect(findings == "none\n", "\(variant.name) is not mended") }
  }

  @Test func `is there`() {
    #expect(ProgramRun.names.contains("philosophers"))
    #expect(Self.variants.contains { $0.name == "bank" && $0.isMended })
  }
}
