// SPDX-License-Identifier: Apache-2.0
//
// The system calls that Ashlar's devices need and the JDK does not have. Every function is one call: numbers in,
// a number out, a negative errno for a failure. Nothing is decided, kept or allocated here; the rings are mapped by
// mmap below and then filled and drained in Java, so that no native call is made per I/O.
//
// Java counterparts: io.ashlar.nvme.posix.PosixNative and io.ashlar.nvme.uring.UringNative. The layouts that Java
// reads and writes through addresses are asserted at the end of this file.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/nvme_ioctl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define POSIX(name) JNICALL Java_io_ashlar_nvme_posix_PosixNative_##name
#define URING(name) JNICALL Java_io_ashlar_nvme_uring_UringNative_##name
#define NO_ENV JNIEnv *env __attribute__((unused)), jclass type __attribute__((unused))

// An address as Java holds it.
static void *at(jlong address) { return (void *)(uintptr_t)address; }

static jlong answer(long result) { return result < 0 ? -errno : result; }

// ---------------------------------------------------------------------------------------------------------------
// PosixNative: files, locks, memory
// ---------------------------------------------------------------------------------------------------------------

// Bits of PosixNative.open, which differ between architectures as O_ flags do.
enum { OPEN_DIRECT = 1, OPEN_EXCLUSIVE = 2, OPEN_CREATE = 4, OPEN_READ_ONLY = 8 };

JNIEXPORT jint POSIX(open)(NO_ENV, jlong path, jint bits, jint mode) {
  int flags = O_CLOEXEC | O_NOCTTY;
  flags |= (bits & OPEN_READ_ONLY) ? O_RDONLY : O_RDWR;
  flags |= (bits & OPEN_DIRECT) ? O_DIRECT : 0;
  flags |= (bits & OPEN_EXCLUSIVE) ? O_EXCL : 0;
  flags |= (bits & OPEN_CREATE) ? O_CREAT : 0;
  return (jint)answer(open(at(path), flags, (mode_t)mode));
}

JNIEXPORT jint POSIX(close)(NO_ENV, jint fd) { return (jint)answer(close(fd)); }

// An open-file-description lock on the whole file: it is dropped by closing this descriptor and by nothing else,
// and it conflicts with the classic locks that other programs (and the JDK) take.
JNIEXPORT jint POSIX(lock)(NO_ENV, jint fd) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return (jint)answer(fcntl(fd, F_OFD_SETLK, &whole));
}

// Gives the lock back at once: others may hold the open file description for a while, as a closing ring does.
JNIEXPORT jint POSIX(unlock)(NO_ENV, jint fd) {
  struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  return (jint)answer(fcntl(fd, F_OFD_SETLK, &whole));
}

// Java's DeviceFacts: nine longs.
struct facts {
  int64_t mode, size_bytes, logical_block, physical_block, offset_align, memory_align, file_block, device, allocated;
};

JNIEXPORT jint POSIX(facts)(NO_ENV, jint fd, jlong address) {
  struct facts *facts = at(address);
  struct stat st;
  if (fstat(fd, &st) < 0) return -errno;
  memset(facts, 0, sizeof *facts);
  facts->mode = st.st_mode;
  facts->size_bytes = st.st_size;
  facts->file_block = st.st_blksize;
  facts->allocated = (int64_t)st.st_blocks * 512;
  dev_t device = S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode) ? st.st_rdev : st.st_dev;
  facts->device = ((int64_t)major(device) << 32) | minor(device);
  if (S_ISBLK(st.st_mode)) {
    uint64_t bytes = 0;
    int logical = 0;
    unsigned physical = 0;
    if (ioctl(fd, BLKGETSIZE64, &bytes) < 0 || ioctl(fd, BLKSSZGET, &logical) < 0 ||
        ioctl(fd, BLKPBSZGET, &physical) < 0)
      return -errno;
    facts->size_bytes = (int64_t)bytes;
    facts->logical_block = logical;
    facts->physical_block = physical;
  }
#ifdef STATX_DIOALIGN
  struct statx stx;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &stx) == 0 && (stx.stx_mask & STATX_DIOALIGN)) {
    facts->offset_align = stx.stx_dio_offset_align;
    facts->memory_align = stx.stx_dio_mem_align;
  }
#endif
  return 0;
}

JNIEXPORT jint POSIX(truncate)(NO_ENV, jint fd, jlong bytes) { return (jint)answer(ftruncate(fd, bytes)); }

JNIEXPORT jint POSIX(fallocate)(NO_ENV, jint fd, jint mode, jlong offset, jlong length) {
  return (jint)answer(fallocate(fd, mode, offset, length));
}

JNIEXPORT jlong POSIX(seekHole)(NO_ENV, jint fd, jlong offset) {
  off_t hole = lseek(fd, offset, SEEK_HOLE);
  return hole < 0 ? -errno : hole;
}

JNIEXPORT jint POSIX(sync)(NO_ENV, jint fd) { return (jint)answer(fsync(fd)); }

