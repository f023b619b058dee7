import Foundation
import Testing

@Suite struct `This package` {
  private let architecture = Architecture(table: importTable)

  @Test func `imports what the table allows, and nothing else`() throws {
    let found = architecture.violations(inImportsOf: try sources(ofTypes: ["swift", "c", "h"]))
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test func `declares dependencies that the table allows, and no others`() throws {
    let found = architecture.violations(inManifest: try text(of: "Package.swift"))
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test func `documents the same table that is tested`() throws {
    let found = architecture.violations(inDocument: try text(of: "Docs/architecture.md"))
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  @Test func `has unsafe code in the listed seams only`() throws {
    let found = architecture.violations(
      inSeamsOf: try sources(ofTypes: ["swift"]), document: try text(of: "Docs/architecture.md"))
    #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
  }

  private let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(of path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  private func sources(ofTypes types: Set<String>) throws -> [SourceFile] {
    let paths = try FileManager.default.subpathsOfDirectory(
      atPath: root.appending(path: "Sources").path())
    // What documentation shows is code of somebody who uses the target.
    return try paths.sorted().filter {
      types.contains(URL(filePath: $0).pathExtension) && !$0.contains(".docc/")
    }.map { SourceFile(path: "Sources/\($0)", text: try text(of: "Sources/\($0)")) }
  }
}

@Suite struct `The check of the architecture` {
  private let architecture = Architecture(table: [
    ImportRule("Waist", imports: []),
    ImportRule("Reader", imports: ["Waist", "Parser"], toolchain: ["Glibc"]),
  ])

  @Test func `accepts what the table allows`() {
    let files = [
      SourceFile(path: "Sources/Waist/A.swift", text: "struct A {}\n"),
      SourceFile(
        path: "Sources/Reader/B.swift",
        text: "public import Waist\nimport Glibc\n@preconcurrency import struct Parser.Rule\n"),
    ]
    #expect(architecture.violations(inImportsOf: files).isEmpty)
  }

  @Test(
    arguments: [
      "import Reader", "public import Reader", "internal import Reader",
      "@testable import Reader", "@_spi(Inside) import Reader", "import struct Reader.Line",
      "@preconcurrency public import class Reader.Line", "  import Reader  // by the way",
      "import Reader.Part",
    ])
  func `finds an import that the table forbids`(line: String) {
    let files = [
      SourceFile(path: "Sources/Waist/A.swift", text: "/// Text.\n\(line)\nstruct A {}\n"),
      SourceFile(path: "Sources/Reader/B.swift", text: ""),
    ]
    #expect(
      architecture.violations(inImportsOf: files) == [
        "Sources/Waist/A.swift: Waist may not import Reader"
      ])
  }

  @Test func `finds Foundation where it is not listed`() {
    let files = [
      SourceFile(path: "Sources/Waist/A.swift", text: ""),
      SourceFile(path: "Sources/Reader/Deep/B.swift", text: "import Foundation"),
    ]
    #expect(
      architecture.violations(inImportsOf: files) == [
        "Sources/Reader/Deep/B.swift: Reader may not import Foundation"
      ])
  }

  @Test func `takes no comment for an import`() {
    let files = [
      SourceFile(path: "Sources/Waist/A.swift", text: "// import Reader\n/// import Glibc\n"),
      SourceFile(path: "Sources/Reader/B.swift", text: "let important = 1\n"),
    ]
    #expect(architecture.violations(inImportsOf: files).isEmpty)
  }

  @Test func `finds targets without a rule and rules without a target`() {
    let files = [
      SourceFile(path: "Sources/Waist/A.swift", text: ""),
      SourceFile(path: "Sources/Newcomer/B.swift", text: ""),
    ]
    #expect(
      architecture.violations(inImportsOf: files) == [
        "Sources/Newcomer/B.swift: no rule for the target Newcomer",
        "Sources/Reader: a rule for a target that does not exist",
      ])
  }

  @Test func `accepts a manifest that the table allows`() {
    let manifest = """
      targets: [
        .target(name: "Waist"),
        .target(
          name: "Reader",
          dependencies: ["Waist", .product(name: "Parser", package: "swift-parser")]),
        .target(name: "Kit", dependencies: ["Waist"], path: "Tests/Kit"),
        .testTarget(name: "ReaderTests", dependencies: ["Reader", "Kit"]),
      ]
      """
    #expect(architecture.violations(inManifest: manifest).isEmpty)
  }

  @Test func `finds a declared dependency that the table forbids`() {
    let manifest = """
      targets: [
        .target(name: "Waist", dependencies: ["Reader"]),
        .executableTarget(
          name: "Reader", dependencies: ["Waist", .product(name: "Yams", package: "Yams")]),
        .systemLibrary(name: "CThing", providers: [.apt(["thing-dev"])]),
      ]
      """
    #expect(
      architecture.violations(inManifest: manifest) == [
        "Package.swift: Waist may not depend on Reader",
        "Package.swift: Reader may not depend on Yams",
        "Package.swift: no rule for the target CThing",
      ])
  }

  @Test func `finds a target that is not declared`() {
    #expect(
      architecture.violations(inManifest: #".target(name: "Waist")"#) == [
        "Package.swift: Reader is not declared"
      ])
  }

  @Test func `finds rows that differ between document and test`() {
    let document = """
      | target | may import | of the toolchain |
      | --- | --- | --- |
      | `Waist` | nothing | nothing |
      | `Reader` | `Waist`, `Parser` | `Foundation` |
      """
    #expect(
      architecture.violations(inDocument: document) == [
        "Docs/architecture.md lacks: | `Reader` | `Waist`, `Parser` | `Glibc` |",
        "Docs/architecture.md has besides: | `Reader` | `Waist`, `Parser` | `Foundation` |",
      ])
    let mended = document.replacing("`Foundation`", with: "`Glibc`")
    #expect(architecture.violations(inDocument: mended).isEmpty)
  }

  @Test func `finds unsafe code outside the seams, and seams without any`() {
    let files = [
      SourceFile(path: "Sources/Reader/Map.swift", text: "let x = unsafe pointer.pointee"),
      SourceFile(path: "Sources/Reader/Safe.swift", text: "let y = 1  // not unsafe\n"),
      SourceFile(path: "Sources/Waist/A.swift", text: "func f() { unsafe g() }"),
    ]
    let document = "- `Sources/Reader/Map.swift`: maps.\n- `Sources/Reader/Safe.swift`: old.\n"
    #expect(
      architecture.violations(inSeamsOf: files, document: document) == [
        "Sources/Waist/A.swift: unsafe, but no seam",
        "Sources/Reader/Safe.swift: a seam, but not unsafe",
      ])
  }

  @Test(
    arguments: [
      ("return unsafe p[0]", true), ("@unsafe struct S {}", true),
      ("nonisolated(unsafe) var x = 0", true), ("for unsafe x in y {}", true),
      ("// unsafe", false), (#"print("unsafe")"#, false), ("let unsafety = 1", false),
      (#"print("//", unsafe p)"#, true), ("withUnsafeBytes { $0 }", false),
    ])
  func `knows unsafe code from words about it`(line: String, isUnsafe: Bool) {
    #expect(Architecture.isUnsafe(line) == isUnsafe)
  }
}
