// Passes the same variables on as `inout` again and again, as a loop over a range does with its iterator, and reads
// and writes them in between.
@inline(never) func step(_ hash: inout UInt64, _ sum: inout UInt64) {
  hash = (hash ^ hash >> 29) &* 0xFF51_AFD7_ED55_8CCD &+ 1
  sum &+= hash
}

final class Kept {
  var hash: UInt64 = 1
  var sum: UInt64 = 0
}

let kept = Kept()
for _ in 0..<20_000 { step(&kept.hash, &kept.sum) }
precondition(kept.sum != 0)
