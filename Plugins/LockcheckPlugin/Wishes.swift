/// What the command line asks for.
struct Wishes {
  /// Expressions of which one has to match the name of a test; all tests where there are none.
  private(set) var filters: [String] = []
  /// Whether the tests are recorded as they are: the locks and threads of the C library.
  private(set) var isAsItIs = false
  private(set) var wantsHelp = false
  /// Passed on to `lockcheck analyze`.
  private(set) var analysis: [String] = []

  static let help = """
    OVERVIEW: Run the tests of this package recorded, and report deadlocks and data races.

    USAGE: swift package lockcheck [--filter <expression> ...] [--as-it-is] [--fail-on <verdict>] \
    [-- <options of analyze> ...]

    OPTIONS:
      --filter <expression>   Run only tests whose name it matches, as 'swift test' does.
      --as-it-is              Record the locks and threads of the C library, as 'lockcheck run' does:
                              for tests that use none of lockcheck's own.
      --fail-on <verdict>     Fail if a finding is at least this sure: observed, predicted (the
                              default), possible or never.
      -h, --help              Show this.
    """

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let isPair = word.hasPrefix("--") && parts.count == 2
      func value() throws -> String {
        guard let value = isPair ? String(parts[1]) : rest.popFirst() else {
          throw Failure("there is no value after \(word); --help shows the options")
        }
        return value
      }
      switch isPair ? String(parts[0]) : word {
      case "--filter": filters.append(try value())
      case "--fail-on": analysis += ["--fail-on", try value()]
      case "--as-it-is" where !isPair: isAsItIs = true
      case "-h" where !isPair, "--help" where !isPair: wantsHelp = true
      case "--":
        analysis += rest
        rest = []
      default: throw Failure("there is no option '\(word)'; options of analyze stand behind --")
      }
    }
    for filter in filters where (try? Regex(filter)) == nil {
      throw Failure("--filter: '\(filter)' is not a regular expression")
    }
  }
}
