/// Mean numbers of schedules to a bug, as published for the original program.
///
/// Of 20 trials of at most 10,000 schedules each: SURW, PCT with a depth of 3, POS, as in Zhao et al.,
/// "Selectively Uniform Concurrency Testing", ASPLOS 2025.
struct PublishedMeans {
  /// Selective uniform random walk.
  let surw: Int
  /// PCT with a depth of 3.
  let pct3: Int
  /// In how many trials PCT found it.
  let pct3Found: Int
  /// Partial order sampling; nil is never.
  let pos: Int?

  init(_ surw: Int, _ pct3: Int, found: Int = 20, _ pos: Int?) {
    self.surw = surw
    self.pct3 = pct3
    pct3Found = found
    self.pos = pos
  }

  /// The three of them.
  var text: String {
    let pct = pct3Found == 20 ? "\(pct3)" : "\(pct3) (\(pct3Found) of 20)"
    return "\(surw) / \(pct) / \(pos.map { "\($0)" } ?? "never")"
  }

  /// By the names of the programs.
  static let all: [String: PublishedMeans] = [
    "reorder_10": PublishedMeans(16, 3224, found: 16, nil),
    "reorder_20": PublishedMeans(5, 3004, nil),
    "twostage_50": PublishedMeans(20, 1675, 1637),
    "deadlock01": PublishedMeans(1, 12, 4),
    "stack": PublishedMeans(4, 2, 2),
    "WorkStealQueue": PublishedMeans(5, 47, 12),
    "bluetooth_driver": PublishedMeans(69, 112, 36),
    "wronglock_3": PublishedMeans(8, 57, 11),
  ]
}
