/*
 * Writes a block device at random and proves afterwards that every acknowledged write is there.
 *
 *   blockcheck DEVICE BLOCKS WRITERS SEED STOP_FILE
 *
 * Each of WRITERS processes owns the blocks b < BLOCKS with b % WRITERS equal to its number, and
 * writes, discards and reads them back, one request at a time, until STOP_FILE exists. Every write
 * carries the block's number and a generation that only grows, so a read tells which write it
 * sees. A request that failed leaves its block "unknown" until the next success: then the old and
 * the new content are both right.
 *
 * Prints "acked N" about once a second, and at the end "ok: ..." (exit 0) or what is wrong (exit 1).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define WORDS (BLOCK_BYTES / sizeof(uint64_t))
#define WRITERS_MAX 64
#define MAGIC 0x4b4c423143484b31ULL
#define BAD_MAX 20

struct shared {
  volatile uint64_t acked[WRITERS_MAX];
  volatile uint64_t failed[WRITERS_MAX];
};

struct writer {
  int fd;
  int number;
  int writers;
  long blocks;
  uint64_t dice;
  uint64_t *sure;    /* generation last acknowledged; 0: reads as zeroes */
  uint64_t *unknown; /* generation of a failed request since, or UINT64_MAX */
  uint64_t *buffer;
  struct shared *shared;
};

static uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

static uint64_t roll(struct writer *w) {
  w->dice += 0x9e3779b97f4a7c15ULL;
  return mix(w->dice);
}

static void fill(uint64_t *words, uint64_t block, uint64_t generation) {
  words[0] = MAGIC;
  words[1] = block;
  words[2] = generation;
  for (size_t i = 3; i < WORDS; i++) {
    /* The second half compresses, as real data do in part. */
    words[i] = i < WORDS / 2 ? mix(block << 32 ^ generation << 8 ^ i) : generation;
  }
}

static int holds(const uint64_t *words, uint64_t block, uint64_t generation) {
  static uint64_t expected[WORDS];
  if (generation == 0) {
    memset(expected, 0, sizeof expected);
  } else {
    fill(expected, block, generation);
  }
  return memcmp(words, expected, sizeof expected) == 0;
}

static int is_right(struct writer *w, long block, int *failed) {
  ssize_t got = pread(w->fd, w->buffer, BLOCK_BYTES, (off_t)block * BLOCK_BYTES);
  *failed = got != BLOCK_BYTES;
  if (*failed) return 0;
  if (holds(w->buffer, block, w->sure[block])) return 1;
  return w->unknown[block] != UINT64_MAX && holds(w->buffer, block, w->unknown[block]);
}

static void change(struct writer *w, long block, uint64_t generation) {
  off_t offset = (off_t)block * BLOCK_BYTES;
  int ok;
  if (generation == 0) {
    uint64_t range[2] = {offset, BLOCK_BYTES};
    ok = ioctl(w->fd, BLKZEROOUT, range) == 0;
  } else {
    fill(w->buffer, block, generation);
    ok = pwrite(w->fd, w->buffer, BLOCK_BYTES, offset) == BLOCK_BYTES;
  }
  if (ok) {
    w->sure[block] = generation;
    w->unknown[block] = UINT64_MAX;
    w->shared->acked[w->number]++;
  } else {
    w->unknown[block] = generation;
    w->shared->failed[w->number]++;
    usleep(100000);
  }
}

