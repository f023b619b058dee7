import Foundation
import Glibc
import Testing

@testable import LockcheckCommand

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `lockcheck run --hang` {
  @Test func `reports a deadlock, keeps the trace and ends the program`() throws {
    try withProgram(CProgram.deadlocked) { lockcheck, program in
      let result = try lockcheck.record("--hang", "0.2", "--", program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(result.output == "begun\n")
      #expect(result.errors.contains("LC101 deadlock"))
      #expect(lockcheck.leftovers.count == 1)
    }
  }

  @Test func `ends a program that does not want to`() throws {
    let source = CProgram.deadlocked.replacing(
      "puts(\"begun\");", with: "signal(SIGTERM, SIG_IGN); puts(\"begun\");")
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--hang", "0.2", "-o", "report.txt", "--", program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(try lockcheck.read("report.txt").contains("LC101 deadlock"))
    }
  }

  @Test func `sees a deadlock of threads that a program's first one has left behind`() throws {
    let source =
      CProgram.deadlocked.split(separator: "int main")[0] + """
        static void *rest(void *x) { run(left, right); return x; }
        int main(void) { pthread_t other; pthread_create(&other, 0, rest, 0); pthread_exit(0); }
        """
    try withProgram(String(source)) { lockcheck, program in
      let result = try lockcheck.record("--hang", "0.2", "--", program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(result.errors.contains("LC101 deadlock"))
    }
  }

  @Test func `sees a deadlock beside a thread that goes on waiting for input`() throws {
    let source = CProgram.deadlocked.replacing(
      "int main(void) {",
      with: """
        static void *reader(void *x) { char byte; return read(0, &byte, 1) == 1 ? x : 0; }
        int main(void) { pthread_t other; pthread_create(&other, 0, reader, 0);
        """)
    try withProgram(source) { lockcheck, program in
      let run = try LiveRun(lockcheck, "--hang", "0.2", "--", program)
      try run.awaitErrors("hangs")
      let result = try run.end()
      #expect(result.status == 86)
      #expect(result.errors.contains("LC101 deadlock"))
    }
  }

  @Test func `leaves a program alone that waits for input`() throws {
    let source = """
      static void *reader(void *x) {
        char byte;
        pthread_mutex_lock(&a);
        puts("ready"); fflush(stdout);
        while (read(0, &byte, 1) == 1) {}
        pthread_mutex_unlock(&a);
        return x;
      }
      int main(void) { run(reader, reader); puts("done"); return 0; }
      """
    try withProgram(source) { lockcheck, program in
      let run = try LiveRun(lockcheck, "--hang", "0.05", "--", program)
      try run.awaitOutput("ready")
      // Whatever time it takes: it is looked at many times.
      usleep(500_000)
      let result = try run.end()
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.contains("done"))
      #expect(!result.errors.contains("hangs"))
    }
  }

  @Test func `sees a hang in what is not recorded`() throws {
    let source = """
      #include <linux/futex.h>
      #include <sys/syscall.h>
      int main(void) {
        static int word = 0;
        both(&a, &b);
        for (;;) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
      }
      """
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--hang", "0.2", "--", program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(result.errors.contains("no thread of it can go on"))
      #expect(result.errors.contains("waits for another thread"))
    }
  }

  /// One thread that waits for a signal, and one for events: as those of a Swift program whose tasks nobody resumes.
  private static let idle = """
    #include <sys/epoll.h>
    #include <sys/eventfd.h>
    #include <sys/timerfd.h>
    static int watched = -1;
    static void *manager(void *x) {
      int set = epoll_create1(0);
      struct epoll_event event = {EPOLLIN, {0}};
      epoll_ctl(set, EPOLL_CTL_ADD, eventfd(0, 0), &event);
      epoll_ctl(set, EPOLL_CTL_ADD, timerfd_create(CLOCK_MONOTONIC, 0), &event);
      if (watched >= 0) epoll_ctl(set, EPOLL_CTL_ADD, watched, &event);
      say(first);
      epoll_wait(set, &event, 1, -1);
      return x;
    }
    static void end(int number) { (void)number; _exit(0); }
    static void suspend(void) {
      pthread_t other;
      if (pipe(first)) abort();
      pthread_create(&other, 0, manager, 0);
      hear(first);
      both(&a, &b);
      puts("ready"); fflush(stdout);
      sigset_t none;
      sigemptyset(&none);
      for (;;) sigsuspend(&none);
    }
    """

  @Test func `sees that nothing will ever end the waits for signals and events`() throws {
    let source = Self.idle + "int main(void) { signal(SIGSEGV, end); suspend(); }"
    try withProgram(source) { lockcheck, program in
      let result = try lockcheck.record("--hang", "0.2", "--", program)
      #expect(result.status == 86, "\(result.errors)")
      #expect(result.errors.contains("waits for a signal, and the program handles none"))
      #expect(result.errors.contains("waits for events that only other threads could cause"))
    }
  }

  @Test(arguments: [
    "signal(SIGUSR2, end); suspend();",
    "int ends[2]; if (pipe(ends) == 0) watched = ends[0]; suspend();",
    """
    watched = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec hour = {{0, 0}, {3600, 0}};
    timerfd_settime(watched, 0, &hour, 0); suspend();
    """,
  ])
  func `leaves a program alone that a signal, a pipe or a timer may wake`(main: String) throws {
    try withProgram(Self.idle + "int main(void) { (void)end; \(main) }") { lockcheck, program in
      let run = try LiveRun(lockcheck, "--hang", "0.05", "--", program)
      try run.awaitOutput("ready")
      // Whatever time it takes: it is looked at many times.
      usleep(500_000)
      run.send(SIGTERM)
      let result = try run.end()
      #expect(!result.errors.contains("hangs"))
    }
  }

  @Test(arguments: [
    ("202 0x7f 0x189 0x0 0x0 0x0 0xffffffff 0x7ffd 0x7f", true),
    ("202 0x7f 0x80 0x2 0x0 0x0 0x0 0x7ffd 0x7f", true),
    // With a timeout; a wake; a nap; a thread that runs; one that may not be looked at.
    ("202 0x7f 0x189 0x0 0x7ffd11 0x0 0xffffffff 0x7ffd 0x7f", false),
    ("202 0x7f 0x81 0x1 0x0 0x0 0x0 0x7ffd 0x7f", false),
    ("230 0x0 0x0 0x7ffd 0x7ffd 0x0 0x0 0x7ffd 0x7f", false),
    ("running", false),
    ("", false),
  ])
  func `tells a wait without end from others`(call: String, isEndless: Bool) {
    #if arch(x86_64)
      #expect((SleepingCall(call)?.isEndlessFutexWait ?? false) == isEndless)
    #endif
  }
}

