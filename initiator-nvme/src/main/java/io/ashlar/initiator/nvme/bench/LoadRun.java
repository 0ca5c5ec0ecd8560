package io.ashlar.initiator.nvme.bench;

import io.ashlar.core.base.Check;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.queue.CommandCompletion;
import io.ashlar.initiator.nvme.queue.HostCommand;
import io.ashlar.initiator.nvme.queue.HostQueuePair;
import io.ashlar.initiator.nvme.queue.QueueState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Runs one load on one namespace's queue pair, on the caller's thread. Allocates nothing per
/// operation.
public final class LoadRun {
  private static final long LATENCY_NS_MAX = Duration.ofMinutes(1).toNanos();
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long INTERVAL_NS = 1_000_000_000;
  private static final long SLEEP_NS = 1_000_000;

  private final NvmeInitiator host;
  private final NvmeNamespace namespace;
  private final HostQueuePair queue;
  private final LoadShape shape;
  private final SplittableRandom random;
  private final CommandCompletion completion = this::onComplete;
  private final Histogram reads = newHistogram();
  private final Histogram writes = newHistogram();
  private final Histogram interval = newHistogram();
  private final List<Interval> timeline = new ArrayList<>();
  private final HostCommand[] idle;
  private int idleCount;
  private long nextBlock;
  private long contents;
  private long measureFromNs;
  private long intervalStartNs;
  private long endNs;
  private long dueNs;
  private @Nullable String failure;

  /// @param host kept alive by the run
  /// @param namespace opened by the host with a queue of at least the shape's depth
  public LoadRun(NvmeInitiator host, NvmeNamespace namespace, LoadShape shape) {
    this.host = host;
    this.namespace = namespace;
    this.queue = namespace.runner().queue();
    this.shape = shape;
    this.random = new SplittableRandom(shape.seed());
    Check.that(queue.depth() >= shape.depth(), "the queue is as deep as the load", shape.depth());
    Check.that(
        shape.spanBytes() <= namespace.shape().sizeBytes(),
        "the span lies in the volume",
        shape.spanBytes());
    this.idle = new HostCommand[shape.depth()];
  }

  /// Runs the load and waits for its last operation.
  ///
  /// @throws IOException at the first operation that fails, with a sentence that says why
  public LoadResult run(Duration warmUp, Duration duration, Idling idling) throws IOException {
    acquireSlots();
    long startNs = System.nanoTime();
    measureFromNs = startNs + warmUp.toNanos();
    intervalStartNs = measureFromNs;
    endNs = measureFromNs + duration.toNanos();
    dueNs = startNs;
    long nowNs = startNs;
    while (nowNs - endNs < 0 && failure == null) {
      submitDue(nowNs);
      if (queue.poll(nowNs) == 0) {
        idle(idling);
      }
      nowNs = System.nanoTime();
      closeInterval(nowNs);
    }
    drain();
    return new LoadResult(shape, nowNs - measureFromNs, reads, writes, List.copyOf(timeline));
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  private void idle(Idling idling) {
    switch (idling) {
      case SPIN -> Thread.yield();
      case SLEEP -> queue.await(SLEEP_NS);
    }
  }

  /// Runs so many operations, as fast as they go, and measures nothing: to fill a volume.
  public void runOnce(long operations) throws IOException {
    acquireSlots();
    long nowNs = System.nanoTime();
    measureFromNs = nowNs + Duration.ofDays(100).toNanos();
    intervalStartNs = nowNs;
    endNs = nowNs; // completions do not submit anew, this loop does
    long left = operations;
    while ((left > 0 || queue.inFlight() > 0) && failure == null) {
      while (left > 0 && idleCount > 0 && failure == null) {
        submit(idle[--idleCount], nowNs, nowNs);
        left--;
      }
      if (queue.poll(nowNs) == 0) {
        queue.await(SLEEP_NS);
      }
      nowNs = System.nanoTime();
      if (nowNs - intervalStartNs >= INTERVAL_NS) {
        host.tend();
        intervalStartNs = nowNs;
      }
    }
    drain();
  }

  private void drain() throws IOException {
    while (queue.inFlight() > 0) {
      queue.poll(System.nanoTime());
    }
    releaseSlots();
    if (failure != null) {
      throw new IOException(failure);
    }
  }

  private void acquireSlots() throws IOException {
    ByteBuffer pattern = randomBytes();
    for (int i = 0; i < shape.depth(); i++) {
      HostCommand command = namespace.runner().acquire();
      command.data().put(0, pattern, 0, pattern.capacity());
      idle[idleCount++] = command;
    }
  }

  private ByteBuffer randomBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(shape.blockBytes());
    int randomBytes = (int) ((long) shape.blockBytes() * shape.randomPercent() / 100);
    for (int i = 0; i < randomBytes; i++) {
      bytes.put(i, (byte) random.nextInt());
    }
    return bytes;
  }

