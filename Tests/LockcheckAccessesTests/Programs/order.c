// One thread writes a value and gives word of it in some way, by its name; another takes the word and reads the
// value. With `raced` it knows from elsewhere that the word was given, in a way that is no order. Every case ends
// with `done`, and tells on the way if anything works otherwise than without the recording.
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/file.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int value, given, seen, is_raced;
/// Descriptors: 0 is read from, 1 written to; of those that stand in between, 2 and 3.
static int ends[4];
static int identifier;
static FILE *from, *to;
static pthread_t giver, taker;
static pthread_barrier_t both;

static void check(int is_right) {
  if (is_right) return;
  static const char text[] = "something is wrong\n";
  if (write(2, text, sizeof text - 1) < 0) _exit(4);
  _exit(2);
}

static void open_pipe(void) { check(pipe(ends) == 0); }
static void open_streams(void) {
  open_pipe();
  from = fdopen(ends[0], "r");
  to = fdopen(ends[1], "w");
  check(from != 0 && to != 0);
}
static void open_file(void) {
  char name[] = "/tmp/lockcheck-order-XXXXXX";
  ends[0] = ends[1] = mkstemp(name);
  check(ends[0] >= 0 && unlink(name) == 0);
}
/// The giver has the lock; the taker asks for it through another opening of the file.
static void open_locked(void) {
  char name[] = "/tmp/lockcheck-order-XXXXXX";
  ends[1] = mkstemp(name);
  ends[0] = open(name, O_RDWR);
  check(ends[0] >= 0 && unlink(name) == 0 && flock(ends[1], LOCK_EX) == 0);
}
static void give_unlock(void) { check(flock(ends[1], LOCK_UN) == 0); }
static void take_lock(void) { check(flock(ends[0], LOCK_EX) == 0); }
static void open_sockets(void) { check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0); }
static void open_two_pipes(void) {
  open_pipe();
  ends[2] = ends[0];
  ends[3] = ends[1];
  open_pipe();
  // In by 3, out of 2, into 1, out of 0.
}

static void take_byte(void) {
  char byte;
  check(read(ends[0], &byte, 1) == 1 && byte == '!');
}

static void give_pwrite(void) { check(pwrite(ends[1], "!", 1, 7) == 1); }
static void take_pread(void) {
  char byte = 0;
  while (pread(ends[0], &byte, 1, 7) != 1) usleep(100);
  check(byte == '!');
}
static void give_pwritev(void) {
  struct iovec part = {"!", 1};
  check(pwritev(ends[1], &part, 1, 7) == 1);
}
static void take_preadv(void) {
  char byte = 0;
  struct iovec part = {&byte, 1};
  while (preadv(ends[0], &part, 1, 7) != 1) usleep(100);
  check(byte == '!');
}
static void give_sendmmsg(void) {
  struct iovec part = {"!", 1};
  struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
  check(sendmmsg(ends[1], &message, 1, 0) == 1);
}
static void take_recvmmsg(void) {
  char byte = 0;
  struct iovec part = {&byte, 1};
  struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
  check(recvmmsg(ends[0], &message, 1, 0, 0) == 1 && byte == '!');
}
static void give_vmsplice(void) {
  static char byte = '!';
  struct iovec part = {&byte, 1};
  check(vmsplice(ends[1], &part, 1, 0) == 1);
}
/// A third thread, which has nothing to do with the value, moves it on.
static void *splicer(void *unused) {
  check(splice(ends[2], 0, ends[1], 0, 1, 0) == 1);
  return unused;
}
static pthread_t mover;
static void open_splice(void) {
  open_two_pipes();
  check(pthread_create(&mover, 0, splicer, 0) == 0);
}
static void give_through(void) { check(write(ends[3], "!", 1) == 1); }
static void open_sent_file(void) {
  open_pipe();
  int out = ends[0], in = ends[1];
  open_file();
  ends[2] = ends[0];
  ends[0] = out;
  ends[1] = in;
}
static void give_sendfile(void) {
  off_t start = 0;
  check(write(ends[2], "!", 1) == 1 && sendfile(ends[1], ends[2], &start, 1) == 1);
}

