/// The HTML around the data: its script and style, and the policy that lets nothing else run.
struct PageFrame {
  let title: String
  /// Packed with gzip.
  let data: [UInt8]

  /// The parts of the script, in the order in which they build on one another.
  static var script: [UInt8] {
    [
      PackageResources.base_js, PackageResources.model_js, PackageResources.stacks_js,
      PackageResources.graph_js, PackageResources.witness_js, PackageResources.timeline_js,
      PackageResources.finding_js, PackageResources.order_js, PackageResources.overview_js,
      PackageResources.list_js, PackageResources.main_js,
    ].joined(separator: Array("\n".utf8)).reduce(into: []) { $0.append($1) }
  }

  static var style: [UInt8] { PackageResources.page_css }

  /// Only the script and the style whose hashes these are; no other source of anything, no plugin, no form,
  /// no frame, and no text that becomes markup.
  static func policy(script: [UInt8], style: [UInt8]) -> String {
    let hash = { (bytes: [UInt8]) in
      "'sha256-" + String(decoding: Base64.text(SHA256.hash(bytes)), as: UTF8.self) + "'"
    }
    return "default-src 'none'; script-src \(hash(script)); style-src \(hash(style)); "
      + "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types"
  }

  var html: String {
    let (script, style) = (Self.script, Self.style)
    let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy(script: script, style: style))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <meta name="color-scheme" content="light dark">
      <title>\(title.isEmpty ? "lockcheck" : "\(title.escapedForHTML) · lockcheck")</title>
      <style>\(text(style))</style>
      </head>
      <body>
      <div id="app"><p class="loading" role="status">Opening the report …</p></div>
      <noscript><p class="loading">This report unpacks and draws itself: it needs JavaScript, and nothing
      from a network.</p></noscript>
      <script type="application/octet-stream" id="data">\(text(Base64.text(data)))</script>
      <script>\(text(script))</script>
      </body>
      </html>

      """
  }
}

extension String {
  /// With nothing in it that HTML could take for markup.
  var escapedForHTML: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "&": text += "&amp;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
