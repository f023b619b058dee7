import Foundation
import Testing

/// A copy of a program file that a test may damage.
struct ModuleCopy {
  let path: String

  func contents() throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  /// Puts another file in its place, as a linker does.
  func replace(with data: Data) throws { try data.write(to: URL(filePath: path), options: .atomic) }

  /// Takes the symbol tables out of the list of sections.
  func strip() throws {
    var data = try contents()
    let start = Int(data.load(40, as: UInt64.self))
    for index in 0..<Int(data.load(60, as: UInt16.self)) {
      let kind = start + index * 64 + 4
      if [2, 11].contains(data.load(kind, as: UInt32.self)) { data[kind] = 1 }
    }
    try replace(with: data)
  }

  /// Changes the first byte of the build ID.
  func changeBuildID(from old: String) throws -> String {
    var data = try contents()
    let digits = Array(old)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    let place = try #require(data.range(of: Data(bytes)))
    data[place.lowerBound] ^= 0xff
    try replace(with: data)
    return data[place].map { String(format: "%02x", $0) }.joined()
  }
}

func withCopy(of path: String, _ body: (ModuleCopy) throws -> Void) throws {
  let folder = URL.temporaryDirectory.appending(path: "lockcheck-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let copy = folder.appending(path: "module").path()
  try FileManager.default.copyItem(atPath: path, toPath: copy)
  try body(ModuleCopy(path: copy))
}

func size(of path: String) throws -> Int {
  try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max
}

extension Data {
  fileprivate func load<T: FixedWidthInteger>(_ offset: Int, as: T.Type) -> T {
    (0..<MemoryLayout<T>.size).reduce(0) { $0 | T(self[offset + $1]) << (8 * $1) }
  }
}