static void give_fprintf(void) { check(fprintf(to, "%s %d\n", "word", 1) == 7 && fflush(to) == 0); }
static void take_fgets(void) {
  char line[20];
  check(fgets(line, sizeof line, from) == line && strcmp(line, "word 1\n") == 0);
}
static void take_fscanf(void) {
  int number = 0;
  check(fscanf(from, "word %d", &number) == 1 && number == 1);
}
static void take_getline(void) {
  char *line = 0;
  size_t room = 0;
  check(getline(&line, &room, from) == 7);
  free(line);
}
static void give_fwrite(void) { check(fwrite("word 1\n", 1, 7, to) == 7 && fflush(0) == 0); }
static void take_fread(void) {
  char line[7];
  check(fread(line, 1, 7, from) == 7);
}
static void give_fputs(void) {
  setvbuf(to, 0, _IONBF, 0);
  check(fputs("word 1\n", to) >= 0);
}
static void take_getc(void) { check(getc(from) == 'w'); }
static void give_fclose(void) { check(putc('w', to) == 'w' && fclose(to) == 0); }
static void give_dprintf(void) { check(dprintf(ends[1], "!") == 1); }
/// What is standard output is a pipe for a while.
static int kept_output;
static void open_output(void) {
  open_pipe();
  kept_output = dup(1);
  printf("%s", "");
  check(dup2(ends[1], 1) == 1);
  from = fdopen(ends[0], "r");
}
static void give_printf(void) {
  check(printf("word %d\n", 1) == 7 && fflush(stdout) == 0);
  check(dup2(kept_output, 1) == 1);
}

static void give_close(void) { check(close(ends[1]) == 0); }
static void take_epoll(void) {
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &value}, told;
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
  check(epoll_wait(epoll, &told, 1, -1) == 1 && told.events == EPOLLHUP && told.data.ptr == &value);
  close(epoll);
}
static void take_pselect(void) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  check(pselect(ends[0] + 1, &set, 0, 0, 0, 0) == 1);
}
static void give_write(void) { check(write(ends[1], "!", 1) == 1); }
static void open_timer(void) { check((ends[0] = timerfd_create(CLOCK_MONOTONIC, 0)) >= 0); }
static void give_timer(void) {
  struct itimerspec soon = {.it_value.tv_nsec = 1};
  check(timerfd_settime(ends[0], 0, &soon, 0) == 0);
}
static void take_eight(void) {
  uint64_t count;
  check(read(ends[0], &count, sizeof count) == sizeof count);
}

static void open_queue(void) { check((identifier = msgget(IPC_PRIVATE, 0600)) >= 0); }
static void give_msgsnd(void) {
  struct msgbuf message = {1, {0x21}};
  check(msgsnd(identifier, &message, 1, 0) == 0);
}
static void take_msgrcv(void) {
  struct msgbuf message;
  check(msgrcv(identifier, &message, 1, 0, 0) == 1 && msgctl(identifier, IPC_RMID, 0) == 0);
}
static void open_semaphore(void) { check((identifier = semget(IPC_PRIVATE, 1, 0600)) >= 0); }
static void give_semop(void) {
  struct sembuf up = {0, 1, 0};
  check(semop(identifier, &up, 1) == 0);
}
static void take_semop(void) {
  struct sembuf down = {0, -1, 0};
  check(semop(identifier, &down, 1) == 0 && semctl(identifier, 0, IPC_RMID) == 0);
}
static void open_mq(void) {
  char name[40];
  struct mq_attr about = {.mq_maxmsg = 1, .mq_msgsize = 1};
  snprintf(name, sizeof name, "/lockcheck-order-%d", getpid());
  ends[0] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &about);
  check(ends[0] >= 0 && mq_unlink(name) == 0);
}
static void give_mq(void) { check(mq_send(ends[0], "!", 1, 0) == 0); }
static void take_mq(void) {
  char byte;
  check(mq_receive(ends[0], &byte, 1, 0) == 1);
}

/// Whoever takes a message makes room for another.
static void open_full_mq(void) {
  open_mq();
  give_mq();
}

