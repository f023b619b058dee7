public import Foundation
import LockcheckFindings

extension Baseline {
  /// The file that a baseline is kept in: one finding after the other, so that a difference of two
  /// versions is easily read.
  ///
  /// - Complexity: Linear in the findings.
  public func json() -> String {
    let rows = findings.map { finding in
      """
          {
            "fingerprint": \(finding.fingerprint.description.quotedJSON), "code": \(finding.code.quotedJSON),
            "rule": \(finding.rule.quotedJSON), "verdict": \(finding.verdict.rawValue.quotedJSON),
            "message": \(finding.message.quotedJSON)
          }
      """
    }
    return """
      {
        "format": "lockcheck-baseline",
        "version": 1,
        "findings": [\(rows.isEmpty ? "" : "\n" + rows.joined(separator: ",\n") + "\n  ")]
      }

      """
  }

  /// Reads back what ``json()`` wrote.
  ///
  /// - Parameter file: What it is called in messages.
  /// - Throws: ``TriageFileError`` where it is none.
  public init(json: Data, file: String) throws(TriageFileError) {
    let read = try FindingsFile(json: json, file: file, formats: ["lockcheck-baseline"])
    self.init([read.findings])
  }
}

extension KnownFinding {
  /// The findings of a report in its JSON form, of one trace or of several.
  ///
  /// - Parameter file: What it is called in messages.
  /// - Throws: ``TriageFileError`` where it is none.
  public static func list(
    ofReport json: Data, file: String
  ) throws(TriageFileError) -> [KnownFinding] {
    try FindingsFile(
      json: json, file: file, formats: ["lockcheck-report", "lockcheck-reports"]
    ).findings
  }
}

/// What a report and a baseline have in common.
private struct FindingsFile {
  let findings: [KnownFinding]

  private struct Row: Decodable {
    var fingerprint: String
    var code: String
    var rule: String
    var verdict: String
    var message: String?
    var objects: [String]?
  }

  private struct Document: Decodable {
    var format: String?
    var version: Int?
    var findings: [Row]?
    var reports: [Document]?

    var rows: [Row] { (findings ?? []) + (reports ?? []).flatMap(\.rows) }
  }

  init(json: Data, file: String, formats: [String]) throws(TriageFileError) {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: json)
    } catch {
      throw TriageFileError(file: file, Self.problem(error))
    }
    let expected = formats.map { "\"\($0)\"" }.joined(separator: " or ")
    guard let format = document.format, formats.contains(format) else {
      throw TriageFileError(
        file: file,
        "expected \"format\": \(expected); found \((document.format?.inOneLine).map { "'\($0)'" } ?? "none")"
      )
    }
    guard document.version == 1 else {
      throw TriageFileError(
        file: file,
        "expected \"version\": 1; found \(document.version.map { "\($0)" } ?? "none")")
    }
    guard document.findings != nil || document.reports != nil else {
      throw TriageFileError(file: file, "expected \"findings\"; found none")
    }
    var findings: [KnownFinding] = []
    for (index, row) in document.rows.enumerated() {
      guard let fingerprint = Fingerprint(row.fingerprint) else {
        throw TriageFileError(
          file: file,
          "finding \(index + 1): expected a fingerprint of 16 hexadecimal digits; "
            + "found '\(row.fingerprint.inOneLine)'")
      }
      guard let verdict = Verdict(rawValue: row.verdict) else {
        throw TriageFileError(
          file: file,
          "finding \(index + 1): expected a verdict: observed, predicted or possible; "
            + "found '\(row.verdict.inOneLine)'")
      }
      findings.append(
        KnownFinding(
          fingerprint: fingerprint, code: row.code, rule: row.rule, verdict: verdict,
          message: row.message ?? "", objects: row.objects ?? []))
    }
    self.findings = findings
  }

  private static func problem(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "not JSON: \(error)" }
    switch error {
    case .dataCorrupted(let context):
      let detail = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey]
      return "not JSON: " + ((detail as? String) ?? context.debugDescription)
    case .keyNotFound(let key, let context):
      return "expected \"\(key.stringValue)\"" + place(context) + "; found none"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return context.debugDescription.inOneLine + place(context)
    @unknown default: return "not JSON: \(error)"
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { key in
      key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
    }.joined()
    return path.isEmpty ? "" : " in \(path.hasPrefix(".") ? String(path.dropFirst()) : path)"
  }
}
