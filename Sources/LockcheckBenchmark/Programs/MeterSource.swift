/// The small C program that starts another and says what it took.
///
/// Not this one: what the kernel says of the peak memory of a process counts from the one that started it.
enum MeterSource {
  /// `meter SECONDS keep|drop SOCKET|- REQUESTS BATCH PROGRAM …`: runs the program, at one place in memory, and
  /// writes `meter`, how it ended, nanoseconds by the clock and of processor time, and the peak memory in
  /// KiB. `drop` throws the program's output away. Where a socket is named, the program is a memcached that
  /// listens there: two connections ask it so often, `BATCH` requests at a time, which is what is timed, and then it
  /// is told to end.
  static let text = #"""
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/personality.h>
    #include <sys/resource.h>
    #include <sys/socket.h>
    #include <sys/un.h>
    #include <sys/wait.h>
    #include <time.h>
    #include <unistd.h>

    // Of so many requests the first sets a key, the others get one.
    enum { KEYS = 1000, TURN = 4 };
    static pid_t child;
    static const char *place;
    static long requests, batch;
    static volatile sig_atomic_t is_late;

    static void end_child(int signal) {
      (void)signal;
      is_late = 1;
      kill(child, SIGKILL);
    }

    static long now(void) {
      struct timespec time;
      clock_gettime(CLOCK_MONOTONIC, &time);
      return time.tv_sec * 1000000000L + time.tv_nsec;
    }

    static int connection(void) {
      struct sockaddr_un address = {.sun_family = AF_UNIX};
      strncpy(address.sun_path, place, sizeof address.sun_path - 1);
      while (!is_late && waitpid(child, 0, WNOHANG) == 0) {
        int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(end, (struct sockaddr *)&address, sizeof address) == 0) return end;
        close(end);
        usleep(5000);
      }
      return -1;
    }

    // Sends a text and waits for so many lines of an answer.
    static int ask(int end, const char *text, size_t size, int lines) {
      char answer[65536];
      while (size > 0) {
        ssize_t sent = send(end, text, size, MSG_NOSIGNAL);
        if (sent <= 0) return 0;
        text += sent, size -= sent;
      }
      while (lines > 0) {
        ssize_t got = recv(end, answer, sizeof answer, 0);
        if (got <= 0) return 0;
        for (ssize_t i = 0; i < got; i++) lines -= answer[i] == '\n';
      }
      return 1;
    }

    static size_t put_set(char *text, int key) {
      return sprintf(text, "set key%d 0 0 100\r\n%0100d\r\n", key, key);
    }

    static void *client(void *argument) {
      int end = *(int *)argument;
      char text[8192];
      for (long done = 0; done < requests / 2;) {
        size_t size = 0;
        int lines = 0;
        for (long i = 0; i < batch; i++, done++) {
          int is_set = done % TURN == 0;
          lines += is_set ? 1 : 3;
          size += is_set ? put_set(text + size, done * 7 % KEYS)
                         : sprintf(text + size, "get key%ld\r\n", done * 13 % KEYS);
        }
        if (!ask(end, text, size, lines)) return "no answer";
      }
      return 0;
    }

    // What the child's threads have run.
    static long now_of_child(void) {
      clockid_t clock;
      struct timespec time = {0};
      if (clock_getcpuclockid(child, &clock) == 0) clock_gettime(clock, &time);
      return time.tv_sec * 1000000000L + time.tv_nsec;
    }

    // Whether every request was answered, and what that took: a server that ends waits for its clock.
    static int serve(long *wall, long *cpu) {
      int ends[2] = {connection(), connection()};
      if (ends[0] < 0 || ends[1] < 0) return 0;
      char text[512];
      for (int key = 0; key < KEYS; key++)
        if (!ask(ends[0], text, put_set(text, key), 1)) return 0;
      pthread_t threads[2];
      int is_answered = 1;
      long wall_before = now(), cpu_before = now_of_child();
      for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, client, &ends[i]);
      for (int i = 0; i < 2; i++) {
        void *complaint;
        pthread_join(threads[i], &complaint);
        is_answered &= complaint == 0;
      }
      *wall = now() - wall_before;
      *cpu = now_of_child() - cpu_before;
      for (int i = 0; i < 2; i++) close(ends[i]);
      return is_answered;
    }

    int main(int count, char **words) {
      if (count < 7) return 2;
      int is_dropped = strcmp(words[2], "drop") == 0, is_server = strcmp(words[3], "-") != 0;
      place = words[3];
      requests = atol(words[4]), batch = atol(words[5]);
      if (batch < 1 || batch > 16) return 2;
      long start = now();
      child = fork();
      if (child == 0) {
        // ThreadSanitizer of some versions needs the addresses to be the usual ones.
        personality(ADDR_NO_RANDOMIZE);
        if (is_dropped) dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
        execvp(words[6], words + 6);
        _exit(127);
      }
      signal(SIGALRM, end_child);
      alarm(atoi(words[1]));
      int is_answered = 1;
      long served = 0, served_cpu = 0;
      if (is_server) {
        is_answered = serve(&served, &served_cpu);
        kill(child, SIGTERM);
      }
      int status = -1;
      struct rusage usage = {0};
      wait4(child, &status, 0, &usage);
      long wall = now() - start;
      long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000L +
                 (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000L;
      if (is_server) wall = served, cpu = served_cpu;
      const char *end = is_late ? "late" : is_answered && status == 0 ? "good" : "bad";
      printf("meter\t%s\t%ld\t%ld\t%ld\n", end, wall, cpu, usage.ru_maxrss);
      return 0;
    }
    """#
}