static void open_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, 0);
}
static void give_kill(void) { check(kill(getpid(), SIGUSR1) == 0); }
static void give_pthread_kill(void) { check(pthread_kill(taker, SIGUSR1) == 0); }
static void give_sigqueue(void) {
  union sigval with = {.sival_int = 7};
  check(sigqueue(getpid(), SIGUSR1, with) == 0);
}
static sigset_t the_signal(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  return set;
}
static void take_sigwait(void) {
  sigset_t set = the_signal();
  int number = 0;
  check(sigwait(&set, &number) == 0 && number == SIGUSR1);
}
static void take_sigwaitinfo(void) {
  sigset_t set = the_signal();
  siginfo_t about;
  check(sigwaitinfo(&set, &about) == SIGUSR1 && about.si_value.sival_int == 7);
}
static void open_signalfd(void) {
  open_signal();
  sigset_t set = the_signal();
  check((ends[0] = signalfd(-1, &set, 0)) >= 0);
}
static void take_signalfd(void) {
  struct signalfd_siginfo about;
  check(read(ends[0], &about, sizeof about) == sizeof about && about.ssi_signo == SIGUSR1);
}

static volatile sig_atomic_t runs;
static void handle(int number) {
  check(number == SIGUSR1 && (is_raced || value == 42));
  runs = 1;
}
static void handle_with(int number, siginfo_t *about, void *context) {
  check(about->si_signo == number && context != 0);
  handle(number);
}
/// The handler is set, and read back; the thread waits for it to run.
static void open_handler(void) {
  struct sigaction action = {.sa_handler = handle}, before;
  check(sigaction(SIGUSR1, &action, 0) == 0 && sigaction(SIGUSR1, 0, &before) == 0);
  check(before.sa_handler == handle && !(before.sa_flags & SA_SIGINFO));
  action.sa_sigaction = handle_with;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  check(sigaction(SIGUSR1, &action, &before) == 0 && before.sa_handler == handle);
  check(sigaction(SIGUSR1, 0, &before) == 0 && before.sa_sigaction == handle_with);
  check((before.sa_flags & (SA_SIGINFO | SA_RESTART)) == (SA_SIGINFO | SA_RESTART));
  check(signal(SIGUSR2, SIG_IGN) == SIG_DFL && signal(SIGUSR2, handle) == SIG_IGN);
  check(signal(SIGUSR2, SIG_DFL) == handle);
}
static void take_handled(void) {
  while (!runs) usleep(100);
}
/// The handler is set only after the value was written: that it runs is enough.
static void give_sigaction(void) { open_handler(); }
static void take_raised(void) {
  struct sigaction now;
  // That the handler is there is seen by asking, which is no order.
  do check(sigaction(SIGUSR1, 0, &now) == 0);
  while (now.sa_sigaction != handle_with || sched_yield() != 0);
  check(raise(SIGUSR1) == 0);
}

