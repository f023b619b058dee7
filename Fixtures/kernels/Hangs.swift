import Foundation
import Lockcheck

/// Programs that hang, each in the schedule that hangs, in one that ends well, and mended.
///
///     hangs --list
///     hangs KERNEL [--lucky | --mended | --otherwise]
///
/// A run that hangs ends, once every thread sleeps for good, with status 3.
@main struct Hangs {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments == ["--list"] { return list() }
    guard let kernel = kernels.first(where: { $0.about.name == arguments.first }),
      let way = way(arguments.dropFirst()), kernel.about.ways.contains(way)
    else {
      FileHandle.standardError.write(
        Data("usage: hangs --list | hangs KERNEL [--lucky | --mended | --otherwise]\n".utf8))
      exit(64)
    }
    if way == .hanging { Watch.begin() }
    // Should a kernel not do what it is for, it ends all the same.
    alarm(60)
    try kernel.run(way)
  }

  private static func way(_ arguments: ArraySlice<String>) -> Way? {
    switch arguments {
    case []: .hanging
    case ["--lucky"]: .lucky
    case ["--mended"]: .mended
    case ["--otherwise"]: .otherwise
    default: nil
    }
  }

  /// A kernel a line: name, ways, pattern, source, with tabs between them.
  private static func list() {
    for about in kernels.map({ $0.about }) {
      let ways = about.ways.map(\.rawValue).joined(separator: ",")
      print("\(about.name)\t\(ways)\t\(about.pattern)\t\(about.source)")
    }
  }
}
