import Foundation
import Testing

@Suite struct `Completions` {
  @Test(
    arguments: [
      (["an"], "analyze"),
      (["analyze", "--fail-on", "p"], "predicted possible"),
      (["analyze", "ru"], "run.lctrace"),
      (["run", "--h"], "--help --hang"),
      (["run", "--signal", "US"], "USR1 USR2"),
      (["explain", "LC20"], "LC201 LC202 LC203 LC204"),
      (["explain", "lock-o"], "lock-order-cycle"),
    ])
  func `are what bash offers`(words: [String], offered: String) throws {
    try withCommand { command in
      let script = try command("--generate-completion-script", "bash").output
      let file = try command.write(script, to: "completions.bash")
      _ = try command.write("", to: "run.lctrace")
      // What bash sets before it calls the function of a command.
      let driver = """
        source '\(file)'
        [[ $(complete -p lockcheck) == *' -F _lockcheck '* ]] || exit 3
        COMP_WORDS=(lockcheck "$@") COMP_CWORD=$# COMP_LINE="lockcheck $*"
        COMP_POINT=${#COMP_LINE} COMPREPLY=()
        _lockcheck lockcheck "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "${COMPREPLY[*]}"
        """
      let found = try bash(driver, words, in: command.folder)
      #expect(found == offered)
    }
  }

  @Test(arguments: ["zsh", "fish"]) func `are there for other shells`(shell: String) throws {
    try withCommand { command in
      let script = try command("--generate-completion-script", shell)
      #expect(script.status == 0)
      for word in ["lockcheck", "analyze", "fail-on", "predicted", "LC102"] {
        #expect(script.output.contains(word), "\(word)")
      }
    }
  }

  private func bash(_ script: String, _ words: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["--norc", "-c", script, "bash"] + words
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
