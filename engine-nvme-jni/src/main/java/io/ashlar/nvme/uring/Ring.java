package io.ashlar.nvme.uring;

import io.ashlar.core.base.Check;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.posix.PosixNative;
import io.ashlar.nvme.posix.SystemErrors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/// One io_uring: its descriptor, its two mapped rings, and the calls that concern both.
///
/// The thread that [#enable]s the ring is the only one that may use it, where the kernel was told
/// so (SINGLE_ISSUER).
final class Ring implements AutoCloseable {
  /// The kernel registers at most this much as one buffer.
  static final int REGISTERED_BUFFER_BYTES = 1 << 30;

  /// How long one system call is repeated while signals interrupt it.
  private static final int MAX_INTERRUPTIONS = 16;

  private static final int IOVEC_BYTES = 16;

  private final int fd;
  private final int eventFd;
  private final int setupFlags;
  private final UnsafeBuffer rings;
  private final UnsafeBuffer entries;
  private boolean closed;
  final SubmissionRing submission;
  final CompletionRing completion;

  private Ring(
      int fd, int eventFd, UnsafeBuffer rings, UnsafeBuffer entries, RingParameters parameters) {
    this.fd = fd;
    this.eventFd = eventFd;
    this.setupFlags = parameters.flags();
    this.rings = rings;
    this.entries = entries;
    this.submission = new SubmissionRing(rings, entries, parameters);
    this.completion = new CompletionRing(rings, parameters, eventBytes(setupFlags));
  }

  /// Maps the rings of a descriptor that was just set up; closes it on failure.
  static Ring map(int fd, RingParameters parameters) throws DeviceOpenException {
    int flags = parameters.flags();
    int submissionEnd =
        parameters.submissionArray() + parameters.submissionEntries() * Integer.BYTES;
    int completionEnd =
        parameters.completionEvents() + parameters.completionEntries() * eventBytes(flags);
    int ringsLength = Math.max(submissionEnd, completionEnd);
    int entriesLength = parameters.submissionEntries() * entryBytes(flags);

    long ringsAt = PosixNative.map(fd, UringConstants.OFFSET_RINGS, ringsLength);
    long entriesAt = PosixNative.map(fd, UringConstants.OFFSET_ENTRIES, entriesLength);
    int eventFd = PosixNative.eventFd();
    if (isErrno(ringsAt) || isErrno(entriesAt) || eventFd < 0) {
      // Mapped parts go when the process ends; this happens at most once, at start.
      PosixNative.close(fd);
      throw new DeviceOpenException(
          Reason.ENGINE_UNAVAILABLE,
          "io_uring's rings could not be mapped; raise the limits on memory and open files.");
    }
    UnsafeBuffer rings = new UnsafeBuffer(ringsAt, ringsLength);
    UnsafeBuffer entries = new UnsafeBuffer(entriesAt, entriesLength);
    Ring ring = new Ring(fd, eventFd, rings, entries, parameters);
    ring.completion.eventFdFlags(UringConstants.CQ_EVENTFD_DISABLED);
    return ring;
  }

  private static boolean isErrno(long address) {
    return address < 0 && address > -4096;
  }

  private static int entryBytes(int flags) {
    int wide = flags & UringConstants.SETUP_SQE128;
    return wide == 0 ? SubmissionRing.ENTRY_BYTES : 2 * SubmissionRing.ENTRY_BYTES;
  }

  private static int eventBytes(int flags) {
    int wide = flags & UringConstants.SETUP_CQE32;
    return wide == 0 ? CompletionRing.EVENT_BYTES : 2 * CompletionRing.EVENT_BYTES;
  }

  int eventFd() {
    return eventFd;
  }

  boolean has(int setupFlag) {
    return (setupFlags & setupFlag) != 0;
  }

  /// The flags in words, for people.
  String describe() {
    List<String> words = new ArrayList<>();
    words.add("io_uring");
    if (has(UringConstants.SETUP_DEFER_TASKRUN)) {
      words.add("DEFER_TASKRUN");
    } else if (has(UringConstants.SETUP_COOP_TASKRUN)) {
      words.add("COOP_TASKRUN");
    }
    if (has(UringConstants.SETUP_SQPOLL)) {
      words.add("SQPOLL");
    }
    if (has(UringConstants.SETUP_IOPOLL)) {
      words.add("IOPOLL");
    }
    return String.join(", ", words);
  }

