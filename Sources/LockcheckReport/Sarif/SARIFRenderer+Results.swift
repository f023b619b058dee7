import LockcheckFindings
import LockcheckTrace

extension SARIFRenderer {
  /// Writes all that is known of a finding.
  func write(_ result: SARIFResult, isSuppressed: Bool, to writer: inout JSONWriter) {
    writeHead(of: result, links: .max, to: &writer)
    writer.member("locations") { writer in
      writer.array([result.place].compactMap(\.self)) { writer, place in
        writer.object { write(place, saying: nil, to: &$0) }
      }
    }
    writeRelated(of: result, limit: .max, to: &writer)
    writer.member("codeFlows") { writer in
      writer.array([result.flows]) { writer, flows in
        writer.object { writer in
          writer.member("threadFlows") { writer in
            writer.array(flows) { writer, flow in
              writer.object { writer in
                writer.member("id", result.story.cast[flow.thread].withoutControls)
                writer.member("locations") { writer in
                  // One line for each: there are stacks in it.
                  writer.array(flow.remarks) { writer, one in
                    writer.line { write(one.remark, at: one.place, of: result, to: &$0) }
                  }
                }
              }
            }
          }
        }
      }
    }
    writeFingerprints(of: result, to: &writer)
    writer.member("occurrenceCount", max(1, result.reported.finding.occurrenceCount))
    writer.member("rank", result.reported.rank)
    if isSuppressed { writeSuppression(of: result.reported, to: &writer) }
    writeProperties(of: result, to: &writer)
  }

  /// Writes what stands first in every result: the rule, the level and the message.
  func writeHead(of result: SARIFResult, links: Int, to writer: inout JSONWriter) {
    writer.member("ruleId", result.reported.finding.rule.code)
    if result.ruleIndex >= 0 { writer.member("ruleIndex", result.ruleIndex) }
    writer.member("level", result.reported.severity.rawValue)
    Self.write(text: result.message(links: links), as: "message", to: &writer)
  }

  /// Writes the places that the message links to.
  func writeRelated(of result: SARIFResult, limit: Int, to writer: inout JSONWriter) {
    let related = Array(result.relatedPlaces.prefix(limit).enumerated())
    guard !related.isEmpty else { return }
    writer.member("relatedLocations") { writer in
      writer.array(related) { writer, one in
        writer.line { writer in
          writer.member("id", one.offset)
          write(one.element.place, saying: one.element.remark.text, to: &writer)
        }
      }
    }
  }

  func writeFingerprints(of result: SARIFResult, to writer: inout JSONWriter) {
    writer.member("partialFingerprints") { writer in
      writer.object { writer in
        writer.member("primaryLocationLineHash", result.lineHash)
        writer.member("lockcheckFingerprint/v1", result.reported.fingerprint.description)
      }
    }
  }

  /// Writes who decided to live with it, and why: in a comment next to the code, or outside of the sources.
  private func writeSuppression(of reported: ReportedFinding, to writer: inout JSONWriter) {
    writer.member("suppressions") { writer in
      writer.array([reported]) { writer, _ in
        writer.object { writer in
          let suppression = reported.suppression
          var kind = "external"
          if case .comment = suppression?.origin { kind = "inSource" }
          writer.member("kind", kind)
          writer.member("status", "accepted")
          if let reason = suppression?.reason { writer.member("justification", reason) }
        }
      }
    }
  }

  private func writeProperties(of result: SARIFResult, to writer: inout JSONWriter) {
    let finding = result.reported.finding
    writer.member("properties") { writer in
      writer.object { writer in
        writer.member("verdict", finding.verdict.rawValue)
        writer.member("kind", finding.rule.kind.rawValue)
        writer.member("threads", result.reported.cast.threads)
        writer.member("objects", result.reported.cast.objects)
        writer.member("advice", result.story.advice)
        writer.member("assumes", finding.assumes.map(\.rawValue))
        if let missing = finding.missing { writer.member("missing", missing.rawValue) }
        if let confirmation = result.reported.confirmation {
          writer.member("confirmation", confirmation.answer.rawValue)
        }
      }
    }
  }
}