@Suite(.enabled(if: CProgram.compiler != nil, "there is no C compiler"))
struct `A signal to lockcheck run` {
  /// Says when it is ready, and waits for a signal that it has a handler for.
  private static let handler = """
    static void *left(void *x) { both(&a, &b); say(first); return x; }
    static void *right(void *x) { hear(first); both(&b, &a); return x; }
    int main(void) {
      run(left, right);
      sigset_t set, before;
      sigemptyset(&set);
      sigaddset(&set, SIGINT); sigaddset(&set, SIGTERM); sigaddset(&set, SIGHUP); sigaddset(&set, SIGUSR2);
      pthread_sigmask(SIG_BLOCK, &set, &before);
      puts("ready"); fflush(stdout);
      int number;
      sigwait(&set, &number);
      printf("got %d\\n", number);
      return 7;
    }
    """

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR2])
  func `reaches the program, and the report still comes`(signal: Int32) throws {
    try withProgram(Self.handler) { lockcheck, program in
      let run = try LiveRun(lockcheck, "--", program)
      try run.awaitOutput("ready")
      run.send(signal)
      let result = try run.end()
      #expect(result.output == "got \(signal)\n")
      #expect(result.status == 7)
      #expect(result.errors.contains("LC102"))
    }
  }

  @Test func `ends a program that has no handler for it, and what it did is told`() throws {
    let source = CProgram.inverted.replacing(
      "puts(\"done\");", with: "puts(\"ready\"); fflush(stdout); pause();")
    try withProgram(source) { lockcheck, program in
      let run = try LiveRun(lockcheck, "--", program)
      try run.awaitOutput("ready")
      run.send(SIGINT)
      let result = try run.end()
      #expect(result.status == 130)
      #expect(result.errors.contains("LC102"))
    }
  }

  @Test func `shows how things are, and the program goes on`() throws {
    let source = """
      static void *holder(void *x) {
        char byte;
        pthread_mutex_lock(&a);
        say(first);
        while (read(0, &byte, 1) == 1) {}
        pthread_mutex_unlock(&a);
        return x;
      }
      static void *waiter(void *x) {
        hear(first);
        puts("ready"); fflush(stdout);
        pthread_mutex_lock(&a);
        pthread_mutex_unlock(&a);
        return x;
      }
      int main(void) { run(holder, waiter); puts("done"); return 0; }
      """
    try withProgram(source) { lockcheck, program in
      let run = try LiveRun(lockcheck, "--signal", "USR1", "--", program)
      try run.awaitOutput("ready")
      // The thread that waits may not have come to it yet: then it is asked again.
      repeat { run.send(SIGUSR1) } while try !run.awaitsHolder()
      let result = try run.end()
      #expect(result.status == 0)
      #expect(result.output == "done\n")
    }
  }
}

extension LiveRun {
  /// Reads one look at how things are; whether a thread waits for one that holds a lock.
  fileprivate func awaitsHolder() throws -> Bool {
    try awaitErrors("Looked at").contains("held by")
  }
}
