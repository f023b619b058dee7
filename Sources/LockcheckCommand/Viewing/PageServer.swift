import Foundation
import Glibc

/// Serves one page over HTTP, on the loopback address, to whoever knows its path.
///
/// Other users of the machine can reach the port, so the path has 128 random bits in it; and a page from
/// elsewhere may have a name that leads here, so the `Host` has to be the address itself.
final class PageServer: Sendable {
  /// What a browser is to open.
  let address: String
  private let host: String
  private let path: String
  private let answer: [UInt8]
  private let socket: CInt

  /// How long a browser may take for its request, in seconds.
  private static let patience = 10
  /// The longest request that is read, in bytes.
  private static let longestRequest = 1 << 16

  /// Begins to listen.
  ///
  /// - Parameter port: 0 for one that is free.
  init(page: String, port: UInt16) throws(CommandFailure) {
    socket = try Self.listen(on: port)
    host = "127.0.0.1:\(Self.port(of: socket))"
    var random = SystemRandomNumberGenerator()
    path = "/\(String(random.next(), radix: 36))\(String(random.next(), radix: 36))/"
    address = "http://\(host)\(path)"
    answer = Self.response("200 OK", page)
  }

  /// Answers requests, each on a thread of its own: browsers open connections that they do not use yet.
  ///
  /// - Parameter once: Whether to return when the page has been sent to somebody.
  func serve(once: Bool) {
    while true {
      let connection = accept(socket, nil, nil)
      if connection < 0 {
        if errno == EINVAL { return }
        // A browser that has gone, or no room for one more just now.
        usleep(10_000)
        continue
      }
      Thread.detachNewThread { [self] in
        // Nobody is let in any more: the loop ends.
        if reply(on: connection), once { shutdown(socket, CInt(SHUT_RDWR)) }
      }
    }
  }

  /// - Returns: Whether the page was asked for and sent.
  private func reply(on connection: CInt) -> Bool {
    defer { close(connection) }
    var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      unsafe setsockopt(
        connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    guard let request = Self.request(on: connection) else { return false }
    let answer = answer(to: request)
    let problem = unsafe answer.bytes.withUnsafeBufferPointer {
      unsafe writeAll($0, to: connection)
    }
    shutdown(connection, CInt(SHUT_WR))
    return answer.isPage && problem == nil
  }

  /// What a request gets: the page, or a word why not.
  func answer(to request: String) -> (bytes: [UInt8], isPage: Bool) {
    let lines = request.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    guard words.count == 3, words[0] == "GET" else {
      return (Self.response("405 Method Not Allowed", "Only GET."), false)
    }
    let hosts = lines.dropFirst().filter { $0.lowercased().hasPrefix("host:") }
      .map { $0.dropFirst(5).trimmingCharacters(in: .whitespaces) }
    guard hosts == [host] else {
      return (Self.response("421 Misdirected Request", "This is \(host)."), false)
    }
    guard words[1] == path else { return (Self.response("404 Not Found", "Nothing here."), false) }
    return (answer, true)
  }

  private static func response(_ status: String, _ body: String) -> [UInt8] {
    let body = Array(body.utf8)
    let kind = status.hasPrefix("200") ? "text/html" : "text/plain"
    let head = """
      HTTP/1.1 \(status)\r
      Content-Type: \(kind); charset=utf-8\r
      Content-Length: \(body.count)\r
      Cache-Control: no-store\r
      X-Content-Type-Options: nosniff\r
      Cross-Origin-Resource-Policy: same-origin\r
      Referrer-Policy: no-referrer\r
      X-Frame-Options: DENY\r
      Connection: close\r
      \r

      """
    return Array(head.utf8) + body
  }

  /// The lines up to the empty one; nil where they do not come, or are too many.
  private static func request(on connection: CInt) -> String? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count < longestRequest {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(connection, $0.baseAddress, $0.count, 0)
      }
      if count <= 0 { return nil }
      bytes += buffer[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains("\r\n\r\n") { return text }
    }
    return nil
  }
}

// MARK: - Sockets

extension PageServer {
  private static func listen(on port: UInt16) throws(CommandFailure) -> CInt {
    let descriptor = Glibc.socket(
      AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var yes: CInt = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    let isBound = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, Glibc.listen(descriptor, 16) == 0 else {
      throw CommandFailure(.noOutput, "cannot listen on 127.0.0.1:\(port): \(reason(errno))")
    }
    return descriptor
  }

  private static func port(of socket: CInt) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(socket, $0, &size)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}
