import LockcheckFindings

extension JSONRenderer {
  /// The decision to live with a finding.
  func write(_ suppression: Suppression, to writer: inout JSONWriter) {
    writer.member("suppression") { writer in
      writer.object { writer in
        writer.member("origin", suppression.origin.name)
        if let place = suppression.origin.place { writer.member("place", place) }
        writer.member("entry", suppression.text)
        if let reason = suppression.reason { writer.member("reason", reason) }
        if let expires = suppression.expires { writer.member("expires", expires.description) }
      }
    }
  }
}
