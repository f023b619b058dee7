import Foundation
import Testing

@testable import LockcheckPage

@Suite struct `The encodings of the page` {
  /// The examples of FIPS 180-4 and of NIST's test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `hash as the standard says`(text: String, hash: String) {
    let hexadecimal = SHA256.hash(Array(text.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    #expect(hexadecimal == hash)
  }

  @Test(arguments: 0..<200) func `write base64 as Foundation does`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
    #expect(
      String(decoding: Base64.text(bytes), as: UTF8.self) == Data(bytes).base64EncodedString())
  }

  @Test func `write JSON that others read`() throws {
    let odd = "\"\\</script>\u{1}\n\u{2028}ü😀\u{202e}"
    var json = CompactJSON()
    json.object { json in
      json.member("text", odd)
      json.member("number", -7)
      json.member("true", true)
      json.member("false", false)
      json.member("empty", [])
      json.member("list") { $0.array([1.0, -0.25, 0.04, 3.96]) { $0.coordinate($1) } }
      json.member("object") { $0.object { $0.member("a", 1) } }
    }
    let read = try #require(
      try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
    // Controls, and what turns the direction of writing, are made visible.
    #expect(read["text"] as? String == "\"\\</script>\\u{1}\\u{a}\u{2028}ü😀\\u{202e}")
    #expect(read["number"] as? Int == -7)
    #expect(read["true"] as? Bool == true)
    #expect(read["false"] == nil)
    #expect((read["empty"] as? [Any])?.isEmpty == true)
    #expect(read["list"] as? [Double] == [1, -0.3, 0, 4])
    #expect((read["object"] as? [String: Int]) == ["a": 1])
  }
}