JNIEXPORT jint POSIX(errorText)(NO_ENV, jint error, jlong address, jint capacity) {
  char *into = at(address);
  const char *text = strerror_r(error, into, (size_t)capacity);
  size_t length = strnlen(text, (size_t)capacity);
  memmove(into, text, length);
  return (jint)length;
}

JNIEXPORT jint POSIX(eventFd)(NO_ENV) { return (jint)answer(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

// Takes the eventfd's count down to zero; -EAGAIN if it was zero.
JNIEXPORT jlong POSIX(drainEventFd)(NO_ENV, jint fd) {
  uint64_t count = 0;
  return read(fd, &count, sizeof count) < 0 ? -errno : (jlong)count;
}

// Waits until the descriptor is readable: 1, or 0 when the time is over.
JNIEXPORT jint POSIX(waitReadable)(NO_ENV, jint fd, jint timeout_ms) {
  struct pollfd wanted = {.fd = fd, .events = POLLIN};
  return (jint)answer(poll(&wanted, 1, timeout_ms));
}

JNIEXPORT jlong POSIX(map)(NO_ENV, jint fd, jlong offset, jlong length) {
  void *address = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  return address == MAP_FAILED ? -errno : (jlong)(uintptr_t)address;
}

// Zeroed memory that takes room only where it is touched, in large pages where there are any.
JNIEXPORT jlong POSIX(mapMemory)(NO_ENV, jlong length) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *address = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (address == MAP_FAILED)
    return -errno;
  (void)madvise(address, (size_t)length, MADV_HUGEPAGE);
  return (jlong)(uintptr_t)address;
}

JNIEXPORT jint POSIX(unmap)(NO_ENV, jlong address, jlong length) {
  return (jint)answer(munmap(at(address), (size_t)length));
}

JNIEXPORT jint POSIX(lockMemory)(NO_ENV, jlong address, jlong length) {
  return (jint)answer(mlock(at(address), (size_t)length));
}

JNIEXPORT jint POSIX(unlockMemory)(NO_ENV, jlong address, jlong length) {
  return (jint)answer(munlock(at(address), (size_t)length));
}

// Keeps memory out of core dumps (MADV_DONTDUMP).
JNIEXPORT jint POSIX(hideFromDumps)(NO_ENV, jlong address, jlong length) {
  return (jint)answer(madvise(at(address), (size_t)length, MADV_DONTDUMP));
}

// PR_SET_DUMPABLE: 0 forbids core dumps and ptrace by others of the same user.
JNIEXPORT jint POSIX(setDumpable)(NO_ENV, jint dumpable) {
  return (jint)answer(prctl(PR_SET_DUMPABLE, (unsigned long)dumpable, 0UL, 0UL, 0UL));
}

JNIEXPORT jint POSIX(nvmeNamespaceId)(NO_ENV, jint fd) { return (jint)answer(ioctl(fd, NVME_IOCTL_ID)); }

// An admin command; waits for the device. A positive answer is an NVMe status.
JNIEXPORT jint POSIX(nvmeAdmin)(NO_ENV, jint fd, jlong command) {
  return (jint)answer(ioctl(fd, NVME_IOCTL_ADMIN_CMD, at(command)));
}

// ---------------------------------------------------------------------------------------------------------------
// UringNative: io_uring_setup, io_uring_enter, io_uring_register
// ---------------------------------------------------------------------------------------------------------------

JNIEXPORT jint URING(setup)(NO_ENV, jint entries, jlong params) {
  return (jint)answer(syscall(__NR_io_uring_setup, (unsigned)entries, at(params)));
}

JNIEXPORT jint URING(enter)(NO_ENV, jint ring, jint submit, jint complete, jint flags) {
  return (jint)answer(syscall(__NR_io_uring_enter, ring, (unsigned)submit, (unsigned)complete, (unsigned)flags,
                              NULL, (size_t)0));
}

JNIEXPORT jint URING(register)(NO_ENV, jint ring, jint opcode, jlong argument, jint count) {
  return (jint)answer(syscall(__NR_io_uring_register, ring, (unsigned)opcode, at(argument), (unsigned)count));
}

// ---------------------------------------------------------------------------------------------------------------
// What Java takes for granted
// ---------------------------------------------------------------------------------------------------------------

#define AT(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#define VALUE(name, value) _Static_assert((name) == (value), #name)

// io.ashlar.nvme.posix.DeviceFacts
SIZE(facts, 72);

// io.ashlar.nvme.uring.RingParameters
SIZE(io_uring_params, 120);
AT(io_uring_params, sq_entries, 0);
AT(io_uring_params, cq_entries, 4);
AT(io_uring_params, flags, 8);
AT(io_uring_params, sq_thread_idle, 16);
AT(io_uring_params, features, 20);
AT(io_uring_params, sq_off, 40);
AT(io_uring_params, cq_off, 80);
AT(io_sqring_offsets, head, 0);
AT(io_sqring_offsets, tail, 4);
AT(io_sqring_offsets, flags, 16);
AT(io_sqring_offsets, array, 24);
AT(io_cqring_offsets, head, 0);
AT(io_cqring_offsets, tail, 4);
AT(io_cqring_offsets, cqes, 20);
AT(io_cqring_offsets, flags, 24);

// io.ashlar.nvme.uring.SubmissionEntry
SIZE(io_uring_sqe, 64);
AT(io_uring_sqe, opcode, 0);
AT(io_uring_sqe, flags, 1);
AT(io_uring_sqe, ioprio, 2);
AT(io_uring_sqe, fd, 4);
AT(io_uring_sqe, off, 8);
AT(io_uring_sqe, cmd_op, 8);
AT(io_uring_sqe, addr, 16);
AT(io_uring_sqe, len, 24);
AT(io_uring_sqe, rw_flags, 28);
AT(io_uring_sqe, user_data, 32);
AT(io_uring_sqe, buf_index, 40);
AT(io_uring_sqe, addr3, 48);
AT(io_uring_sqe, cmd, 48);

// io.ashlar.nvme.uring.CompletionRing
SIZE(io_uring_cqe, 16);
AT(io_uring_cqe, user_data, 0);
AT(io_uring_cqe, res, 8);

// io.ashlar.nvme.posix.NvmeAdmin, io.ashlar.nvme.uring.NvmeCommands
SIZE(nvme_passthru_cmd, 72);
AT(nvme_passthru_cmd, opcode, 0);
AT(nvme_passthru_cmd, nsid, 4);
AT(nvme_passthru_cmd, addr, 24);
AT(nvme_passthru_cmd, data_len, 36);
AT(nvme_passthru_cmd, cdw10, 40);
AT(nvme_passthru_cmd, timeout_ms, 64);
SIZE(nvme_uring_cmd, 72);
AT(nvme_uring_cmd, opcode, 0);
AT(nvme_uring_cmd, nsid, 4);
AT(nvme_uring_cmd, addr, 24);
AT(nvme_uring_cmd, data_len, 36);
AT(nvme_uring_cmd, cdw10, 40);
AT(nvme_uring_cmd, cdw12, 48);

SIZE(iovec, 16);
AT(iovec, iov_len, 8);

// io.ashlar.nvme.uring.UringConstants
VALUE(IORING_OFF_SQ_RING, 0);
VALUE(IORING_OFF_CQ_RING, 0x8000000);
VALUE(IORING_OFF_SQES, 0x10000000);
VALUE(IORING_SETUP_IOPOLL, 1 << 0);
VALUE(IORING_SETUP_SQPOLL, 1 << 1);
VALUE(IORING_SETUP_CQSIZE, 1 << 3);
VALUE(IORING_SETUP_R_DISABLED, 1 << 6);
VALUE(IORING_SETUP_SUBMIT_ALL, 1 << 7);
VALUE(IORING_SETUP_COOP_TASKRUN, 1 << 8);
VALUE(IORING_SETUP_TASKRUN_FLAG, 1 << 9);
VALUE(IORING_SETUP_SQE128, 1 << 10);
VALUE(IORING_SETUP_CQE32, 1 << 11);
VALUE(IORING_SETUP_SINGLE_ISSUER, 1 << 12);
VALUE(IORING_SETUP_DEFER_TASKRUN, 1 << 13);
VALUE(IORING_FEAT_SINGLE_MMAP, 1 << 0);
VALUE(IORING_FEAT_NODROP, 1 << 1);
VALUE(IORING_SQ_NEED_WAKEUP, 1 << 0);
VALUE(IORING_SQ_CQ_OVERFLOW, 1 << 1);
VALUE(IORING_SQ_TASKRUN, 1 << 2);
VALUE(IORING_CQ_EVENTFD_DISABLED, 1 << 0);
VALUE(IORING_ENTER_GETEVENTS, 1 << 0);
VALUE(IORING_ENTER_SQ_WAKEUP, 1 << 1);
VALUE(IORING_REGISTER_BUFFERS, 0);
VALUE(IORING_REGISTER_FILES, 2);
VALUE(IORING_UNREGISTER_FILES, 3);
VALUE(IORING_REGISTER_EVENTFD, 4);
VALUE(IORING_REGISTER_PROBE, 8);
VALUE(IORING_REGISTER_ENABLE_RINGS, 12);
VALUE(IORING_OP_FSYNC, 3);
VALUE(IORING_OP_READ_FIXED, 4);
VALUE(IORING_OP_WRITE_FIXED, 5);
VALUE(IORING_OP_FALLOCATE, 17);
VALUE(IORING_OP_READ, 22);
VALUE(IORING_OP_WRITE, 23);
VALUE(IORING_OP_URING_CMD, 46);
VALUE(IORING_FSYNC_DATASYNC, 1);
VALUE(IOSQE_FIXED_FILE, 1);
VALUE(RWF_DSYNC, 2);
VALUE(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 3);
VALUE(NVME_URING_CMD_IO, 0xc0484e80u);
VALUE(IORING_URING_CMD_FIXED, 1);
