import LockcheckFindings

extension JSONRenderer {
  /// Where the time went, in nanoseconds.
  func write(_ times: TimeAccount, to writer: inout JSONWriter) {
    writer.member("times") { writer in
      writer.object { writer in
        writer.member("span", Int(clamping: times.span))
        if times.waits.count > 0 {
          writer.member("waits") { writer in writer.line { write(times.waits, to: &$0) } }
        }
        if times.holds.count > 0 {
          writer.member("holds") { writer in writer.line { write(times.holds, to: &$0) } }
        }
        if times.hold > 0 { writer.member("hold", Int(clamping: times.hold)) }
        if times.turns > 0 { writer.member("turns", times.turns) }
        if times.sites.isEmpty { return }
        writer.member("steps") { writer in
          writer.array(times.sites) { writer, site in
            writer.line { write(site, to: &$0) }
          }
        }
      }
    }
  }

  private func write(_ spent: TimeSpent, to writer: inout JSONWriter) {
    writer.member("count", Int(clamping: spent.count))
    writer.member("total", Int(clamping: spent.total))
    writer.member("longest", Int(clamping: spent.longest))
  }
}
