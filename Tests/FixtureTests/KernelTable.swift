/// The table of `Docs/hangs.md`: all kernels, and what is said of each.
struct KernelTable {
  private let rows: [String]

  init(_ kernels: [Kernel]) throws {
    rows = try kernels.map { kernel in
      let told = try Kernel.Way.allCases.map { way -> String in
        guard let run = kernel.runs.first(where: { $0.way == way }) else { return "–" }
        return try Self.told(of: run)
      }
      return "| `\(kernel.name)` | \(kernel.pattern) | \(kernel.source) | "
        + told.joined(separator: " | ") + " |\n"
    }
  }

  /// Verdicts and rules; who only waits for a thread that hangs is left out.
  private static func told(of run: Kernel.Run) throws -> String {
    let claims = try run.fixture.truth().outcome.claims
      .filter { $0.rule != "stuck-thread" || !$0.objects.isEmpty }
    let told = claims.map { claim in
      let isSure = run.way == .hanging && claim.verdict == "observed"
      return isSure ? "`\(claim.rule)`" : "\(claim.verdict) `\(claim.rule)`"
    }
    return told.isEmpty ? "nothing" : told.joined(separator: ", ")
  }

  var markdown: String {
    """
    | kernel | what goes wrong | source | hanging | lucky | mended | otherwise |
    | --- | --- | --- | --- | --- | --- | --- |

    """ + rows.joined()
  }
}