static int work(struct writer *w, const char *stop_file) {
  uint64_t generation = 0;
  long owned = (w->blocks - w->number + w->writers - 1) / w->writers;
  int bad = 0, failed;
  while (access(stop_file, F_OK) != 0 && bad < BAD_MAX) {
    long block = w->number + (long)(roll(w) % owned) * w->writers;
    uint64_t kind = roll(w) % 16;
    if (kind < 4) {
      if (!is_right(w, block, &failed) && !failed) {
        printf("wrong block %ld while writing: generation %ld, acked %ld\n", block,
               (long)w->buffer[2], (long)w->sure[block]);
        bad++;
      }
    } else {
      change(w, block, kind == 4 ? 0 : ++generation);
    }
  }
  for (long block = w->number; block < w->blocks && bad < BAD_MAX; block += w->writers) {
    if (!is_right(w, block, &failed)) {
      printf("%s block %ld at the end: generation %ld, acked %ld\n", failed ? "unreadable" : "wrong",
             block, (long)w->buffer[2], (long)w->sure[block]);
      bad++;
    }
  }
  fflush(stdout);
  return bad == 0 ? 0 : 1;
}

static int run_writer(int number, char **argv, struct shared *shared) {
  long blocks = atol(argv[2]);
  struct writer w = {.number = number,
                     .writers = atoi(argv[3]),
                     .blocks = blocks,
                     .dice = mix(strtoull(argv[4], NULL, 10) + number),
                     .shared = shared};
  w.fd = open(argv[1], O_RDWR | O_DIRECT);
  if (w.fd < 0) {
    printf("cannot open %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  w.sure = calloc(blocks, sizeof *w.sure);
  w.unknown = malloc(blocks * sizeof *w.unknown);
  w.buffer = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
  if (w.sure == NULL || w.unknown == NULL || w.buffer == NULL) {
    printf("no memory for writer %d\n", number);
    return 1;
  }
  memset(w.unknown, 0xff, blocks * sizeof *w.unknown);
  /* Start from what is known: zeroes. */
  for (long block = number; block < blocks; block += w.writers) {
    uint64_t range[2] = {(uint64_t)block * BLOCK_BYTES, BLOCK_BYTES};
    if (ioctl(w.fd, BLKZEROOUT, range) != 0) {
      printf("cannot zero block %ld: %s\n", block, strerror(errno));
      return 1;
    }
  }
  return work(&w, argv[5]);
}

static uint64_t sum(const volatile uint64_t *counts) {
  uint64_t all = 0;
  for (int i = 0; i < WRITERS_MAX; i++) all += counts[i];
  return all;
}

int main(int argc, char **argv) {
  struct stat device;
  setvbuf(stdout, NULL, _IOLBF, 0);
  /* Linux 6.12 may send a request's capsule from the thread that made the request, without
   * MSG_NOSIGNAL (nvme_tcp_queue_request, drivers/nvme/host/tcp.c): a connection that was reset
   * a moment ago raises SIGPIPE in a writer whose request is then repeated and succeeds. */
  signal(SIGPIPE, SIG_IGN);
  if (argc != 6 || atoi(argv[3]) < 1 || atoi(argv[3]) > WRITERS_MAX || atol(argv[2]) < atoi(argv[3])) {
    printf("usage: blockcheck DEVICE BLOCKS WRITERS SEED STOP_FILE\n");
    return 2;
  }
  if (stat(argv[1], &device) != 0 || !S_ISBLK(device.st_mode)) {
    printf("%s is not a block device\n", argv[1]);
    return 2;
  }
  struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 2;
  int writers = atoi(argv[3]), left = writers, bad = 0, status;
  for (int i = 0; i < writers; i++) {
    if (fork() == 0) exit(run_writer(i, argv, shared));
  }
  while (left > 0) {
    pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended > 0) {
      left--;
      if (WIFSIGNALED(status)) printf("a writer was killed by signal %d\n", WTERMSIG(status));
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) bad++;
    } else {
      printf("acked %llu\n", (unsigned long long)sum(shared->acked));
      sleep(1);
    }
  }
  printf("%s: %llu acked, %llu failed, %d of %d writers found wrong blocks\n",
         bad == 0 ? "ok" : "BAD", (unsigned long long)sum(shared->acked),
         (unsigned long long)sum(shared->failed), bad, writers);
  return bad == 0 ? 0 : 1;
}
