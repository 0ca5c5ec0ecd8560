package io.ashlar.initiator.nvme;

import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.queue.CommandState;
import io.ashlar.initiator.nvme.queue.HostCommand;
import io.ashlar.initiator.nvme.queue.HostQueuePair;
import io.ashlar.initiator.nvme.queue.QueueState;

/// Runs commands of one queue pair one at a time and waits for each, asleep while there is nothing
/// to do.
public final class CommandRunner {
  private static final long PATIENCE_NS = 50_000_000;

  private final HostQueuePair queue;
  private final String subject;

  /// @param subject what the commands go to, for messages
  CommandRunner(HostQueuePair queue, String subject) {
    this.queue = queue;
    this.subject = subject;
  }

  public HostQueuePair queue() {
    return queue;
  }

  /// A slot to prepare. Give it back with [HostQueuePair#release].
  ///
  /// @throws NvmeException if all slots are in use
  public HostCommand acquire() throws NvmeException {
    HostCommand command = queue.acquire();
    if (command == null) {
      throw new NvmeException(
          "All " + queue.depth() + " command slots of " + subject + " are in use; wait for one.",
          NvmeStatus.ABORTED_BY_HOST.code());
    }
    return command;
  }

  /// Runs a prepared command to its end, whatever its status.
  public void run(HostCommand command) {
    queue.submit(command, System.nanoTime());
    await(command);
  }

  /// Waits until a submitted command is done.
  public void await(HostCommand command) {
    while (command.state() == CommandState.IN_FLIGHT) {
      if (queue.poll(System.nanoTime()) == 0) {
        queue.await(PATIENCE_NS);
      }
    }
  }

  /// As [#run], and throws unless the command succeeded. The slot is given back on failure only.
  public void runOrThrow(HostCommand command, String what) throws NvmeException {
    run(command);
    if (!command.isSuccess()) {
      int status = command.status();
      queue.release(command);
      throw failure(what, status);
    }
  }

  NvmeException failure(String what, int status) {
    String reason =
        queue.state() == QueueState.READY ? NvmeStatus.describe(status) + "." : queue.failure();
    return new NvmeException(what + " on " + subject + " failed: " + reason, status);
  }
}