// MARK: - Places

extension SARIFRenderer {
  /// Writes the members of a location.
  func write(_ place: SourcePlace, saying text: String?, to writer: inout JSONWriter) {
    writer.member("physicalLocation") { writer in
      writer.object { writer in
        writer.member("artifactLocation") { writer in
          writer.object { writer in
            writer.member("uri", SARIFText.address(place.path))
            if profile == .full, !place.path.hasPrefix("/") {
              writer.member("uriBaseId", Self.base)
            }
          }
        }
        writer.member("region") { writer in
          writer.object { write(regionOf: place, to: &$0) }
        }
      }
    }
    // GitHub does not read it.
    if profile == .full, let function = place.function { write(function: function, to: &writer) }
    if let text { Self.write(text: SARIFText.message(text), as: "message", to: &writer) }
  }

  /// Only the line is known: GitHub wants columns all the same, and gets the whole line.
  private func write(regionOf place: SourcePlace, to writer: inout JSONWriter) {
    let line = source(place.recordedPath, place.line)
    writer.member("startLine", place.line)
    if profile == .github {
      writer.member("startColumn", 1)
      writer.member("endLine", place.line)
      writer.member("endColumn", max(2, (line?.unicodeScalars.count ?? 0) + 1))
    } else if let line {
      Self.write(text: line.withoutControls, as: "snippet", to: &writer)
    }
  }

  private func write(function: String, to writer: inout JSONWriter) {
    writer.member("logicalLocations") { writer in
      writer.array([function]) { writer, function in
        writer.object { writer in
          writer.member("fullyQualifiedName", function)
          writer.member("kind", "function")
        }
      }
    }
  }

  /// Writes one step of a thread's flow, with its stack.
  private func write(
    _ remark: Remark, at place: SourcePlace?, of result: SARIFResult, to writer: inout JSONWriter
  ) {
    let step = result.reported.finding.steps[remark.step]
    let isHeld = remark.held.isPresent
    writer.member("location") { writer in
      writer.object { writer in
        if let place { return write(place, saying: remark.text, to: &writer) }
        if let function = result.story.tables.frames(of: remark.stack).telling.first?.function {
          write(function: function, to: &writer)
        }
        Self.write(text: SARIFText.message(remark.text), as: "message", to: &writer)
      }
    }
    let frames = result.story.tables.frames(of: remark.stack)
    if !frames.isEmpty { write(stack: frames, to: &writer) }
    let kinds = isHeld ? ["acquire", "lock"] : step.operation.flowKinds
    if !kinds.isEmpty { writer.member("kinds", kinds) }
    if !isHeld { writer.member("executionOrder", step.event) }
    writer.member("importance", isHeld ? "important" : "essential")
  }

  private func write(stack frames: [Frame], to writer: inout JSONWriter) {
    writer.member("stack") { writer in
      writer.object { writer in
        writer.member("frames") { writer in
          writer.array(frames) { writer, frame in
            writer.object { write(frame, to: &$0) }
          }
        }
      }
    }
  }

  private func write(_ frame: Frame, to writer: inout JSONWriter) {
    writer.member("location") { writer in
      writer.object { writer in
        if let place = SourcePlace(frame, root: root) {
          write(place, saying: nil, to: &writer)
        } else if let function = frame.function {
          write(function: function, to: &writer)
        } else {
          Self.write(text: SARIFText.message(frame.place), as: "message", to: &writer)
        }
      }
    }
    if let module = frame.module { writer.member("module", module.lastPathComponent) }
  }
}

extension Operation {
  /// The words that SARIF has for it.
  fileprivate var flowKinds: [String] {
    switch self {
    case .acquire: ["acquire", "lock"]
    case .release: ["release", "lock"]
    case _ where isAccess: ["memory"]
    default: []
    }
  }
}

extension ReportedFinding {
  /// From 0 to 100: what should be looked at first.
  fileprivate var rank: Int {
    switch finding.verdict {
    case _ where finding.rule.kind == .performance: 10
    case .observed: 100
    case .predicted: confirmation?.answer == .confirmed ? 95 : 90
    case .possible: 50
    }
  }
}
