import Foundation
import LockcheckPage

extension PageRenderer {
  /// The page with source lines of this machine, paths from the working directory, and large graphs laid out
  /// by Graphviz where it is installed.
  static func here(
    title: String, allOccurrences: Bool = false, quotesSources: Bool = true
  ) -> PageRenderer {
    let files = SourceFiles(areQuoted: quotesSources)
    return PageRenderer(
      title: title, root: FileManager.default.currentDirectoryPath + "/",
      showsAllOccurrences: allOccurrences,
      source: { files.line($1, of: $0) }, placesLargeGraph: { Graphviz.layout($0) })
  }
}
