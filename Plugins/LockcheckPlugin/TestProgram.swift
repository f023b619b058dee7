import Foundation

/// The built tests of a package: one program, which each testing library runs in its own way.
struct TestProgram {
  let file: URL
  /// The folder of the package: `swift test` runs them there too.
  let folder: URL

  /// One run of the program.
  struct Pass {
    let library: String
    let arguments: [String]

    /// Whether the tests went well, told by how the program ended.
    func isGood(_ status: Int32) -> Bool {
      // Swift Testing's way to say that there is no such test (EX_UNAVAILABLE).
      status == 0 || (library == "swift-testing" && status == 69)
    }
  }

  /// The runs that the tests take, without one of XCTest where it has nothing to run.
  func passes(filters: [String]) throws -> [Pass] {
    var passes: [Pass] = []
    let listed = try Program(file: file, folder: folder).output(["--list-tests"])
    let all = Self.tests(in: listed)
    let chosen = try all.filter { test in
      try filters.isEmpty || filters.contains { test.contains(try Regex($0)) }
    }
    if !chosen.isEmpty {
      // All of them are named by none.
      let names = chosen.count == all.count ? [] : [chosen.joined(separator: ",")]
      passes.append(Pass(library: "xctest", arguments: names))
    }
    passes.append(
      Pass(
        library: "swift-testing",
        arguments: ["--testing-library", "swift-testing"] + filters.flatMap { ["--filter", $0] }))
    return passes
  }

  /// The tests of XCTest, `Module.Class/test`, out of its list of them.
  private static func tests(in listing: String) -> [String] {
    listing.split(separator: "\n").map(String.init).filter {
      $0.wholeMatch(of: /[^\s.\/]+\.[^\s\/]+\/\S+/) != nil
    }
  }
}
