/// The Secure Hash Algorithm with 256 bits, [FIPS 180-4], with the standard's names: by it a page's content
/// security policy names the one script and the one style that may run in it.
///
/// [FIPS 180-4]: https://doi.org/10.6028/NIST.FIPS.180-4
enum SHA256 {
  /// The 32 bytes of the hash.
  ///
  /// - Complexity: Linear in `message`.
  static func hash(_ message: [UInt8]) -> [UInt8] {
    var H: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
      0x5be0_cd19,
    ]
    let padded = padded(message)
    for block in stride(from: 0, to: padded.count, by: 64) {
      process(padded[block..<block + 64], into: &H)
    }
    return H.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
  }

  private static func padded(_ message: [UInt8]) -> [UInt8] {
    var bytes = message + [0x80]
    bytes += [UInt8](repeating: 0, count: (120 - bytes.count % 64) % 64)
    let bits = UInt64(message.count) * 8
    return bytes + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
  }

  private static func process(_ block: ArraySlice<UInt8>, into H: inout [UInt32]) {
    var W = [UInt32](repeating: 0, count: 64)
    for t in 0..<16 {
      W[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(block[block.startIndex + 4 * t + $1]) }
    }
    for t in 16..<64 {
      W[t] = σ(W[t - 2], 17, 19, 10) &+ W[t - 7] &+ σ(W[t - 15], 7, 18, 3) &+ W[t - 16]
    }
    var (a, b, c, d, e, f, g, h) = (H[0], H[1], H[2], H[3], H[4], H[5], H[6], H[7])
    for t in 0..<64 {
      let T1 = h &+ Σ(e, 6, 11, 25) &+ ((e & f) ^ (~e & g)) &+ K[t] &+ W[t]
      let T2 = Σ(a, 2, 13, 22) &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ T1, c, b, a, T1 &+ T2)
    }
    for (place, word) in [a, b, c, d, e, f, g, h].enumerated() { H[place] &+= word }
  }

  private static func Σ(_ x: UInt32, _ i: UInt32, _ j: UInt32, _ k: UInt32) -> UInt32 {
    rotated(x, i) ^ rotated(x, j) ^ rotated(x, k)
  }

  private static func σ(_ x: UInt32, _ i: UInt32, _ j: UInt32, _ k: UInt32) -> UInt32 {
    rotated(x, i) ^ rotated(x, j) ^ x >> k
  }

  private static func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let K: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
