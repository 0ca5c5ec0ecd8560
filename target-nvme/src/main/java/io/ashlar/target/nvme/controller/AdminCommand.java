package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.concurrent.UnsafeBuffer;

/// One admin command on its way: its entry, its data in either direction, its outcome.
public final class AdminCommand {
  public final CommandFlyweight entry;

  /// What the host sent, or room for the answer.
  public final UnsafeBuffer data = new UnsafeBuffer(0, 0);

  /// How much of `data` the host sent, or how much it has room for.
  public int dataBytes;

  /// How much of `data` is the answer.
  public int responseBytes;

  /// The completion's first two dwords.
  public long result;

  public int status;

  private final AdminCompletion completion;

  public AdminCommand(CommandFlyweight entry, AdminCompletion completion) {
    this.entry = entry;
    this.completion = completion;
  }

  /// Ends the command.
  public void complete(int outcome) {
    status = outcome;
    if (outcome != NvmeStatus.SUCCESS) {
      responseBytes = 0;
    }
    completion.onAdminComplete(this);
  }

  /// Ends the command well, with a result in the completion.
  public void completeWithResult(long value) {
    result = value;
    complete(NvmeStatus.SUCCESS);
  }

  /// Ends the command well, with the first `bytes` of `data` as its answer.
  public void completeWithData(int bytes) {
    responseBytes = bytes;
    complete(NvmeStatus.SUCCESS);
  }
}
