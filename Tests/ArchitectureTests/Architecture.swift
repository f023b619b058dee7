import Foundation

/// A source file of a package, by its path from the package's root.
struct SourceFile: Sendable {
  var path: String
  var text: String
}

/// The rules of `Docs/architecture.md`, and whether they are kept. Each check returns one line for
/// each thing that breaks a rule, in order.
struct Architecture: Sendable {
  var table: [ImportRule]

  /// What the sources import and may not, and the folders that no rule speaks of.
  func violations(inImportsOf files: [SourceFile]) -> [String] {
    let rules = Dictionary(uniqueKeysWithValues: table.map { ($0.target, $0) })
    var found: [String] = []
    for file in files {
      let parts = file.path.split(separator: "/")
      guard parts.count > 2, parts[0] == "Sources" else { continue }
      guard let rule = rules[String(parts[1])] else {
        found.append("\(file.path): no rule for the target \(parts[1])")
        continue
      }
      for module in Self.imports(of: file.text)
      where !(rule.imports + rule.toolchain).contains(module) {
        found.append("\(file.path): \(rule.target) may not import \(module)")
      }
    }
    let folders = Set(files.compactMap { $0.path.split(separator: "/").dropFirst().first })
    for rule in table where !folders.contains(Substring(rule.target)) {
      found.append("Sources/\(rule.target): a rule for a target that does not exist")
    }
    return found
  }

  /// What the manifest lets targets use and the table does not.
  func violations(inManifest manifest: String) -> [String] {
    let rules = Dictionary(uniqueKeysWithValues: table.map { ($0.target, $0) })
    var found: [String] = []
    let targets = Manifest(manifest).targets
    for target in targets {
      guard let rule = rules[target.name] else {
        found.append("Package.swift: no rule for the target \(target.name)")
        continue
      }
      for dependency in target.dependencies where !rule.imports.contains(dependency) {
        found.append("Package.swift: \(target.name) may not depend on \(dependency)")
      }
    }
    for rule in table where !targets.contains(where: { $0.name == rule.target }) {
      found.append("Package.swift: \(rule.target) is not declared")
    }
    return found
  }

  /// Rows of the import table that the document has and the tests have not, and the reverse.
  func violations(inDocument document: String) -> [String] {
    let written = document.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("| `") && $0.split(separator: "|").count == 3
    }
    let rows = table.map(\.row)
    return rows.filter { !written.contains($0) }.map { "Docs/architecture.md lacks: \($0)" }
      + written.filter { !rows.contains($0) }.map { "Docs/architecture.md has besides: \($0)" }
  }

  /// Files with unsafe code that the document does not list as seams, and seams without any.
  func violations(inSeamsOf files: [SourceFile], document: String) -> [String] {
    let listed = Self.seams(in: document)
    let unsafe = files.filter { Self.isUnsafe($0.text) }.map(\.path)
    return unsafe.filter { !listed.contains($0) }.map { "\($0): unsafe, but no seam" }
      + listed.filter { !unsafe.contains($0) }.map { "\($0): a seam, but not unsafe" }
  }

  /// The modules that a file imports.
  static func imports(of text: String) -> [String] {
    let kinds = "(?:struct|class|enum|protocol|func|typealias|let|var|actor)"
    let pattern = #"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:"# + kinds + #"\s+)?(\w+)"#
    guard let expression = try? Regex(pattern, as: (Substring, Substring).self) else { return [] }
    return text.split(separator: "\n").compactMap { line in
      guard let module = line.prefixMatch(of: expression)?.output.1 else { return nil }
      // The C library by whatever name: one rule covers the branches of an `#if canImport`.
      return ["Darwin", "Musl", "Android"].contains(module) ? "Glibc" : String(module)
    }
  }

  /// The files that the section on unsafe seams lists: `` - `Sources/…`: why ``.
  static func seams(in document: String) -> [String] {
    document.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("- `Sources/"), line.contains(".swift`") else { return nil }
      return line.split(separator: "`").dropFirst().first.map(String.init)
    }
  }

  /// Whether the code, not its comments and texts, says `unsafe`.
  static func isUnsafe(_ text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      let code = line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"").prefix { _ in true }
      let end = code.firstRange(of: "//")?.lowerBound ?? code.endIndex
      return code[..<end].contains(/\bunsafe\b/)
    }
  }
}

/// The targets of a `Package.swift` that are no tests, with what they depend on, read from its text.
struct Manifest {
  struct Target: Equatable {
    var name: String
    var dependencies: [String]
  }

  private(set) var targets: [Target] = []

  init(_ text: String) {
    let code = text.split(separator: "\n").filter {
      !$0.drop(while: \.isWhitespace).hasPrefix("//")
    }.joined(separator: "\n")
    for match in code.matches(of: /\.(?:target|executableTarget|systemLibrary)\(/) {
      let body = Self.balanced(code[match.range.upperBound...], "(", ")")
      guard let name = body.firstMatch(of: /name:\s*"(\w+)"/)?.output.1 else { continue }
      // Support for our own tests, and the programs of the fixtures, are no part of the table.
      if body.contains(/path:\s*"(?:Tests|Fixtures)/) { continue }
      var dependencies: [String] = []
      if let list = body.firstMatch(of: /dependencies:\s*\[/) {
        let names = Self.balanced(body[list.range.upperBound...], "[", "]")
        dependencies = names.replacing(/package:\s*"[^"]*"/, with: "").matches(of: /"([^"]+)"/)
          .map { String($0.output.1) }
      }
      targets.append(Target(name: String(name), dependencies: dependencies))
    }
  }

  /// The start of `text` up to the bracket that closes what is open already.
  private static func balanced(
    _ text: Substring, _ open: Character, _ close: Character
  ) -> Substring {
    var depth = 1
    return text.prefix { character in
      if character == open { depth += 1 }
      if character == close { depth -= 1 }
      return depth > 0
    }
  }
}