static pid_t child;
static void give_fork(void) {
  pid_t made = fork();
  if (made == 0) _exit(7);
  __atomic_store_n(&child, made, __ATOMIC_RELAXED);
}
static void give_spawn(void) {
  char *arguments[] = {"false", 0};
  pid_t made;
  check(posix_spawn(&made, "/bin/false", 0, 0, arguments, environ) == 0);
  __atomic_store_n(&child, made, __ATOMIC_RELAXED);
}
static void give_vfork(void) {
  pid_t made = vfork();
  if (made == 0) _exit(7);
  __atomic_store_n(&child, made, __ATOMIC_RELAXED);
}
static void take_waitpid(void) {
  int status;
  pid_t made;
  while ((made = __atomic_load_n(&child, __ATOMIC_RELAXED)) == 0) usleep(100);
  check(waitpid(made, &status, 0) == made && WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

static sigset_t the_end(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}
static void open_end(void) {
  sigset_t set = the_end();
  check(pthread_sigmask(SIG_BLOCK, &set, 0) == 0);
}
static void take_end(void) {
  sigset_t set = the_end();
  int number = 0;
  check(sigwait(&set, &number) == 0 && number == SIGCHLD);
}

static void nothing(void) {}

static const struct {
  const char *name;
  void (*open)(void), (*give)(void), (*take)(void);
} cases[] = {
    {"pwrite", open_file, give_pwrite, take_pread},
    {"pwritev", open_file, give_pwritev, take_preadv},
    {"sendmmsg", open_sockets, give_sendmmsg, take_recvmmsg},
    {"vmsplice", open_pipe, give_vmsplice, take_byte},
    {"splice", open_splice, give_through, take_byte},
    {"sendfile", open_sent_file, give_sendfile, take_byte},
    {"fprintf", open_streams, give_fprintf, take_fgets},
    {"fscanf", open_streams, give_fprintf, take_fscanf},
    {"getline", open_streams, give_fprintf, take_getline},
    {"fwrite", open_streams, give_fwrite, take_fread},
    {"fputs", open_streams, give_fputs, take_getc},
    {"fclose", open_streams, give_fclose, take_getc},
    {"printf", open_output, give_printf, take_fgets},
    {"dprintf", open_pipe, give_dprintf, take_byte},
    {"epoll", open_pipe, give_close, take_epoll},
    {"pselect", open_pipe, give_write, take_pselect},
    {"timerfd", open_timer, give_timer, take_eight},
    {"msgsnd", open_queue, give_msgsnd, take_msgrcv},
    {"semop", open_semaphore, give_semop, take_semop},
    {"mq", open_mq, give_mq, take_mq},
    {"room", open_full_mq, take_mq, give_mq},
    {"sigwait", open_signal, give_pthread_kill, take_sigwait},
    {"sigwaitinfo", open_signal, give_sigqueue, take_sigwaitinfo},
    {"signalfd", open_signalfd, give_kill, take_signalfd},
    {"handler", open_handler, give_pthread_kill, take_handled},
    {"sigaction", nothing, give_sigaction, take_raised},
    {"fork", nothing, give_fork, take_waitpid},
    {"vfork", nothing, give_vfork, take_waitpid},
    {"spawn", nothing, give_spawn, take_waitpid},
    {"sigchld", open_end, give_fork, take_end},
    {"flock", open_locked, give_unlock, take_lock},
};
static void (*open_it)(void), (*give_it)(void), (*take_it)(void);

static void *give(void *unused) {
  pthread_barrier_wait(&both);
  value = 42;
  if (is_raced) {
    __atomic_store_n(&given, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&seen, __ATOMIC_RELAXED) == 0) usleep(100);
  }
  give_it();
  return unused;
}

static void *take(void *unused) {
  taker = pthread_self();
  pthread_barrier_wait(&both);
  while (is_raced && __atomic_load_n(&given, __ATOMIC_RELAXED) == 0) usleep(100);
  if (is_raced && value != 42) check(0);
  if (is_raced) __atomic_store_n(&seen, 1, __ATOMIC_RELAXED);
  take_it();
  if (value != 42) check(0);
  return unused;
}

/// Two that write to one pipe are not ordered by that, though one does so after the other has.
static void *say(void *unused) {
  value++;
  check(write(ends[1], "!", 1) == 1);
  return unused;
}
static void write_both(void) {
  pthread_t first, second;
  open_pipe();
  pthread_create(&first, 0, say, 0);
  usleep(1000);
  pthread_create(&second, 0, say, 0);
  pthread_join(first, 0);
  pthread_join(second, 0);
}

int main(int count, char **arguments) {
  if (count < 2) return 3;
  // Whoever started the program may have blocked some.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, 0);
  is_raced = count > 2 && strcmp(arguments[2], "raced") == 0;
  if (strcmp(arguments[1], "writers") == 0) {
    write_both();
    puts("done");
    return 0;
  }
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (strcmp(cases[i].name, arguments[1]) == 0) {
      open_it = cases[i].open;
      give_it = cases[i].give;
      take_it = cases[i].take;
    }
  if (open_it == 0) return 3;
  open_it();
  pthread_barrier_init(&both, 0, 2);
  pthread_create(&taker, 0, take, 0);
  pthread_create(&giver, 0, give, 0);
  pthread_join(giver, 0);
  pthread_join(taker, 0);
  if (mover != 0) pthread_join(mover, 0);
  puts("done");
  return 0;
}
