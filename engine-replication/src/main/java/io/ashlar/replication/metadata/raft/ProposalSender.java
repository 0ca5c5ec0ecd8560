package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.MetadataStore.ProposalCompletion;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.raft.BatchReply.Outcome;
import io.ashlar.replication.metadata.raft.BatchReply.Result;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Sends this node's proposals to the leader, in order: what waits when a batch returns is the next
/// batch. Completions run on this thread.
final class ProposalSender implements AutoCloseable {
  private static final int WAITING_MAX = 4_096;
  private static final int CLOSE_MILLIS = 2_000;
  private static final String CLOSED = "the metadata store is closed";
  private static final Result SEEN = new Result(ProposalStatus.COMMITTED, "");

  private final ReentrantLock lock = new ReentrantLock();

  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(WAITING_MAX);
  private final RatisNode node;
  private final CommittedView view;
  private final long proposalNs;
  private final Thread thread;
  private volatile boolean isClosed;

  /// The open session, or null. Its last batch is [#lastNumber].
  private @Nullable UUID session;

  private long lastNumber;

  private static final class Waiting {
    /// Empty for one that only asks that all before it be seen.
    private final byte[] command;

    private final ProposalCompletion completion;

    /// By [System#nanoTime].
    private final long deadlineNs;

    private boolean isEnded;

    Waiting(byte[] command, ProposalCompletion completion, long deadlineNs) {
      this.command = command;
      this.completion = completion;
      this.deadlineNs = deadlineNs;
    }

    boolean isQuestion() {
      return command.length == 0;
    }

    void end(ProposalStatus status, String sentence) {
      if (isEnded) {
        return;
      }
      isEnded = true;
      try {
        completion.onComplete(status, sentence);
      } catch (RuntimeException defect) {
        // Not this thread's, which others wait for.
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, defect);
      }
    }
  }

  ProposalSender(RatisNode node, CommittedView view, RaftTimings timings) {
    this.node = node;
    this.view = view;
    this.proposalNs = TimeUnit.MILLISECONDS.toNanos(timings.proposalMillis());
    this.thread = Thread.ofPlatform().name("metadata-proposals").daemon().unstarted(this::run);
    thread.start();
  }

  /// Completes as committed once this node has seen all that was committed before.
  void ask(ProposalCompletion completion) {
    propose(new byte[0], completion);
  }

  void propose(byte[] command, ProposalCompletion completion) {
    Waiting waiting = new Waiting(command, completion, System.nanoTime() + proposalNs);
    String complaint = view.failure();
    lock.lock();
    try {
      if (isClosed) {
        complaint = CLOSED;
      } else if (complaint == null && !queue.offer(waiting)) {
        complaint =
            "%d proposals wait already, and this one was not made: try again"
                .formatted(WAITING_MAX);
      }
    } finally {
      lock.unlock();
    }
    if (complaint != null) {
      waiting.end(ProposalStatus.UNKNOWN, complaint);
    }
  }

  private void run() {
    List<Waiting> batch = new ArrayList<>();
    while (!isClosed) {
      try {
        gather(batch);
        send(batch);
      } catch (InterruptedException closing) {
        endAll(batch, CLOSED);
      } catch (RuntimeException defect) {
        // Others wait behind this batch; it is not known what became of it.
        session = null;
        endAll(batch, "whether this was committed is not known: " + defect);
      }
      batch.clear();
    }
    lock.lock();
    try {
      queue.drainTo(batch);
    } finally {
      lock.unlock();
    }
    endAll(batch, CLOSED);
  }

  private void gather(List<Waiting> batch) throws InterruptedException {
    Waiting next = queue.take();
    long bytes = 0;
    while (next != null) {
      batch.add(next);
      bytes += next.command.length;
      Waiting following = queue.peek();
      boolean isFull =
          batch.size() == ProposalBatch.COMMANDS_MAX
              || following == null
              || bytes + following.command.length > ProposalBatch.COMMAND_BYTES_MAX;
      next = isFull ? null : queue.poll();
    }
  }

  private void send(List<Waiting> batch) throws InterruptedException {
    long nowNs = System.nanoTime();
    List<Waiting> late = batch.stream().filter(each -> each.deadlineNs - nowNs <= 0).toList();
    batch.removeAll(late);
    if (!late.isEmpty()) {
      endAll(late, why() + "; this was not proposed");
    }
    if (batch.isEmpty()) {
      return;
    }
    String complaint = openSession(batch.getLast().deadlineNs);
    if (complaint != null) {
      endAll(batch, complaint + "; this was not proposed");
      return;
    }
    List<byte[]> commands =
        batch.stream().filter(each -> !each.isQuestion()).map(each -> each.command).toList();
    RatisNode.Answer answer = exchange(commands, batch.getLast().deadlineNs);
    if (answer == null) {
      endAll(batch, why() + "; whether this was committed is not known");
      return;
    }
    BatchReply reply = BatchReply.decode(answer.reply());
    if (reply.outcome() != Outcome.APPLIED) {
      session = null;
      endAll(batch, "the metadata forgot this node's session: look whether this was committed");
      return;
    }
    if (!view.await(answer.index(), proposalNs)) {
      endAll(batch, "this was decided, and this node does not hear of it: look at the state later");
      return;
    }
    Iterator<Result> results = reply.results().iterator();
    for (Waiting each : batch) {
      Result result = each.isQuestion() ? SEEN : results.next();
      each.end(result.status(), result.sentence());
    }
  }

  /// Makes sure that a session is open.
  ///
  /// @return null, or why it is not
  private @Nullable String openSession(long deadlineNs) throws InterruptedException {
    if (session != null) {
      return null;
    }
    session = UUID.randomUUID();
    lastNumber = 0;
    if (exchange(List.of(), deadlineNs) == null) {
      session = null;
      return why();
    }
    return null;
  }

  private RatisNode.@Nullable Answer exchange(List<byte[]> commands, long deadlineNs)
      throws InterruptedException {
    UUID opened = Objects.requireNonNull(session, "a session is open");
    byte[] entry = new ProposalBatch(opened, ++lastNumber, commands).encode();
    return node.exchange(entry, deadlineNs);
  }

  private String why() {
    String failure = view.failure();
    return failure == null ? node.whyNobodyAnswers() : failure;
  }

  private static void endAll(List<Waiting> some, String sentence) {
    some.forEach(each -> each.end(ProposalStatus.UNKNOWN, sentence));
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    boolean isWithin = Thread.currentThread() == thread;
    try {
      if (!isWithin) {
        thread.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
