package io.ashlar.initiator.nvme.queue;

/// Where a finished command returns to.
@FunctionalInterface
public interface CommandCompletion {
  /// The command is done and its owner's again: read its status, data and result, then submit it
  /// anew or release it. Runs within the queue pair's `poll`.
  void onComplete(HostCommand command);
}
