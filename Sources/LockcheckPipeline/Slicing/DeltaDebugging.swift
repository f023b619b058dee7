/// What is left of `parts` when as much as possible was taken away, in order.
///
/// `ddmin` of Zeller & Hildebrandt, *Simplifying and isolating failure-inducing input*, TSE 2002:
///
/// 1. Cut what is left into n pieces.
/// 2. Where what remains without one of them still passes, go on with that, and n - 1.
/// 3. Otherwise double n, until every piece is a single part.
///
/// The paper also tries each piece by itself. With n = 2 that is the same as leaving out the other
/// one; with more it hardly ever passes and doubles the number of tests.
///
/// - Parameter passes: Whether these parts are enough; nil to stop with what there is.
/// - Complexity: O(parts²) tests at worst, O(log parts) where little is needed.
func deltaDebug<Part>(_ parts: [Part], passes: ([Part]) -> Bool?) -> [Part] {
  var parts = parts
  var pieces = 2
  while parts.count > 1 {
    pieces = min(pieces, parts.count)
    var piece = 0
    var isReduced = false
    while piece < pieces {
      let cut = piece * parts.count / pieces..<(piece + 1) * parts.count / pieces
      let rest = Array(parts[..<cut.lowerBound] + parts[cut.upperBound...])
      guard let isEnough = passes(rest) else { return parts }
      if isEnough {
        parts = rest
        isReduced = true
        break
      }
      piece += 1
    }
    if isReduced {
      pieces = max(pieces - 1, 2)
    } else if pieces == parts.count {
      break
    } else {
      pieces *= 2
    }
  }
  return parts
}