  /// Makes `file` the registered file 0 and the eventfd the ring's own.
  ///
  /// @return 0 or a negative errno
  int register(int file) {
    UnsafeBuffer descriptor =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(Integer.BYTES, Long.BYTES));
    descriptor.putInt(0, file);
    long address = descriptor.addressOffset();
    int result = UringNative.register(fd, UringConstants.REGISTER_FILES, address, 1);
    if (result < 0) {
      return result;
    }
    descriptor.putInt(0, eventFd);
    return UringNative.register(fd, UringConstants.REGISTER_EVENTFD, address, 1);
  }

  /// Registers memory, cut into buffers of [#REGISTERED_BUFFER_BYTES].
  ///
  /// @return 0 or a negative errno: -ENOMEM where the limit on locked memory is too low
  int registerBuffers(ByteBuffer memory) {
    long base = BufferUtil.address(memory);
    long length = memory.capacity();
    int count = (int) ((length + REGISTERED_BUFFER_BYTES - 1) / REGISTERED_BUFFER_BYTES);
    UnsafeBuffer vectors =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(count * IOVEC_BYTES, Long.BYTES));
    for (int i = 0; i < count; i++) {
      long start = (long) i * REGISTERED_BUFFER_BYTES;
      vectors.putLong(i * IOVEC_BYTES, base + start);
      vectors.putLong(
          i * IOVEC_BYTES + Long.BYTES, Math.min(REGISTERED_BUFFER_BYTES, length - start));
    }
    return UringNative.register(
        fd, UringConstants.REGISTER_BUFFERS, vectors.addressOffset(), count);
  }

  /// Starts a ring that was set up disabled; its thread is the caller's from now on.
  void enable() {
    if (has(UringConstants.SETUP_R_DISABLED)) {
      int result = UringNative.register(fd, UringConstants.REGISTER_ENABLE_RINGS, 0, 0);
      Check.that(result == 0, "the ring can be enabled", result);
    }
  }

  /// Starts what was published and lets waiting completions in, with one system call where one is
  /// needed and none where not.
  ///
  /// @param inFlight requests whose end is awaited: a polled ring must ask for them
  void enter(int inFlight) {
    if (has(UringConstants.SETUP_SQPOLL)) {
      wakeSubmissionThread();
      return;
    }
    int pending = submission.pending();
    int asks = UringConstants.SQ_TASKRUN | UringConstants.SQ_CQ_OVERFLOW;
    boolean polled = inFlight > 0 && has(UringConstants.SETUP_IOPOLL);
    if (pending > 0 || polled || (submission.flags() & asks) != 0) {
      call(pending, UringConstants.ENTER_GETEVENTS);
    }
  }

  private void wakeSubmissionThread() {
    // The thread sets NEED_WAKEUP and then looks at the tail; we published and then look at the
    // flag. The fence makes sure that at least one sees the other.
    UnsafeApi.fullFence();
    int flags = submission.flags();
    if ((flags & UringConstants.SQ_NEED_WAKEUP) != 0) {
      call(submission.pending(), UringConstants.ENTER_SQ_WAKEUP);
    }
    if ((flags & UringConstants.SQ_CQ_OVERFLOW) != 0) {
      call(0, UringConstants.ENTER_GETEVENTS);
    }
  }

  private void call(int submit, int flags) {
    int result = UringNative.enter(fd, submit, 0, flags);
    for (int i = 0; result == -Errno.EINTR && i < MAX_INTERRUPTIONS; i++) {
      result = UringNative.enter(fd, submission.pending(), 0, flags);
    }
    // EAGAIN and EBUSY: the kernel lacks memory, or wants its completions read first. What it did
    // not take stays published for the next turn.
    if (result < 0 && result != -Errno.EINTR && result != -Errno.EAGAIN && result != -Errno.EBUSY) {
      throw new IllegalStateException(
          result == -Errno.EEXIST
              ? "this ring belongs to another thread than " + Thread.currentThread().getName()
              : "io_uring_enter failed: " + SystemErrors.text(result));
    }
  }

  /// Lets the next completion signal the eventfd.
  ///
  /// @return false if one waits already
  boolean arm() {
    completion.eventFdFlags(0);
    // The kernel posts and then looks at our flag; we set it and then look for what was posted.
    UnsafeApi.fullFence();
    if (completion.ready() == 0 && (submission.flags() & UringConstants.SQ_TASKRUN) == 0) {
      return true;
    }
    disarm();
    return false;
  }

  void disarm() {
    completion.eventFdFlags(UringConstants.CQ_EVENTFD_DISABLED);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      // The kernel takes a ring apart later; the file is wanted back now. Refused to a thread that
      // the ring does not belong to, whose file comes back a little later.
      UringNative.register(fd, UringConstants.UNREGISTER_FILES, 0, 0);
      PosixNative.close(fd);
      PosixNative.close(eventFd);
      PosixNative.unmap(entries.addressOffset(), entries.capacity());
      PosixNative.unmap(rings.addressOffset(), rings.capacity());
    }
  }
}
