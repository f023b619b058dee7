/// Test results as JUnit's Ant task writes them, the form that every continuous integration reads.
package struct JUnitDocument {
  /// Some test cases under one name.
  package struct Suite {
    /// What it is called.
    package var name: String
    /// The cases, in order.
    package var cases: [Case]

    /// Makes a suite.
    package init(name: String, cases: [Case]) {
      self.name = name
      self.cases = cases
    }
  }

  /// One test case.
  package struct Case {
    /// What groups it with others.
    package var suite: String
    /// What it is called.
    package var name: String
    /// Where it is; nil where that is not known.
    package var place: (file: String, line: Int)?
    /// What went wrong, in a line and at length; nil where nothing did.
    package var failure: (headline: String, text: String)?
    /// What else is to be said.
    package var output: String?

    /// Makes a case that passed, unless something is said of a failure.
    package init(
      suite: String, name: String, place: (file: String, line: Int)? = nil,
      failure: (headline: String, text: String)? = nil, output: String? = nil
    ) {
      self.suite = suite
      self.name = name
      self.place = place
      self.failure = failure
      self.output = output
    }
  }

  private let suites: [Suite]

  /// Makes a document of the given suites.
  package init(_ suites: [Suite]) { self.suites = suites }

  /// The document, ending with a line break.
  package var text: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
    for suite in suites {
      let failures = suite.cases.count { $0.failure != nil }
      text +=
        "<testsuite name=\"\(XMLText.quoted(suite.name))\" errors=\"0\" "
        + "tests=\"\(suite.cases.count)\" failures=\"\(failures)\" skipped=\"0\">\n"
      for one in suite.cases { Self.write(one, to: &text) }
      text += "</testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private static func write(_ one: Case, to text: inout String) {
    text +=
      "<testcase classname=\"\(XMLText.quoted(one.suite))\" name=\"\(XMLText.quoted(one.name))\""
    if let place = one.place {
      text += " file=\"\(XMLText.quoted(place.file))\" line=\"\(place.line)\""
    }
    guard one.failure != nil || one.output != nil else {
      text += "/>\n"
      return
    }
    text += ">\n"
    if let failure = one.failure {
      text +=
        "<failure message=\"\(XMLText.quoted(failure.headline))\">"
        + "\(XMLText.quoted(failure.text))</failure>\n"
    }
    if let output = one.output { text += "<system-out>\(XMLText.quoted(output))</system-out>\n" }
    text += "</testcase>\n"
  }
}