  private void releaseSlots() {
    while (idleCount > 0) {
      queue.release(idle[--idleCount]);
    }
  }

  private void submitDue(long nowNs) {
    if (shape.ratePerSecond() == 0) {
      while (idleCount > 0 && failure == null) {
        submit(idle[--idleCount], nowNs, nowNs);
      }
      return;
    }
    while (idleCount > 0 && failure == null && dueNs - nowNs <= 0) {
      submit(idle[--idleCount], nowNs, dueNs);
      dueNs += 1_000_000_000L / shape.ratePerSecond();
    }
  }

  private void submit(HostCommand command, long nowNs, long countFromNs) {
    int lbaBytes = namespace.shape().blockBytes();
    int blocks = shape.blockBytes() / lbaBytes;
    long lba = nextBlock() * blocks;
    boolean isRead = shape.readPercent() == 100 || random.nextInt(100) < shape.readPercent();
    if (isRead) {
      command.receiving(shape.blockBytes()).completing(completion);
      NvmCommands.read(command.entry(), namespace.nsid(), lba, blocks);
    } else {
      command.sending(shape.blockBytes()).completing(completion);
      NvmCommands.write(command.entry(), namespace.nsid(), lba, blocks);
      // No two blocks alike, so that nothing is gained by noticing repetition.
      command.data().putLong(0, ++contents ^ shape.seed());
    }
    command.tag = countFromNs;
    queue.submit(command, nowNs);
  }

  private long nextBlock() {
    if (shape.pattern() == AccessPattern.RANDOM) {
      return random.nextLong(shape.blocks());
    }
    long block = nextBlock;
    nextBlock = block + 1 == shape.blocks() ? 0 : block + 1;
    return block;
  }

  private void onComplete(HostCommand command) {
    long nowNs = System.nanoTime();
    if (!command.isSuccess()) {
      noteFailure(command);
    } else if (command.tag - measureFromNs >= 0) {
      record(command, nowNs - command.tag);
    }
    idle[idleCount++] = command;
    if (shape.ratePerSecond() == 0 && failure == null && nowNs - endNs < 0) {
      submit(idle[--idleCount], nowNs, nowNs);
    }
  }

  private void record(HostCommand command, long latencyNs) {
    long counted = Math.min(latencyNs, LATENCY_NS_MAX);
    Histogram mine = command.entry().opcode() == NvmCommands.READ ? reads : writes;
    mine.recordValue(counted);
    interval.recordValue(counted);
  }

  private void noteFailure(HostCommand command) {
    if (failure == null) {
      failure =
          queue.state() == QueueState.READY
              ? "An operation of the load failed: " + NvmeStatus.describe(command.status()) + "."
              : queue.failure();
    }
  }

  private void closeInterval(long nowNs) {
    if (nowNs - intervalStartNs < INTERVAL_NS) {
      return;
    }
    host.tend();
    timeline.add(
        new Interval(
            nowNs - measureFromNs,
            nowNs - intervalStartNs,
            interval.getTotalCount(),
            interval.getValueAtPercentile(50),
            interval.getValueAtPercentile(99),
            interval.getValueAtPercentile(99.9),
            interval.getMaxValue()));
    interval.reset();
    intervalStartNs = nowNs;
  }

  private static Histogram newHistogram() {
    return new Histogram(LATENCY_NS_MAX, SIGNIFICANT_DIGITS);
  }
}
